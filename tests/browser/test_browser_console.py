"""Every page of the console in a real Chromium: names, landmarks, the keyboard, widths, and no stray element."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests import filled
from tests.browser.conftest import Site

PAGES = (
    "{url}/?reload=off",
    "{url}/account",
    "{org}/",
    "{org}/records",
    "{org}/records?object=objective",
    "{org}/records/{record}",
    "{org}/parked",
    "{org}/conflicts",
    "{org}/runs",
    "{org}/decisions",
    "{org}/audit",
    "{org}/doctor",
    "{org}/jobs",
    "{org}/view-as",
    "{org}/templates",
)
UNNAMED = """() => [...document.querySelectorAll('a[href], button, select, input:not([type=hidden])')].filter(e => e.checkVisibility()).filter(e => {
    const labels = e.labels ? [...e.labels] : [];
    const pointed = (e.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
    const texts = [e.textContent, e.getAttribute('aria-label') || '', ...labels.map(l => l.textContent),
                   ...pointed.map(id => document.getElementById(id)?.textContent || '')];
    return !texts.some(text => text.trim());
}).map(e => e.outerHTML)"""
FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
    return [e.outerHTML.slice(0, 200) + r.top + r.left, s.outlineStyle, parseFloat(s.outlineWidth), r.width > 0] }"""
REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, select, summary, input:not([type=hidden]), [tabindex="0"]')]
    .filter(e => e.checkVisibility()).reduce((stops, e) => stops + (e.type === 'date' ? 4 : 1), 0)"""


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, page: Page, site: Site) -> Page:
    """Each page in turn."""
    page.goto(request.param.format(url=site.url, org=site.org, record=site.ids["conflict"]))
    return page


@pytest.mark.req("G17")
def test_a_page_is_sound(shown: Page) -> None:
    levels = shown.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")
    ids = shown.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    pointed = shown.evaluate(
        "[...document.querySelectorAll('[aria-labelledby], label[for]')]"
        ".map(e => e.getAttribute('aria-labelledby') || e.htmlFor)"
    )

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(pointed) <= set(ids)
    assert shown.evaluate(UNNAMED) == []
    assert shown.get_by_role("main").count() == shown.get_by_role("banner").count() == 1
    assert shown.get_by_role("contentinfo").count() == 1
    assert shown.locator("img, iframe, script:not([src])").count() == 0
    assert shown.evaluate("document.documentElement.lang") == "en"


@pytest.mark.req("G17")
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(shown: Page) -> None:
    reachable = shown.evaluate(REACHABLE)
    seen = []
    for _ in range(min(reachable, 60)):
        shown.keyboard.press("Tab")
        seen.append(shown.evaluate(FOCUS))

    dates = shown.locator("input[type=date]").count()
    assert len({place for place, *_ in seen}) >= min(reachable, 60) - 3 * dates
    assert [place for place, style, width, visible in seen if not (style == "solid" and width >= 2 and visible)] == []


@pytest.mark.parametrize("width", [320, 380, 768])
def test_no_width_makes_a_page_scroll_sideways(shown: Page, width: int) -> None:
    shown.set_viewport_size({"width": width, "height": 800})

    wide = (
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, svg, .unseen'))"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert shown.evaluate("document.documentElement.scrollWidth") <= width, shown.evaluate(wide)


def test_the_first_stop_skips_to_the_content(page: Page, site: Site) -> None:
    page.goto(site.org)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") == 0

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_the_orgs_stand_with_their_health_by_role_and_name(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/?reload=off")

    assert page.title() == "Orgs \N{EN DASH} Plansync"
    assert page.get_by_role("region", name=filled.HOSTILE).is_visible()
    assert page.get_by_role("region", name="sandbox").get_by_text("syncing now").is_visible()


def test_a_page_that_follows_a_sync_can_be_kept_still(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("link", name="Keep it still").click()

    assert page.url.endswith("?reload=off")
    assert page.get_by_role("link", name="Follow it").is_visible()


def test_the_style_and_the_script_are_allowed_and_used(page: Page, site: Site) -> None:
    page.goto(f"{site.org}/parked")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 246, 248)"
    assert page.get_by_label("Tick all on this page").is_visible()


def test_a_script_that_somebody_smuggled_in_would_not_run(page: Page, site: Site, complaints: list[str]) -> None:
    page.goto(f"{site.org}/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s) }"
    )

    assert page.evaluate("window.ran") is None
    [complaint] = complaints
    assert "Content Security Policy" in complaint
    complaints.clear()


def test_a_chart_says_in_words_and_in_a_table_what_it_shows(page: Page, site: Site) -> None:
    page.goto(f"{site.org}/")

    assert page.get_by_role("img", name="How far behind, at worst: At worst 1 h").is_visible()
    table = page.get_by_role("table", name="API calls, slice by slice")
    assert not table.is_visible()
    page.get_by_text("API calls as a table").press("Enter")
    assert table.get_by_role("row").count() == 49


def test_the_dark_scheme_is_dark(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.org}/")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 21, 27)"

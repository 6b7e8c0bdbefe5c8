"""The console in a real Chromium: it renders, the keyboard reaches everything, the colours can be read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from cheroot.wsgi import Server
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from service.app import create_app
from service.config import ROOT
from service.localorg.org import LocalOrg
from tests import filled
from tests.world import World

CSS = (ROOT / "service/pages/static/console.css").read_text()
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAIRS = [
    ("ink", "page"),
    ("ink", "sheet"),
    ("quiet", "page"),
    ("quiet", "sheet"),
    ("link", "sheet"),
    ("ink", "new-tint"),
    ("quiet", "new-tint"),
    ("link", "busy-tint"),
    ("ink", "busy-tint"),
    *((state, f"{state}-tint") for state in ("good", "busy", "warn", "bad", "new")),
]


def variables(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme by name."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")
    pattern = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    return dict(pattern.findall(light)) | (dict(pattern.findall(dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of a colour."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.req("G17")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = variables(scheme)

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "sheet", "busy-tint"])
def test_the_focus_ring_can_be_seen(scheme: str, ground: str) -> None:
    colours = variables(scheme)

    assert contrast(colours["focus"], colours[ground]) >= 3


@pytest.fixture(scope="module")
def url(engine: Engine, installed_org: LocalOrg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The console over an org that shows everything and one that syncs just now."""
    filled.forget_orgs(engine)
    world, other = World(org=installed_org, engine=engine), World(org=installed_org, engine=engine)
    filled.connect(world, filled.HOSTILE)
    filled.fill(world)
    filled.connect(other, "sandbox", time_zone="America/New_York")
    other.clock.set(world.clock.now())
    server = Server(("127.0.0.1", 0), create_app(filled.services(world, tmp_path_factory.mktemp("data"))))
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    with filled.running(other):
        yield f"http://127.0.0.1:{server.bind_addr[1]}/"
    server.stop()
    thread.join()
    filled.forget_orgs(engine)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that Playwright brought."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        brought = Path(playwright.chromium.executable_path)
        if not installed and not brought.exists():
            pytest.skip("there is no Chromium; scripts/chromium installs one")
        browser = playwright.chromium.launch(executable_path=installed or brought, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The console on a desk; whatever the browser complains about fails the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{url}?reload=off")
    yield page
    page.close()
    assert complaints == []


def test_the_page_shows_both_orgs_by_role_and_name(page: Page) -> None:
    assert page.title() == "Sync console \N{EN DASH} Plansync"
    assert page.get_by_role("heading", level=1).inner_text() == "Sync console"
    assert page.get_by_role("region", name=filled.HOSTILE).first.is_visible()
    assert page.get_by_role("heading", name="sandbox").is_visible()
    assert page.get_by_role("table", name="What waits, longest first").is_visible()
    assert page.get_by_role("rowheader", name="success plan").is_visible()
    assert page.get_by_text("syncing now").is_visible()


def test_the_stylesheet_is_allowed_and_used(page: Page) -> None:
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 246, 248)"
    assert page.evaluate("getComputedStyle(document.querySelector('.state.bad')).color") == "rgb(161, 29, 43)"


def test_hostile_text_made_no_elements(page: Page) -> None:
    assert page.locator("script, img, iframe").count() == 0


@pytest.mark.req("G17")
def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page) -> None:
    reachable = page.locator("a[href], [tabindex='0']").count()
    seen = []
    for _ in range(reachable):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();"
                " return [e.outerHTML.slice(0, 120) + r.top, s.outlineStyle, parseFloat(s.outlineWidth), r.width > 0] }"
            )
        )

    assert len({place for place, *_ in seen}) == reachable
    assert all(style == "solid" and width >= 2 and visible for _, style, width, visible in seen)


def test_the_first_stop_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") == 0

    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_names_are_given_once_and_point_somewhere(page: Page) -> None:
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    pointed = page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))"
    )

    assert len(ids) == len(set(ids))
    assert set(pointed) <= set(ids)


def test_headings_step_down_one_at_a_time(page: Page) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")

    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_width_makes_the_page_scroll_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_figure_is_cut_off_at_any_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    cut = "[...document.querySelectorAll('.figures > div')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
    assert page.evaluate(cut) == []


def test_a_page_that_follows_a_sync_can_be_kept_still(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("link", name="Keep it still").click()

    assert page.url.endswith("?reload=off")
    assert page.get_by_role("link", name="Follow it").is_visible()

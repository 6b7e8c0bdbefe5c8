"""Templates in a real Chromium: sound pages, narrow screens, and a clone previewed with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from service.plans.template_import import carry_out, plan_import
from tests.browser.conftest import Site
from tests.browser.test_browser_console import FOCUS, REACHABLE, UNNAMED
from tests.desks import desk_of, employ, know_fields, mirror_rights
from tests.plans.template_texts import blueprint

TESS = "tess@example.com"
PAGES = ("", "/{template}", "/{template}/clone", "/{template}/clone?account=Acme&as=tess@example.com&calendar=DE-BY")
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def template(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a template that was published and edited since, in an org that knows its author."""
    world = site.world
    world.create_there("account", Name="Acme")
    user_id = employ(world, TESS, "CSC_Customer_Success")
    mirror_rights(world)
    desk = know_fields(desk_of(world, user_id, "CSC_Customer_Success"))
    plan = plan_import(desk, blueprint(tmp_path_factory.mktemp("template")))
    carry_out(desk, plan, note="the beginning")
    world.edit_here("objective", plan.template_id, priority="Low", description="<b>Edited</b>")
    return str(plan.template_id)


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest, page: Page, site: Site, template: str) -> Page:
    """Each page in turn."""
    page.goto(f"{site.org}/templates" + request.param.format(template=template))
    return page


@pytest.mark.req("G17")
def test_a_page_is_sound_and_the_keyboard_reaches_everything(shown: Page) -> None:
    assert shown.locator("h1").count() == 1
    assert shown.evaluate(UNNAMED) == []
    assert shown.locator("img, iframe, script:not([src])").count() == 0
    reachable = shown.evaluate(REACHABLE)
    seen = []
    for _ in range(min(reachable, 60)):
        shown.keyboard.press("Tab")
        seen.append(shown.evaluate(FOCUS))
    assert all(style != "none" and width >= 2 for _, style, width, _ in seen)


def test_a_page_fits_a_phone(shown: Page) -> None:
    shown.set_viewport_size(PHONE)

    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.req("G1")
def test_a_clone_is_previewed_with_the_keyboard(page: Page, site: Site, template: str) -> None:
    page.goto(f"{site.org}/templates/{template}/clone")
    page.get_by_label("Account, by name or id").focus()
    page.keyboard.type("Acme")
    page.keyboard.press("Tab")
    page.keyboard.type(TESS)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=2)).to_have_text("8 records would be made")
    expect(page.get_by_role("button", name="Make this clone")).to_be_visible()
    expect(page.get_by_text("A clone will be of its draft of version 2.")).to_be_visible()


def test_what_was_changed_since_the_last_version_is_shown(page: Page, site: Site, template: str) -> None:
    page.goto(f"{site.org}/templates/{template}")

    expect(page.get_by_role("region", name="What differs").get_by_role("row").nth(2)).to_contain_text("priority")
    expect(page.get_by_role("button", name="Publish version 2")).to_be_visible()

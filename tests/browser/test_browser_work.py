"""Working at the console in a real Chromium, with the keyboard alone: in, around, deciding, retrying, out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.localorg.org import LocalOrg
from tests import filled
from tests.browser.chromium import DESK, sign_in
from tests.browser.conftest import Site, listen
from tests.world import World

PASSWORD = filled.PASSWORD.text


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if (
            page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent)")
            == name
        ):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def test_the_console_is_entered_walked_and_left_with_the_keyboard(outside: Page, site: Site) -> None:
    outside.goto(f"{site.org}/runs")
    assert outside.title() == "Sign in \N{EN DASH} Plansync"
    outside.get_by_label("E-mail address").focus()
    outside.keyboard.type("ada@example.com")
    outside.keyboard.press("Tab")
    outside.keyboard.type(PASSWORD)
    outside.keyboard.press("Enter")
    expect(outside.get_by_role("heading", level=1)).to_have_text("Runs")

    for name in ("Overview", "Records", "Runs", "Decisions", "Audit", "Doctor", "Jobs"):
        tab_to(outside, name)
        outside.keyboard.press("Enter")
        expect(outside.locator("[aria-current=page]")).to_have_text(name)
    tab_to(outside, "Sign out")
    outside.keyboard.press("Enter")

    expect(outside.get_by_role("status")).to_have_text("You are signed out.")
    outside.goto(site.org)
    expect(outside.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_wrong_password_is_told_and_too_many_are_stopped(outside: Page, site: Site, complaints: list[str]) -> None:
    outside.goto(f"{site.url}/sign-in")
    for _ in range(6):
        outside.get_by_label("E-mail address").fill("mallory@example.com")
        outside.get_by_label("Password").fill("guess")
        outside.get_by_role("button", name="Sign in").click()
        told = outside.get_by_role("alert").inner_text()

    assert told == "Too many attempts. Try again in 15 minutes."
    assert len(complaints) == 12
    assert "429" in complaints[-1] + complaints[-2]
    complaints.clear()


@pytest.fixture
def own(browser: Browser, site: Site, installed_org: LocalOrg, complaints: list[str]) -> Iterator[tuple[Page, World]]:
    """Somebody signed in, at an org that only this test changes."""
    world = World(org=installed_org, engine=site.world.engine)
    filled.connect(world, "own")
    filled.fill(world)
    world.clock.set(site.world.clock.now())
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    sign_in(page, site.url)
    listen(page, complaints)
    page.goto(f"{site.url}/orgs/{world.org_id}/")
    yield page, world
    context.close()
    assert complaints == []


@pytest.mark.req("G3")
def test_a_conflict_is_decided_with_the_keyboard(own: tuple[Page, World]) -> None:
    page, world = own
    [conflict] = [item for item in world.parked() if item["field"]]
    page.get_by_role("link", name="Conflicts").first.press("Enter")
    tab_to(page, "Take theirs for target_value of OKPI-00000001")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("1 decided")
    assert world.here("objective_kpi")[conflict["link_id"]]["target_value"] == "40"
    expect(page.get_by_role("link", name="Conflicts 1")).to_be_visible()


def test_what_is_parked_is_ticked_and_tried_again_with_the_keyboard(own: tuple[Page, World]) -> None:
    page, world = own
    page.get_by_role("link", name="Parked").first.press("Enter")
    page.get_by_label("Tick all on this page").press("Space")
    expect(page.locator("tbody input[type=checkbox]")).to_be_checked()
    tab_to(page, "Retry what is ticked")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("1 to be tried with the next sync.")
    [refused] = [item for item in world.parked() if item["kind"] == "refused"]
    assert refused["retry_at"] <= world.clock.now()


def test_the_browsers_zone_is_the_admins_until_another_is_chosen(
    browser: Browser, site: Site, complaints: list[str]
) -> None:
    filled.forget_admins(site.world.engine)
    filled.let_in(site.world)
    context = browser.new_context(viewport=DESK, timezone_id="Asia/Tokyo")
    page = context.new_page()
    listen(page, complaints)
    sign_in(page, site.url)

    expect(page.get_by_role("contentinfo")).to_contain_text("JST")

    page.goto(f"{site.url}/account")
    page.get_by_label("Moments are shown in").select_option("America/New_York")
    page.get_by_role("button", name="Keep").click()
    page.goto(f"{site.url}/?reload=off")
    expect(page.get_by_role("contentinfo")).to_contain_text("EST")
    context.close()
    assert complaints == []


def test_without_scripts_everything_works_by_hand(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site.url)
    page.goto(f"{site.org}/decisions")
    page.get_by_label("Decided", exact=True).select_option("ask")
    page.get_by_role("button", name="Show").click()

    assert page.get_by_role("row").count() == 2
    page.goto(f"{site.org}/parked")
    assert not page.get_by_label("Tick all on this page").is_visible()
    context.close()

"""The page to try the API from, in a real Chromium under its own fence."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def test_the_page_lists_what_the_api_can_do_and_sends_what_is_asked(
    page: Page, site: Site, complaints: list[str]
) -> None:
    page.goto(f"{site.url}/api/v1/docs")
    operations = page.locator("section > details")
    expect(operations.nth(60)).to_be_attached()
    assert complaints == []

    page.get_by_label("Find").fill("/objectives/{record_id}/related")
    related = operations.filter(visible=True)
    expect(related).to_have_count(1)
    related.locator("summary").first.click()
    related.get_by_label("record_id").fill(str(site.ids["conflict"]))
    related.get_by_role("button", name="Send").click()

    expect(related.locator("pre")).to_contain_text("401")
    expect(related.locator("pre")).to_contain_text("token_missing")
    # The refusal is what was asked for.
    assert all("401" in said or said.endswith("/related") for said in complaints)
    complaints.clear()

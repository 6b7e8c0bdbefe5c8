"""The browser of the tests: Debian's Chromium, or the one that Playwright brought."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import filled

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK = {"width": 1280, "height": 800}


class ChromiumMissingError(Exception):
    """There is none on this machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser; it ends with the block."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        brought = Path(playwright.chromium.executable_path)
        if not installed and not brought.exists():
            raise ChromiumMissingError("there is no Chromium; scripts/chromium installs one")
        browser = playwright.chromium.launch(executable_path=installed or brought, args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Page, url: str) -> None:
    """Sign in as the admin of the tests."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_label("Password").fill(filled.PASSWORD.text)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")

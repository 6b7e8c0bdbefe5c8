"""The console behind a socket, a real browser, and somebody signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from uuid import UUID

import pytest
from cheroot.wsgi import Server
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from service.app import create_app
from service.localorg.org import LocalOrg
from tests import filled
from tests.browser.chromium import DESK, ChromiumMissingError, chromium, sign_in
from tests.world import World


@dataclass
class Site:
    """The console's address, and an org that shows everything; `ids` names what is parked in it."""

    url: str
    world: World
    ids: dict[str, UUID]

    @property
    def org(self) -> str:
        """Return the address of the org's pages."""
        return f"{self.url}/orgs/{self.world.org_id}"


@pytest.fixture(scope="module")
def site(engine: Engine, installed_org: LocalOrg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The console over an org that shows everything and one that syncs just now."""
    filled.forget_orgs(engine)
    filled.forget_admins(engine)
    world, other = World(org=installed_org, engine=engine), World(org=installed_org, engine=engine)
    filled.connect(world, filled.HOSTILE)
    ids = filled.fill(world)
    filled.connect(other, "sandbox", time_zone="America/New_York")
    other.clock.set(world.clock.now())
    filled.let_in(world)
    server = Server(("127.0.0.1", 0), create_app(filled.services(world, tmp_path_factory.mktemp("data"))))
    server.prepare()
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    with filled.running(other):
        yield Site(f"http://127.0.0.1:{server.bind_addr[1]}", world, ids)
    server.stop()
    thread.join()
    filled.forget_orgs(engine)
    filled.forget_admins(engine)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    try:
        with chromium() as browser:
            yield browser
    except ChromiumMissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def session(browser: Browser, site: Site) -> object:
    """What the browser keeps of a sign-in."""
    context = browser.new_context(viewport=DESK)
    sign_in(context.new_page(), site.url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test that expects some takes them out."""
    return []


@pytest.fixture
def outside(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A browser that is not signed in; whatever it complains about fails the test."""
    page = browser.new_page(viewport=DESK)
    listen(page, complaints)
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def page(browser: Browser, session: object, complaints: list[str]) -> Iterator[Page]:
    """A browser that is signed in; whatever it complains about fails the test."""
    context = browser.new_context(viewport=DESK, storage_state=session)
    page = context.new_page()
    listen(page, complaints)
    yield page
    context.close()
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the browser says in its console, what breaks, and every answer that refuses."""
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)

"""The web application on a world's store and clock, and a browser that is no browser, signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from service.access import sessions
from service.app import create_console
from service.localorg.org import LocalOrg
from service.pages.gate import TOKEN
from service.store.admins import Admin
from service.wiring import Services
from tests import filled
from tests.pages.page import Page
from tests.world import World


@dataclass
class Visitor:
    """Somebody at the console; `place` begins each address, such as an org's."""

    client: FlaskClient
    place: str = ""

    def get(self, path: str, **options: object) -> TestResponse:
        """Ask for a page."""
        return self.client.get(self.place + path, **options)

    def page(self, path: str) -> Page:
        """Return a page that can be shown."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def post(self, path: str, **values: object) -> TestResponse:
        """Send a form as a page of ours would."""
        return self.client.post(self.place + path, data={"csrf_token": self.csrf_token(), **values})

    def told(self, path: str, **values: object) -> str:
        """Send a form and return what the page after it says."""
        answer = self.post(path, **values)
        assert answer.status_code == 303, answer.text
        return Page(self.client.get(answer.location).text).text

    def csrf_token(self) -> str:
        """Return the token that this visitor's forms carry."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/sign-in").text)
        assert found
        return unescape(found[1])


Visit = Callable[..., Visitor]
Build = Callable[[Services], Flask]


@pytest.fixture
def admin(world: World) -> Iterator[Admin]:
    """The only admin."""
    filled.forget_admins(world.engine)
    yield filled.let_in(world)
    filled.forget_admins(world.engine)


@pytest.fixture
def stranger(world: World, tmp_path: Path) -> Iterator[Visit]:
    """Make a visitor who is not signed in; keywords change the settings. No org is connected yet, nobody is an admin."""

    def make(build: Build = create_console, **settings: object) -> Visitor:
        return Visitor(build(filled.services(world, tmp_path, **settings)).test_client())

    filled.forget_orgs(world.engine)
    filled.forget_admins(world.engine)
    yield make
    filled.forget_orgs(world.engine)
    filled.forget_admins(world.engine)


@pytest.fixture
def visit(stranger: Visit, admin: Admin, world: World) -> Visit:
    """Make a visitor who is signed in."""

    def make(**settings: object) -> Visitor:
        return signed_in(stranger(**settings), admin, world)

    return make


@pytest.fixture
def at_acme(visit: Visit, world: World) -> Visitor:
    """Somebody signed in, at the pages of an org that shows everything."""
    org = filled.connect(world, "acme")
    filled.fill(world)
    visitor = visit()
    visitor.place = f"/orgs/{org.id}"
    return visitor


@pytest.fixture(scope="session")
def acme(engine: Engine, installed_org: LocalOrg) -> World:
    """A world that shows everything, filled once; tests only look at it."""
    world = World(org=installed_org, engine=engine)
    filled.fill(world)
    return world


@pytest.fixture
def reader(stranger: Visit, admin: Admin, acme: World, tmp_path: Path) -> Visitor:
    """Somebody signed in, who only looks at the pages of that world's org."""
    org = filled.connect(acme, "acme")
    visitor = Visitor(create_console(filled.services(acme, tmp_path)).test_client())
    visitor.place = f"/orgs/{org.id}"
    return signed_in(visitor, admin, acme)


def signed_in(visitor: Visitor, admin: Admin, world: World) -> Visitor:
    """Give a visitor a session."""
    with world.engine.begin() as connection, visitor.client.session_transaction() as session:
        session[TOKEN] = sessions.start(connection, admin.id, now=world.clock.now())
    return visitor

"""A small org and somebody who works in it."""

from __future__ import annotations

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from tests.localorg.http.calling import EDITOR, NOW, PACKAGE, Caller


@pytest.fixture(scope="session")
def installed() -> LocalOrg:
    org = LocalOrg.install(PACKAGE, clock=Clock(NOW))
    org.add_user(EDITOR, name="Eddy Editor", permission_sets=["Project_Editor"])
    return org


@pytest.fixture
def org(installed: LocalOrg) -> LocalOrg:
    return installed.clone(Clock(NOW))


@pytest.fixture
def app(org: LocalOrg) -> App:
    return create_app(org)


@pytest.fixture
def editor(org: LocalOrg) -> Actor:
    """A user without rights on accounts, ratings and secrets."""
    return org.actor(org.user_id(EDITOR))


@pytest.fixture
def caller(app: App, editor: Actor) -> Caller:
    return Caller(app, app.api.sessions.open(editor.user_id))

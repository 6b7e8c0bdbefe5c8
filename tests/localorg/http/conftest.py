"""A small installed org, and callers of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import ADMIN, INTEGRATION, LocalOrg
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
def as_user(app: App) -> Callable[[str], Caller]:
    return lambda username: Caller(app, app.api.sessions.open(app.api.org.user_id(username)))


@pytest.fixture
def editor(as_user: Callable[[str], Caller]) -> Caller:
    return as_user(EDITOR)


@pytest.fixture
def admin(as_user: Callable[[str], Caller]) -> Caller:
    return as_user(ADMIN)


@pytest.fixture
def stranger(as_user: Callable[[str], Caller]) -> Caller:
    """A user without any permission set."""
    return as_user(INTEGRATION)

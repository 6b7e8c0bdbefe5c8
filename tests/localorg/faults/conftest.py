"""A small org, its API in-process, and callers of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, PACKAGE, Caller

NOW = datetime(2026, 3, 2, 10, 30, 15, tzinfo=UTC)


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
def editor(app: App) -> Caller:
    return Caller(app, app.api.sessions.open(app.api.org.user_id(EDITOR)))

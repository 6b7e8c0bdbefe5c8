"""The org of boats, changes to its schema, and its administrator calling its API."""

from __future__ import annotations

import pytest

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.http.app import App, create_app
from service.localorg.org import ADMIN, LocalOrg
from tests.localorg.http.calling import Caller


@pytest.fixture
def changes(boats: LocalOrg) -> SchemaChanges:
    return SchemaChanges(boats)


@pytest.fixture
def app(boats: LocalOrg) -> App:
    return create_app(boats)


@pytest.fixture
def caller(app: App, boats: LocalOrg) -> Caller:
    return Caller(app, app.api.sessions.open(boats.user_id(ADMIN)))

"""The small org of projects, its API in-process: fixtures for the rooms that call it."""

from __future__ import annotations

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, NOW, PACKAGE


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

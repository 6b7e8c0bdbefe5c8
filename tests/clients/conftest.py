"""Other people's clients, unmodified, and orgs behind sockets for them to call."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.localorg.http.app import App, create_app
from service.localorg.org import ADMIN, LocalOrg
from tests.clients.node import JSFORCE, ROOT, SF, Sf, install

BOATS = ROOT / "tests/localorg/package"


@pytest.fixture(scope="session")
def jsforce() -> Path:
    """The folder of the scripts that use jsforce, which is installed there."""
    return install(JSFORCE).parent


@pytest.fixture(scope="session")
def sf(tmp_path_factory: pytest.TempPathFactory) -> Sf:
    """The command line with a copy of the package as its project."""
    project = tmp_path_factory.mktemp("sf") / "project"
    shutil.copytree(ROOT / "sfdx", project, ignore=shutil.ignore_patterns("checks", "node_modules"))
    home = tmp_path_factory.mktemp("home")
    return Sf(install(SF) / ".bin/sf", home, project)


@pytest.fixture(scope="module")
def boats() -> App:
    """An org with the small package of the local org's own tests and more boats than a page holds."""
    org = LocalOrg.install(BOATS)
    org.insert_many(org.admin(), "Boat__c", ({"Name": f"Boat {n:04}", "Length__c": (n + 1) / 100} for n in range(2500)))
    return create_app(org)


def admin_token(app: App) -> str:
    """Return an access token of the administrator's."""
    return app.api.sessions.token_of(app.api.org.user_id(ADMIN))

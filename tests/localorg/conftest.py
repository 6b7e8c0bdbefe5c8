"""Orgs for the tests of the local org: installed once, cloned for each test, their clock standing still."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.localorg.clock import Clock
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def package() -> Path:
    """The package that the project ships."""
    return HERE.parent.parent / "sfdx"


@pytest.fixture(scope="session")
def installed(package: Path) -> LocalOrg:
    return LocalOrg.install(package, clock=Clock(NOW))


@pytest.fixture
def org(installed: LocalOrg) -> LocalOrg:
    """An org with the project's package."""
    return installed.clone(Clock(NOW))


@pytest.fixture(scope="session")
def boats_package() -> Path:
    """A small package with none of the project's objects."""
    return HERE / "package"


@pytest.fixture(scope="session")
def installed_boats(boats_package: Path) -> LocalOrg:
    org = LocalOrg.install(boats_package, clock=Clock(NOW))
    org.add_user("sailor@example.com", name="Sam Sailor", permission_sets=["Sailor"])
    org.add_user("mate@example.com", name="Mia Mate", permission_sets=["Sailor"])
    org.add_user("master@example.com", name="Max Master", permission_sets=["Sailor", "Harbour Master"])
    org.add_user("guest@example.com", name="Gus Guest")
    return org


@pytest.fixture
def boats(installed_boats: LocalOrg) -> LocalOrg:
    """An org with the small package and four users."""
    return installed_boats.clone(Clock(NOW))


@pytest.fixture
def admin(boats: LocalOrg) -> Actor:
    return boats.admin()


@pytest.fixture
def sailor(boats: LocalOrg) -> Actor:
    return boats.actor(boats.user_id("sailor@example.com"))


@pytest.fixture
def mate(boats: LocalOrg) -> Actor:
    return boats.actor(boats.user_id("mate@example.com"))


@pytest.fixture
def master(boats: LocalOrg) -> Actor:
    return boats.actor(boats.user_id("master@example.com"))


@pytest.fixture
def guest(boats: LocalOrg) -> Actor:
    return boats.actor(boats.user_id("guest@example.com"))

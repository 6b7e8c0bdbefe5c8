"""What most tests share: one PostgreSQL a run, one database a worker, one installed org to clone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from service.localorg.org import LocalOrg
from service.store.database import open_engine
from tests.postgres import migrated_database, throwaway_server
from tests.world import START, World, installed


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """A PostgreSQL server of this worker's own, gone at the end."""
    with throwaway_server() as url:
        yield url


@pytest.fixture(scope="session")
def database_url(admin_url: str) -> str:
    """The URL of a migrated database, for the application's role."""
    return migrated_database(admin_url)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the migrated database; each test has an org of its own in it."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def org_id() -> UUID:
    """An org that no other test knows."""
    return uuid4()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return START


@pytest.fixture(scope="session")
def installed_org() -> LocalOrg:
    """The local org with our package, to be cloned and never changed."""
    return installed()


@pytest.fixture
def world(engine: Engine, installed_org: LocalOrg) -> World:
    """Both sides, empty, in step."""
    return World(org=installed_org, engine=engine)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return Path(__file__).resolve().parent.parent

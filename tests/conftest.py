"""What most tests share: one PostgreSQL a run, one database a worker, one installed org to clone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from service.localorg.org import LocalOrg
from service.store.database import ROLE, create_role_and_database, embedded_server, open_engine
from service.store.schema import upgrade
from tests.world import START, World, installed


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """A PostgreSQL server of this worker's own, gone at the end."""
    # Not below pytest's own folder: each pytest makes that private again, and as root the server runs as another user.
    with TemporaryDirectory(prefix="plansync-tests-") as folder:
        server = embedded_server(Path(folder) / "postgres")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # A test run that loses its power begins anew.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def database_url(admin_url: str) -> str:
    """The URL of a migrated database, for the application's role."""
    create_role_and_database(admin_url, database="tests")
    url = make_url(admin_url).set(username=ROLE, database="tests").render_as_string(hide_password=False)
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return url


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

"""Where runs take place: a database without fsync and an installed org, one of each for a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine, make_url

from service.localorg.org import LocalOrg
from tests.postgres import migrated_database, throwaway_server
from tests.world import installed


@dataclass(frozen=True, slots=True)
class Place:
    """The database and the org of which every run gets a clone."""

    engine: Engine
    org: LocalOrg


@contextmanager
def open_place() -> Iterator[Place]:
    """Set a place up and clear it away."""
    with throwaway_server() as admin_url:
        place = Place(engine_on(migrated_database(admin_url)), installed())
        yield place
        place.engine.dispose()


def engine_on(database_url: str) -> Engine:
    """Return an engine that does not ask before each transaction, as the service's does, whether the server is there."""
    return create_engine(make_url(database_url).set(drivername="postgresql+psycopg"))

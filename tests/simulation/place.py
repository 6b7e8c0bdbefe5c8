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
        url = make_url(migrated_database(admin_url)).set(drivername="postgresql+psycopg")
        # Not the service's own engine, which asks before each transaction whether the server is still there.
        engine = create_engine(url)
        yield Place(engine, installed())
        engine.dispose()

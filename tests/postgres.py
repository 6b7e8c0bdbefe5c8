"""A PostgreSQL of one test process's own: in a temporary folder, gone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from service.store.database import ROLE, create_role_and_database, embedded_server, open_engine
from service.store.schema import upgrade


@contextmanager
def throwaway_server(*, durable: bool = False) -> Iterator[str]:
    """Yield the administrator's URL of an embedded server that is gone at the end; a durable one outlives a crash."""
    # Not below pytest's own folder: each pytest makes that private again, and as root the server runs as another user.
    with TemporaryDirectory(prefix="plansync-tests-") as folder:
        server = embedded_server(Path(folder) / "postgres")
        if not durable:
            _hurry(server.get_uri())
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _hurry(admin_url: str) -> None:
    """Wait for no disk: a test run that loses its power begins anew."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")


def migrated_database(admin_url: str, name: str = "tests") -> str:
    """Create a migrated database and return its URL for the application's role."""
    create_role_and_database(admin_url, database=name)
    url = make_url(admin_url).set(username=ROLE, database=name).render_as_string(hide_password=False)
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
    return url

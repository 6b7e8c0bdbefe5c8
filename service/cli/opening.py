"""Opening what a command works with, and closing it behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.config import Settings
from service.store import schema
from service.store.database import DatabaseError
from service.store.orgs import Org
from service.sync.context import Sync
from service.wiring import Services, build


@contextmanager
def joined(settings: Settings) -> Iterator[Services]:
    """Open the services on the database, whatever revision it stands at."""
    try:
        services = build(settings)
    except OSError as error:
        raise DatabaseError(
            f"The data directory {settings.data} cannot be used ({error.strerror}); name another in PLANSYNC_DATA"
        ) from error
    try:
        yield services
    finally:
        services.engine.dispose()


@contextmanager
def opened(settings: Settings) -> Iterator[Services]:
    """Open the services on a database that this version of the program knows."""
    with joined(settings) as services:
        check_revision(schema.current(services.engine))
        yield services


@contextmanager
def signed_in(services: Services, org: Org) -> Iterator[Sync]:
    """Open both sides of an org."""
    sync = services.sync(org)
    try:
        yield sync
    finally:
        sync.client.session.close()


def check_revision(revision: str | None) -> None:
    """Refuse a database whose tables are not the ones that this program knows."""
    if revision is None:
        raise DatabaseError("The database has no tables yet; make them with `plansync db upgrade`")
    if revision != schema.head():
        raise DatabaseError(
            f"The database stands at revision {revision} and this program needs {schema.head()}; "
            "run `plansync db upgrade`, or the newer program that upgraded it"
        )

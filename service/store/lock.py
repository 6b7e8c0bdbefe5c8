"""The lock under which an org is synced: one sync at a time, and none left locked by a process that died."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, text

KEY = "hashtextextended(:org, 0)"


@contextmanager
def held(engine: Engine, org_id: UUID) -> Iterator[bool]:
    """Hold the lock, or say that somebody else does; it ends with its connection, whatever ends that.

    It belongs to a session rather than a transaction: none stays open, so no server ends it for idling. A pooler
    between us and the server must therefore pool sessions, not transactions.
    """
    org = {"org": str(org_id)}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = bool(connection.execute(text(f"SELECT pg_try_advisory_lock({KEY})"), org).scalar_one())
        try:
            yield taken
        finally:
            if taken:
                connection.execute(text(f"SELECT pg_advisory_unlock({KEY})"), org)


def is_taken(connection: Connection, org_id: UUID) -> bool:
    """Say whether a process holds the lock."""
    held_by_someone = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"  # noqa: S608 - a constant of ours
        f" AND (classid::bigint << 32) + objid::bigint = {KEY})"
    )
    return bool(connection.execute(held_by_someone, {"org": str(org_id)}).scalar_one())

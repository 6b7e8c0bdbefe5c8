"""The lock under which an org is synced: one sync at a time, and none left locked by a process that died."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from service.errors import PlansyncError

KEY = "hashtextextended(:org, 0)"


class LockLost(PlansyncError):  # noqa: N818 - named for what happened
    """The connection that held the lock is gone, and another sync may have taken it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The lock as its holder sees it."""

    connection: Connection

    def check(self) -> None:
        """Make sure that the lock is still held: LockLost when its connection ended."""
        try:
            self.connection.execute(text("SELECT 1"))
        except DBAPIError as gone:
            raise LockLost(
                "The database ended the connection that kept other syncs away; the next sync goes on"
            ) from gone


@contextmanager
def held(engine: Engine, org_id: UUID) -> Iterator[Hold | None]:
    """Hold the lock; None when somebody else does. It ends with its connection, whatever ends that.

    It belongs to a session rather than a transaction: none stays open, so no server ends it for idling. A pooler
    between us and the server must therefore pool sessions, not transactions.
    """
    org = {"org": str(org_id)}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = bool(connection.execute(text(f"SELECT pg_try_advisory_lock({KEY})"), org).scalar_one())
        try:
            yield Hold(connection) if taken else None
        finally:
            if taken and not connection.invalidated:
                connection.execute(text(f"SELECT pg_advisory_unlock({KEY})"), org)


def is_taken(connection: Connection, org_id: UUID) -> bool:
    """Say whether a process holds the lock."""
    held_by_someone = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"  # noqa: S608 - a constant of ours
        f" AND (classid::bigint << 32) + objid::bigint = {KEY})"
    )
    return bool(connection.execute(held_by_someone, {"org": str(org_id)}).scalar_one())

"""The lock under which an org is synced: one sync at a time, and none left locked by a process that died."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

KEY = "hashtextextended(:org, 0)"


def take(connection: Connection, org_id: UUID) -> bool:
    """Take the lock until the connection's transaction ends; False when somebody else holds it."""
    return bool(connection.execute(text(f"SELECT pg_try_advisory_xact_lock({KEY})"), {"org": str(org_id)}).scalar_one())


def is_taken(connection: Connection, org_id: UUID) -> bool:
    """Say whether a process holds the lock."""
    held = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"  # noqa: S608 - a constant of ours
        f" AND (classid::bigint << 32) + objid::bigint = {KEY})"
    )
    return bool(connection.execute(held, {"org": str(org_id)}).scalar_one())

"""Seen tokens: each token opens the door once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, Index, PrimaryKeyConstraint, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.store.database import among
from service.store.records import METADATA

seen_tokens = Table(
    "seen_tokens",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("jti", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("org_id", "jti", name="seen_tokens_pkey"),
    Index("seen_tokens_expires_at_idx", "org_id", "expires_at"),
)
"""One row per token that was used and could be used again, by its `jti`."""

SWEPT = 100
"""Dead rows that a new one takes with it at most."""


def note(connection: Connection, org_id: UUID, jti: str, *, expires_at: datetime) -> bool:
    """Write a token down; say False for one that was seen before."""
    statement = insert(seen_tokens).values(org_id=org_id, jti=jti, expires_at=expires_at).on_conflict_do_nothing()
    return connection.execute(statement.returning(seen_tokens.c.jti)).one_or_none() is not None


def sweep(connection: Connection, *, now: datetime) -> None:
    """Drop some of what is dead by itself; rows that another request sweeps are left to it."""
    dead = select(seen_tokens.c.jti).where(seen_tokens.c.expires_at < now).limit(SWEPT)
    found = connection.execute(dead.with_for_update(skip_locked=True)).scalars().all()
    if found:
        connection.execute(delete(seen_tokens).where(among(seen_tokens.c.jti, found)))

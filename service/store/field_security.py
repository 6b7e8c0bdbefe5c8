"""Field-level security as orgs told it: which columns of an object are closed to which user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, DateTime, PrimaryKeyConstraint, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.store.records import METADATA

field_security = Table(
    "field_security",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("user_id", Text(collation="C"), nullable=False),
    Column("object", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("hidden", JSONB, nullable=False),
    Column("locked", JSONB, nullable=False),
    PrimaryKeyConstraint("org_id", "user_id", "object", name="field_security_pkey"),
)
"""One row per user of the CRM and object (by noun)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The columns of an object that a user may not read, and those they may not set; `shown`: the org tells at all."""

    asked_at: datetime
    shown: bool
    hidden: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()


def keep(connection: Connection, org_id: UUID, user_id: str, noun: str, closed: Closed) -> None:
    """Keep what is closed to a user in place of what was kept."""
    news = {
        "asked_at": closed.asked_at,
        "shown": closed.shown,
        "hidden": sorted(closed.hidden),
        "locked": sorted(closed.locked),
    }
    statement = insert(field_security).values(org_id=org_id, user_id=user_id, object=noun, **news)
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "user_id", "object"], set_=news))


def of_user(connection: Connection, user_id: str, noun: str) -> Closed | None:
    """Return what is closed to a user; None where the org was not asked."""
    names = [field_security.c[name] for name in Closed.__slots__]
    query = select(*names).where(field_security.c.user_id == user_id, field_security.c.object == noun)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Closed(asked_at=row.asked_at, shown=row.shown, hidden=frozenset(row.hidden), locked=frozenset(row.locked))


def forget(connection: Connection, *, before: datetime) -> int:
    """Drop what was asked before a moment; return how many rows that were."""
    return connection.execute(delete(field_security).where(field_security.c.asked_at < before)).rowcount

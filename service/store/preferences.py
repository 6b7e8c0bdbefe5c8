"""Preferences: what each user last chose on a screen, such as the view of a picker (OB-26)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.store.records import METADATA

preferences = Table(
    "preferences",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("caller", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    PrimaryKeyConstraint("org_id", "caller", "name", name="preferences_pkey"),
)
"""One row per user and name; `caller` is the CRM's user id."""


def read(connection: Connection, caller: str, name: str) -> dict[str, Any] | None:
    """Return what a user prefers; None when nothing was said yet."""
    query = select(preferences.c.value).where(preferences.c.caller == caller, preferences.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def names(connection: Connection, caller: str) -> set[str]:
    """Return under which names a user prefers something."""
    return set(connection.execute(select(preferences.c.name).where(preferences.c.caller == caller)).scalars())


def keep(connection: Connection, org_id: UUID, caller: str, name: str, value: dict[str, Any]) -> None:
    """Keep what a user prefers in place of what they preferred before."""
    statement = insert(preferences).values(org_id=org_id, caller=caller, name=name, value=value)
    newer = {"value": statement.excluded.value}
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "caller", "name"], set_=newer))

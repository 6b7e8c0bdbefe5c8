"""Names: what people call a record of ours."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.store.database import among
from service.store.records import RECORDS

TOLD = ("name", "last_name", "description", "role")
"""The columns that may hold a name, the best first."""


def names(connection: Connection, table: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what people call these records of one table; one that has no name is left out."""
    records = RECORDS[table]
    told = [records.c[column] for column in TOLD if column in records.c]
    if not ids or not told:
        return {}
    name = func.coalesce(*told).label("name")
    rows = connection.execute(select(records.c.id, name).where(among(records.c.id, ids), name.isnot(None)))
    return {row.id: row.name for row in rows}

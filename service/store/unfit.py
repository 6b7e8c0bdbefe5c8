"""Unfit: mapped fields and objects that an org no longer offers as the mapping says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from service.store.ledger import unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """One field, or with an empty field a whole object, why it is left out, and since when."""

    object: str
    field: str
    reason: str
    since: datetime


def read(connection: Connection) -> list[Unfit]:
    """Return what is left out in the org of this transaction."""
    query = select(*(unfit.c[name] for name in Unfit.__slots__)).order_by(unfit.c.object, unfit.c.field)
    return [Unfit(**row._asdict()) for row in connection.execute(query)]


def replace(connection: Connection, org_id: UUID, reasons: Mapping[tuple[str, str], str], *, now: datetime) -> None:
    """Write down all that is left out, by object and field; what was left out before keeps its beginning."""
    since = {(one.object, one.field): one.since for one in read(connection)}
    connection.execute(delete(unfit))
    rows = [
        {"org_id": org_id, "object": noun, "field": field, "reason": reason, "since": since.get((noun, field), now)}
        for (noun, field), reason in reasons.items()
    ]
    if rows:
        connection.execute(insert(unfit), rows)

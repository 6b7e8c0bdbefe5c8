"""Allowances: what each org bears, as the last run left it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.store.ledger import allowances

MOST_ROWS = 1_000
"""Rows that a call carries where nothing is known to the contrary: five collections of 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """An org's API calls of 24 hours as last seen, until when it is left alone, and how many rows go in one call."""

    used: int | None = None
    allowed: int | None = None
    seen_at: datetime | None = None
    paused_until: datetime | None = None
    most_rows: int = MOST_ROWS


def read(connection: Connection) -> Allowance:
    """Return what is known of the org of this transaction."""
    row = connection.execute(select(*(allowances.c[name] for name in Allowance.__slots__))).one_or_none()
    return Allowance() if row is None else Allowance(**row._asdict())


def save(connection: Connection, org_id: UUID, **known: Any) -> None:
    """Write some of what is known of an org."""
    statement = insert(allowances).values(org_id=org_id, **known)
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id"], set_=known))

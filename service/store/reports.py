"""Reports: the last audit and the last doctor's report of each org."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from service.store.ledger import reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report as it was made: `body` is what `--json` prints."""

    kind: str
    at: datetime
    body: dict[str, Any]


def keep(connection: Connection, org_id: UUID, report: Report) -> None:
    """Keep a report in place of the last one of its kind."""
    statement = insert(reports).values(org_id=org_id, kind=report.kind, at=report.at, body=report.body)
    newer = {"at": statement.excluded.at, "body": statement.excluded.body}
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "kind"], set_=newer))


def last(connection: Connection, kind: str) -> Report | None:
    """Return the last report of a kind; None when none was made yet."""
    query = select(reports.c.kind, reports.c.at, reports.c.body).where(reports.c.kind == kind)
    row = connection.execute(query).one_or_none()
    return None if row is None else Report(kind=row.kind, at=row.at, body=row.body)

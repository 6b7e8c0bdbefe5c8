"""The runs of an org, to be looked through: page by page, one alone, or a span of time in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, or_, select, tuple_

from service.store.ledger import runs
from service.store.overview import Run

READING = ("full", "cycle")
"""The runs that read the CRM and bring both sides in step; others repair, refresh or sweep."""

_COLUMNS = [runs.c[name] for name in Run.__slots__]


@dataclass(frozen=True, slots=True)
class Span:
    """When a run ran, whether it brought both sides in step, and what it cost: all that a chart needs of it."""

    started_at: datetime
    ended_at: datetime | None
    well: bool
    failed: bool
    api_calls: int


def page(connection: Connection, *, before: tuple[datetime, UUID] | None, limit: int) -> list[Run]:
    """Return runs, newest first, from below a place."""
    query = select(*_COLUMNS).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(runs.c.started_at, runs.c.id) < before)
    return [Run(**row._asdict()) for row in connection.execute(query)]


def one(connection: Connection, run_id: UUID) -> Run | None:
    """Return one run."""
    row = connection.execute(select(*_COLUMNS).where(runs.c.id == run_id)).one_or_none()
    return None if row is None else Run(**row._asdict())


def spans(connection: Connection, *, since: datetime) -> Sequence[Span]:
    """Return the runs that started since a moment, oldest first, and the last good one before them."""
    well = and_(runs.c.kind.in_(READING), runs.c.ended_at.isnot(None), runs.c.error.is_(None))
    last_before = select(func.max(runs.c.started_at)).where(runs.c.started_at < since, well).scalar_subquery()
    query = (
        select(runs.c.started_at, runs.c.ended_at, well, runs.c.error.isnot(None), runs.c.api_calls)
        .where(or_(runs.c.started_at >= since, and_(runs.c.started_at == last_before, well)))
        .order_by(runs.c.started_at)
    )
    return [Span(*row) for row in connection.execute(query)]

"""The decision log, to be looked through: by object, action, text, time, record or run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Text, cast, or_, select

from service.store.ledger import decisions

RECENT = 5_000
"""How far back the log is looked at for the actions that a page offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One decision; `field` is None when it is about the whole record."""

    id: int
    run_id: UUID
    link_id: UUID | None
    object: str
    field: str | None
    action: str
    reason: str
    base: Any
    ours: Any
    theirs: Any
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which decisions; what is None or empty does not matter."""

    object: str = ""
    action: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    link_id: UUID | None = None
    run_id: UUID | None = None


_COLUMNS = [decisions.c[name] for name in Line.__slots__]


def page(connection: Connection, wanted: Wanted, *, before: int | None, limit: int) -> list[Line]:
    """Return decisions, newest first, from below a place."""
    query = select(*_COLUMNS).where(*_conditions(wanted)).order_by(decisions.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(decisions.c.id < before)
    return [Line(**row._asdict()) for row in connection.execute(query)]


def actions(connection: Connection) -> list[str]:
    """Return the actions that were decided of late."""
    recent = select(decisions.c.action).order_by(decisions.c.id.desc()).limit(RECENT).subquery()
    return list(connection.execute(select(recent.c.action).distinct().order_by(recent.c.action)).scalars())


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name in ("object", "action", "link_id", "run_id"):
        if value := getattr(wanted, name):
            yield decisions.c[name] == value
    if wanted.text:
        texts = (decisions.c.field, decisions.c.reason, *(cast(decisions.c[name], Text) for name in _VALUES))
        yield or_(*(text.icontains(wanted.text, autoescape=True) for text in texts))
    if wanted.since:
        yield decisions.c.at >= wanted.since
    if wanted.until:
        yield decisions.c.at < wanted.until


_VALUES = ("base", "ours", "theirs")

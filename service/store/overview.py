"""Reading the ledger for people: the last runs, records by state, what is parked, how far the CRM was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, false, func, not_, select

from service.store.database import among
from service.store.ledger import cursors, links, parked, runs
from service.store.records import RECORDS

_ORDER = [name.rstrip("_") for name in RECORDS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the sync; `ended_at` is None while it is under way, and for ever when its process died."""

    id: UUID
    kind: str
    started_at: datetime
    ended_at: datetime | None
    error: str | None
    counts: Mapping[str, int]
    api_calls: int

    @property
    def duration(self) -> timedelta | None:
        """Return how long it took; None when it has no end."""
        return None if self.ended_at is None else self.ended_at - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many records of one object are in which state; each record counts once."""

    in_step: int = 0
    to_push: int = 0
    parked: int = 0
    gone: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in Tally.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRecord:
    """One record, or one field of it, that waits; see `service.store.ledger.parked`."""

    link_id: UUID
    field: str
    object: str
    crm_id: str | None
    kind: str
    code: str
    reason: str
    details: Mapping[str, Any]
    attempts: int
    first_at: datetime
    last_at: datetime
    retry_at: datetime | None


def last_runs(connection: Connection, *, limit: int) -> list[Run]:
    """Return the newest runs, newest first."""
    columns = [runs.c[name] for name in Run.__slots__]
    rows = connection.execute(select(*columns).order_by(runs.c.started_at.desc(), runs.c.id).limit(limit))
    return [Run(**row._asdict()) for row in rows]


def api_calls_since(connection: Connection, moment: datetime) -> int:
    """Return the API calls of all runs that started after a moment."""
    total = select(func.coalesce(func.sum(runs.c.api_calls), 0)).where(runs.c.started_at >= moment)
    return int(connection.execute(total).scalar_one())


def tallies(connection: Connection) -> dict[str, Tally]:
    """Return the records of each object by state, in the order of the tables; an object without records is left out."""
    waits = select(parked.c.link_id).distinct().subquery()
    gone = links.c.gone
    is_parked = func.coalesce(waits.c.link_id.isnot(None), false())
    dirty = links.c.version > links.c.pushed_version

    def count(*conditions: Any) -> Any:
        return func.count().filter(and_(*conditions))

    query = (
        select(
            links.c.object,
            count(not_(gone), not_(is_parked), not_(dirty)).label("in_step"),
            count(not_(gone), not_(is_parked), dirty).label("to_push"),
            count(not_(gone), is_parked).label("parked"),
            count(gone).label("gone"),
        )
        .outerjoin(waits, waits.c.link_id == links.c.id)
        .group_by(links.c.object)
    )
    rows = connection.execute(query).mappings()
    found = {row["object"]: Tally(**{name: row[name] for name in Tally.__slots__}) for row in rows}
    return dict(sorted(found.items(), key=lambda item: _ORDER.index(item[0])))


def parked_records(
    connection: Connection, *, limit: int | None = None, ids: Collection[UUID] | None = None
) -> list[ParkedRecord]:
    """Return what waits, longest first."""
    columns = [links.c.crm_id if name == "crm_id" else parked.c[name] for name in ParkedRecord.__slots__]
    query = select(*columns).outerjoin(links, and_(links.c.org_id == parked.c.org_id, links.c.id == parked.c.link_id))
    if ids is not None:
        query = query.where(among(parked.c.link_id, ids))
    query = query.order_by(parked.c.first_at, parked.c.object, parked.c.link_id, parked.c.field).limit(limit)
    return [ParkedRecord(**row._asdict()) for row in connection.execute(query)]


def count_parked(connection: Connection) -> int:
    """Return how many records and fields wait."""
    return connection.execute(select(func.count()).select_from(parked)).scalar_one()


def read_up_to(connection: Connection) -> datetime | None:
    """Return the moment up to which every object of the CRM was read; None before the first sync."""
    oldest: datetime | None = connection.execute(
        select(func.min(cursors.c.at)).where(cursors.c.name.contains(":"))
    ).scalar_one()
    return oldest


def tried_longest_ago(connection: Connection, *, now: datetime, limit: int) -> list[UUID]:
    """Return the records whose next try is still to come, those tried longest ago first."""
    query = select(parked.c.link_id).where(parked.c.retry_at > now, parked.c.field == "")
    return list(connection.execute(query.order_by(parked.c.last_at, parked.c.link_id).limit(limit)).scalars())

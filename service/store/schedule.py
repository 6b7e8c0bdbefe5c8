"""The schedule as it is kept: which moments the clock has dealt with, and how each job of an org stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from service.store.records import METADATA

ticks = Table(
    "ticks",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("job", Text, nullable=False),
    Column("due", DateTime(timezone=True), nullable=False),
    Column("missed", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("org_id", "job", "due", name="ticks_pkey"),
)
"""The moments that a clock has dealt with: the key lets only one of several clocks do it."""

jobs = Table(
    "jobs",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("job", Text, nullable=False),
    Column("next_at", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("note", Text),
    PrimaryKeyConstraint("org_id", "job", name="jobs_pkey"),
)
"""How each job of an org went the last time, and when it is due next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job of an org: when it is due, and how it went the last time (nothing of it before the first time)."""

    job: str
    next_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    note: str | None


def last_tick(connection: Connection) -> datetime | None:
    """Return the last moment that a clock dealt with for the org of this transaction."""
    moment: datetime | None = connection.execute(select(func.max(ticks.c.due))).scalar_one()
    return moment


def claim(connection: Connection, org_id: UUID, job: str, due: datetime, *, missed: bool) -> bool:
    """Deal with one due moment; False when another clock did."""
    statement = insert(ticks).values(org_id=org_id, job=job, due=due, missed=missed).on_conflict_do_nothing()
    return connection.execute(statement.returning(ticks.c.due)).one_or_none() is not None


def announce(connection: Connection, org_id: UUID, moments: Mapping[str, datetime]) -> None:
    """Write down when each job is due next."""
    statement = insert(jobs)
    later = statement.excluded.next_at
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "job"], set_={"next_at": later}, where=jobs.c.next_at.is_distinct_from(later)
        ),
        [{"org_id": org_id, "job": job, "next_at": at} for job, at in moments.items()],
    )


def note(connection: Connection, org_id: UUID, job: str, **how: object) -> None:
    """Write down how a job went: `started_at`, `ended_at`, `outcome`, `note`."""
    statement = insert(jobs).values(org_id=org_id, job=job, **how)
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "job"], set_=how))


def states(connection: Connection) -> dict[str, JobState]:
    """Return how each job of an org stands, by its name."""
    columns = [jobs.c[name] for name in JobState.__slots__]
    return {row.job: JobState(**row._asdict()) for row in connection.execute(select(*columns).order_by(jobs.c.job))}


def missed_since(connection: Connection, moment: datetime) -> dict[str, int]:
    """Return how often each job of an org was missed since a moment."""
    query = select(ticks.c.job, func.count()).where(ticks.c.missed, ticks.c.due >= moment).group_by(ticks.c.job)
    return {row[0]: row[1] for row in connection.execute(query)}


def forget(connection: Connection, *, before: datetime) -> int:
    """Drop old moments; return how many. The last of an org stays for the clock to go on from."""
    return connection.execute(delete(ticks).where(ticks.c.due < before)).rowcount

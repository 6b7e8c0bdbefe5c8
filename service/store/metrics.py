"""The figures of an org for its metrics: one reading of the ledger, and nothing of any record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.store import lock
from service.store.allowances import Allowance
from service.store.allowances import read as read_allowance
from service.store.ledger import links, parked, runs
from service.store.overview import Run, last_runs, read_up_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How an org does at one moment; `unpushed_since` is when the oldest edit that waits to be pushed was made."""

    unpushed: int
    unpushed_since: datetime | None
    read_up_to: datetime | None
    parked: Mapping[str, int]
    last_run: Run | None
    last_run_failed: bool
    runs: int
    failed_runs: int
    api_calls: int
    allowance: Allowance


def figures(connection: Connection, org_id: UUID, *, now: datetime) -> Figures:
    """Read the figures of the org of this transaction; runs and calls are those of the last 24 hours."""
    dirty = select(func.count(), func.min(links.c.edited_at)).where(links.c.version > links.c.pushed_version)
    unpushed, since = connection.execute(dirty).one()
    by_kind = connection.execute(select(parked.c.kind, func.count()).group_by(parked.c.kind))
    last_run = next(iter(last_runs(connection, limit=1)), None)
    under_way = last_run.id if last_run and not last_run.ended_at and lock.is_taken(connection, org_id) else None
    # A run without an end was killed, unless it is the one that is under way.
    broken = runs.c.error.isnot(None) | (runs.c.ended_at.is_(None) & runs.c.id.is_distinct_from(under_way))
    day = select(func.count(), func.count().filter(broken), func.coalesce(func.sum(runs.c.api_calls), 0))
    count, failed, calls = connection.execute(day.where(runs.c.started_at > now - timedelta(days=1))).one()
    return Figures(
        unpushed=unpushed,
        unpushed_since=since,
        read_up_to=read_up_to(connection),
        parked=dict(by_kind.all()),
        last_run=last_run,
        last_run_failed=bool(last_run and (last_run.error or (not last_run.ended_at and not under_way))),
        runs=count,
        failed_runs=failed,
        api_calls=calls,
        allowance=read_allowance(connection),
    )

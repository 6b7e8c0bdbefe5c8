"""One run of one org: alone, within its allowance, written down before and after, also when it breaks off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from structlog.contextvars import bound_contextvars

from service.crm.errors import LimitReached
from service.crm.session import Limit
from service.domain import pacing
from service.errors import PlansyncError
from service.store import allowances, lock
from service.store.allowances import Allowance
from service.sync.context import Sync
from service.sync.journal import Journal


class Busy(PlansyncError):  # noqa: N818 - named for the state of the org
    """Another sync of the same org is running."""


class Paused(PlansyncError):  # noqa: N818 - named for the state of the org
    """The org is left alone for a while, so that its API calls last for people; what waits here goes later."""

    def __init__(self, allowance: Allowance, until: datetime) -> None:
        super().__init__(
            f"{allowance.used} of the org's {allowance.allowed} API calls are used; the sync goes on "
            f"at {until:%Y-%m-%d %H:%M} UTC"
        )
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run did."""

    kind: str
    counts: dict[str, int]
    api_calls: int


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way, and its report once it is over."""

    journal: Journal
    api_calls: int = 0

    @property
    def report(self) -> Report:
        """Return what the run did."""
        return Report(kind=self.journal.kind, counts=dict(self.journal.counts), api_calls=self.api_calls)


@contextmanager
def running(
    sync: Sync, kind: str, *, now: datetime, clock: Callable[[], datetime], hurry: bool = False
) -> Iterator[Run]:
    """Run alone and within the allowance; a person in a `hurry` is not slowed down before the budget is used up."""
    with lock.held(sync.engine, sync.org_id) as hold:
        if hold is None:
            raise Busy("Another sync of this org is running; wait until it has ended")
        with sync.transaction() as connection:
            allowance = allowances.read(connection)
            _open(sync, allowance, now=now, hurry=hurry)
            journal = Journal(
                org_id=sync.org_id,
                run_id=sync.new_id(),
                kind=kind,
                now=now,
                most_rows=allowance.most_rows,
                clock=clock,
                stay_alone=hold.check,
            )
            journal.begin(connection)
        with bound_contextvars(run=str(journal.run_id)), _recorded(sync, journal) as run:
            yield run


def _open(sync: Sync, allowance: Allowance, *, now: datetime, hurry: bool) -> None:
    """Refuse to run while the org is left alone; else let the client know what is left."""
    used, allowed = allowance.used, allowance.allowed
    if used is None or allowed is None:
        return
    exhausted = pacing.exhausted(used, allowed, share=sync.client.budget)
    if allowance.paused_until and allowance.paused_until > now and (exhausted or not hurry):
        raise Paused(allowance, allowance.paused_until)
    # Of an exhausted org one call finds out whether it still is.
    sync.client.know_limit(None if exhausted else Limit(used, allowed))


@contextmanager
def _recorded(sync: Sync, journal: Journal) -> Iterator[Run]:
    run, before = Run(journal=journal), sync.client.api_calls
    error: str | None = "The run broke off; the process's own log says why"
    try:
        yield run
        error = None
    except PlansyncError as broken:
        error = str(broken)
        if isinstance(broken, LimitReached):
            sync.client.use_up()
        raise
    finally:
        run.api_calls, ended_at = sync.client.api_calls - before, journal.clock()
        with sync.transaction() as connection:
            journal.end(connection, ended_at=ended_at, api_calls=run.api_calls, error=error)
            allowances.save(connection, sync.org_id, most_rows=journal.most_rows, **_usage(sync, ended_at))


def _usage(sync: Sync, seen_at: datetime) -> dict[str, Any]:
    """Return what the org told of its API calls, and how long it is left alone for it."""
    limit = sync.client.limit
    if limit is None:
        return {}
    pause = pacing.pause(limit.used, limit.allowed, share=sync.client.budget)
    return {
        "used": limit.used,
        "allowed": limit.allowed,
        "seen_at": seen_at,
        "paused_until": seen_at + pause if pause else None,
    }

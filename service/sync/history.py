"""An org's last hours or days in figures: how far behind the sync was, and what it cost in API calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from service.store import run_log
from service.store.run_log import Span

SLICES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One part of the time looked at; `behind` is None while nothing had been synced yet."""

    begins_at: datetime
    behind: timedelta | None
    api_calls: int
    failed: int


def history(connection: Connection, *, now: datetime, span: timedelta) -> list[Slice]:
    """Return the span that ends now, in equal slices, oldest first."""
    return sliced(run_log.spans(connection, since=now - span), since=now - span, until=now)


def sliced(runs: Sequence[Span], *, since: datetime, until: datetime) -> list[Slice]:
    """Cut a span of time into slices and say of each how far behind the sync fell, at worst, and what it cost."""
    edges = [since + (until - since) * part / SLICES for part in range(SLICES + 1)]
    return [
        Slice(
            begins_at=begin,
            behind=_behind(runs, begin, end),
            api_calls=sum(run.api_calls for run in runs if begin <= run.started_at < end),
            failed=sum(run.failed for run in runs if begin <= run.started_at < end),
        )
        for begin, end in pairwise(edges)
    ]


def _behind(runs: Sequence[Span], begin: datetime, end: datetime) -> timedelta | None:
    """Return the longest that the newest good sync lay back, at any moment of a slice."""
    worst = [moment - synced for moment, synced in _worst_moments(runs, begin, end)]
    return max(worst, default=None)


def _worst_moments(runs: Sequence[Span], begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield each moment just before a good run ended, and the slice's end, with the start of the good run before it."""
    synced: datetime | None = None
    for run in runs:
        if run.ended_at is None or not run.well or run.ended_at >= end:
            continue
        if synced is not None and run.ended_at > begin:
            yield run.ended_at, synced
        synced = run.started_at
    if synced is not None:
        yield end, synced

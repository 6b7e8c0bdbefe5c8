"""One cycle of one org: detect, fetch, merge, push, record (promises P1 to P12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from service.errors import PlansyncError
from service.store import lock
from service.sync import detect, fetch, load, pull, returned
from service.sync.context import Sync
from service.sync.detect import Detected
from service.sync.journal import Journal
from service.sync.park import waiting
from service.sync.push import push
from service.sync.remove import remove


class Busy(PlansyncError):  # noqa: N818 - named for the state of the org
    """Another sync of the same org is running."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run did."""

    kind: str
    counts: dict[str, int]
    api_calls: int


def quiet(_noun: str, _done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """Read everything, whatever the cursors say; `accept_missing` believes that what is not shown is gone."""

    accept_missing: bool = False


def run_cycle(
    sync: Sync,
    *,
    now: datetime,
    clock: Callable[[], datetime],
    full: Full | None = None,
    progress: load.Progress = quiet,
) -> Report:
    """Bring both sides into step once; the first time, and when asked, by reading everything."""
    with _alone(sync):
        return _run(sync, now=now, clock=clock, full=full, progress=progress)


def _run(
    sync: Sync, *, now: datetime, clock: Callable[[], datetime], full: Full | None, progress: load.Progress
) -> Report:
    with sync.transaction() as connection:
        known = detect.read_cursors(connection)
    if not detect.ready(sync, known):
        full = full or Full()
    journal = Journal(org_id=sync.org_id, run_id=sync.new_id(), kind="full" if full else "cycle", now=now)
    sync.client.ask_limit_anew()
    with _recorded(sync, journal, clock) as calls_before:
        # Before a full reading, so that the cursors do not pass what it may miss.
        found = detect.detect(sync, {} if full else known, now=now)
        if found.schema_changed and not full:
            # The mapping may not fit any more: `plansync mappings check --org` says so.
            journal.counts["schema changed"] = 1
        if full:
            since = sync.client.org_time or now
            load.load(sync, journal, progress=progress)
            load.purge(sync, journal, since=since, accept_missing=full.accept_missing)
            found = replace(found, changed={})
        _take_in(sync, journal, found, known)
        push(sync, journal)
    return Report(kind=journal.kind, counts=dict(journal.counts), api_calls=sync.client.api_calls - calls_before)


def _take_in(sync: Sync, journal: Journal, found: Detected, known: Mapping[str, datetime]) -> None:
    """Fetch and merge what changed, take deletions in, and move the cursors with the last of it."""
    with sync.transaction() as connection:
        held_up = waiting(connection, now=journal.now)
    wanted = {
        mapping.name: found.changed.get(mapping.name, set()) | held_up.get(mapping.name, set())
        for mapping in sync.mappings
    }
    watched = {mapping.name: known[name] for mapping in sync.mappings if (name := f"{mapping.name}:updated") in known}
    for shown in fetch.by_id(sync, wanted, now=journal.now):
        returned.take_in_followers(sync, journal, shown, watched)
        pull.take_in(sync, journal, [shown])
    with sync.transaction() as connection:
        for mapping in reversed(sync.mappings.objects):
            remove(sync, connection, journal, mapping, found.deleted.get(mapping.name, set()))
        detect.save_cursors(connection, sync, found.cursors)


@contextmanager
def _alone(sync: Sync) -> Iterator[None]:
    """Let no second sync of the org run beside this one; the lock ends with the process that holds it."""
    with sync.engine.connect() as connection:
        if not lock.take(connection, sync.org_id):
            raise Busy("Another sync of this org is running; wait until it has ended")
        yield


@contextmanager
def _recorded(sync: Sync, journal: Journal, clock: Callable[[], datetime]) -> Iterator[int]:
    """Write the run down before and after, also when it breaks off."""
    before = sync.client.api_calls
    with sync.transaction() as connection:
        journal.begin(connection)
    error: str | None = "The run broke off; the process's own log says why"
    try:
        yield before
        error = None
    except PlansyncError as broken:
        error = str(broken)
        raise
    finally:
        with sync.transaction() as connection:
            journal.end(connection, ended_at=clock(), api_calls=sync.client.api_calls - before, error=error)

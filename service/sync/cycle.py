"""One cycle of one org: detect, fetch, merge, push, record (promises P1 to P12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.mirror import links
from service.sync import detect, fetch, load, merged, pull, returned
from service.sync.context import Sync
from service.sync.detect import Detected
from service.sync.fitness import adapt, fitted
from service.sync.journal import Journal
from service.sync.park import waiting
from service.sync.push import push
from service.sync.remove import remove
from service.sync.run import Report, running


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
    hurry: bool = False,
    progress: load.Progress = load.quiet,
) -> Report:
    """Bring both sides into step once; the first time, and when asked, by reading everything.

    A cycle that comes less than a minute after the last look at the CRM only pushes, unless a person waits for it
    (`hurry`); with nothing to push it is over at once.
    """
    whole = sync
    with sync.transaction() as connection:
        known = detect.read_cursors(connection)
        dirty = links.any_dirty(connection)
        sync = fitted(sync, connection)
    if not detect.ready(sync, known):
        full = full or Full()
    look = full is not None or hurry or detect.due(known, now)
    if not look and not dirty:
        return Report(kind="push", counts={}, api_calls=0)
    kind = "full" if full else "cycle" if look else "push"
    with running(sync, kind, now=now, clock=clock, hurry=hurry) as run:
        if look:
            # Before a full reading, so that the cursors do not pass what it may miss.
            found, full = _detected(sync, known, full, now=now)
            if found.schema_changed and detect.SCHEMA in known:
                sync = adapt(whole, run.journal, progress=progress)
            if full:
                found = _read_all(sync, run.journal, found, full, progress)
            _take_in(sync, run.journal, found, known)
        push(sync, run.journal)
    return run.report


def _detected(
    sync: Sync, known: Mapping[str, datetime], full: Full | None, *, now: datetime
) -> tuple[Detected, Full | None]:
    """Return what happened since the cursors, and how to read everything, also where too much happened to be listed."""
    try:
        return detect.detect(sync, detect.schema_of(known) if full else known, now=now), full
    except detect.TooMany:
        return detect.detect(sync, detect.schema_of(known), now=now), Full()


def _read_all(sync: Sync, journal: Journal, found: Detected, full: Full, progress: load.Progress) -> Detected:
    """Read every object whole; return what detection found beside it."""
    since = sync.client.org_time or journal.now
    load.load(sync, journal, progress=progress)
    load.purge(sync, journal, load.unseen(sync, since=since), accept_missing=full.accept_missing)
    return replace(found, changed={})


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
    merged.follow(sync, journal, found.deleted)
    with sync.transaction() as connection:
        for mapping in reversed(sync.mappings.objects):
            remove(sync, connection, journal, mapping, found.deleted.get(mapping.name, set()))
        detect.save_cursors(connection, sync, found.cursors)

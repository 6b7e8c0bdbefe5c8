"""Preview: what a sync would do now: the sync itself takes in what changed, and all of it is undone; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.crm.requests import query
from service.domain.values import Row, Value
from service.mirror.links import Wanted
from service.store import decision_log
from service.store.decision_log import Line
from service.sync import detect, fetch, load
from service.sync.context import Sync
from service.sync.detect import Detected
from service.sync.fetch import Shown
from service.sync.fitness import fitted
from service.sync.journal import Journal
from service.sync.park import waiting
from service.sync.plan import Act, Write
from service.sync.pull import Pull
from service.sync.push import MOST_LINKS, planned
from service.sync.remove import remove

MOST_NAMED = 1_000
"""Decisions that a preview names; the counts are whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One record that would be sent, how, and which columns of it."""

    noun: str
    id: UUID
    act: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One decision that would be taken about what the CRM changed or deleted."""

    noun: str
    id: UUID | None
    field: str | None
    action: str
    reason: str
    base: Value | Row
    ours: Value | Row
    theirs: Value | Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What would be taken in: every decision by its action, the first thousand by name."""

    counts: Mapping[str, int] = field(default_factory=dict)
    decisions: Sequence[Foreseen] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a sync would read (records by object), take in and send; of a full one only the reading is counted."""

    full: bool
    changed: Mapping[str, int]
    deleted: Mapping[str, int]
    taken: Taken
    pushes: Sequence[Push]
    api_calls: int


def preview(sync: Sync, *, now: datetime, full: bool = False) -> Preview:
    """Find what changed there and here and what a sync would make of it, and do nothing about it."""
    before = sync.client.api_calls
    with sync.transaction() as connection:
        known = detect.read_cursors(connection)
        held_up = waiting(connection, now=now)
        sync = fitted(sync, connection)
    full = full or not detect.ready(sync, known)
    found = Detected(changed={}, deleted={}) if full else detect.detect(sync, known, now=now)
    wanted = {m.name: found.changed.get(m.name, set()) | held_up.get(m.name, set()) for m in sync.mappings}
    shown = [] if full else [one for call in fetch.by_id(sync, wanted, now=now) for one in call]
    changed = _held_there(sync) if full else _counted(found.changed)
    with _undone(sync) as connection:
        taken = _take_in(sync, connection, shown, found, now)
        most = Wanted(limit=MOST_LINKS)
        writes = [write for mapping in sync.mappings for write in planned(connection, mapping, most, now=now)]
    return Preview(
        full=full,
        changed=changed,
        deleted=_counted(found.deleted),
        taken=taken,
        pushes=[_push(write) for write in writes if write.act not in (Act.NOTHING, Act.FORGET)],
        api_calls=sync.client.api_calls - before,
    )


@contextmanager
def _undone(sync: Sync) -> Iterator[Connection]:
    """Open a transaction of which nothing is left."""
    with sync.transaction() as connection:
        attempt = connection.begin_nested()
        yield connection
        attempt.rollback()


def _take_in(sync: Sync, connection: Connection, shown: Sequence[Shown], found: Detected, now: datetime) -> Taken:
    """Take in what the CRM shows, as a cycle does, and return what was decided about it."""
    journal = Journal(org_id=sync.org_id, run_id=sync.new_id(), kind="preview", now=now, clock=lambda: now)
    for one in shown:
        pull = Pull(sync=sync, connection=connection, journal=journal, mapping=one.mapping, read_at=one.read_at)
        pull.take_in(one.rows)
    for mapping in reversed(sync.mappings.objects):
        remove(sync, connection, journal, mapping, found.deleted.get(mapping.name, set()))
    logged = decision_log.Wanted(run_id=journal.run_id)
    lines = decision_log.page(connection, logged, before=None, limit=MOST_NAMED)
    return Taken(counts=dict(journal.counts), decisions=[_foreseen(line) for line in reversed(lines)])


def _foreseen(line: Line) -> Foreseen:
    return Foreseen(
        noun=line.object,
        id=line.link_id,
        field=line.field,
        action=line.action,
        reason=line.reason,
        base=line.base,
        ours=line.ours,
        theirs=line.theirs,
    )


def _push(write: Write) -> Push:
    return Push(noun=write.mapping.name, id=write.link.id, act=write.act.value, columns=tuple(sorted(write.values)))


def _counted(ids: Mapping[str, set[str]]) -> dict[str, int]:
    return {noun: len(some) for noun, some in ids.items() if some}


def _held_there(sync: Sync) -> dict[str, int]:
    """Count the records that a full sync reads."""
    pages = fetch.composite(sync, [query(load.soql(mapping, ("Id",))) for mapping in sync.mappings])
    return {mapping.name: page.total for mapping, page in zip(sync.mappings, pages, strict=True)}

"""Push: send what changed here, book what landed, park what was refused; at most three rounds a cycle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.crm.errors import RowError
from service.crm.requests import MOST_ROWS as MOST_BATCH
from service.domain.values import Value
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import COLD, Wanted
from service.store.allowances import MOST_ROWS
from service.store.ledger import links as ledger
from service.sync import fetch, pull, send
from service.sync.context import Sync
from service.sync.journal import Decision, Journal, of_field
from service.sync.park import SENT, Parked, Why, asked_fields, blocked, forget, park, release
from service.sync.plan import Act, Write, needs_reading, plan
from service.sync.send import Batch, Result

ROUNDS = 3
"""A record that the CRM keeps changing under our hands waits for the next cycle after so many tries."""
MOST_LINKS = 10_000
"""Records of one object gathered at once."""
MOST_BULK = 2_000
"""Records of one object gathered at once of what may wait: what people did in the meantime goes before the next."""
TRIES = 4
"""How often a write goes in one run before its refusal counts, each time in a smaller company."""
SMALLER = 5
"""By how much the batches of the next try are smaller: five of them go in one call again."""
LOCKED = 1.0
"""Seconds before the second try at rows that somebody else is changing; twice as long before each further one."""


def push(sync: Sync, journal: Journal) -> None:
    """Bring every change of ours to the CRM, or say why not; what may wait goes after what people did."""
    while _push_some(sync, journal, bulk=False) or _push_some(sync, journal, bulk=True):
        pass
    if journal.counts["landed"] and not journal.overloaded:
        journal.most_rows = min(MOST_ROWS, journal.most_rows + max(1, journal.most_rows // 10))


def _push_some(sync: Sync, journal: Journal, *, bulk: bool) -> bool:
    """Push one gathering, again for what was out of step or changed just now; say whether more is waiting."""
    landed = journal.counts["landed"]
    writes, full = gather(sync, journal, bulk=bulk)
    if not writes:
        return full  # of what was gathered nothing had to be sent; there may be more
    rounds_left = ROUNDS
    while writes and rounds_left:
        rounds_left -= 1
        again = _refresh(sync, journal, writes)
        if again:
            writes = [w for w in writes if w.link.id not in again] + gather(sync, journal, only=again)[0]
        hot = {w.link.id for w in writes if not ready(w)}
        left = hot | _send(sync, journal, [w for w in writes if ready(w)])
        if hot and rounds_left:
            sync.client.wait(COLD.total_seconds())
        writes = gather(sync, journal, only=left)[0] if left and rounds_left else []
    return full and journal.counts["landed"] > landed


def gather(
    sync: Sync, journal: Journal, *, only: Collection[UUID] | None = None, bulk: bool | None = None
) -> tuple[list[Write], bool]:
    """Plan every record with something to push that does not have to wait; settle those with nothing to send.

    `bulk` chooses what may wait, or what may not. The second value says that an object has more than one gathering
    takes.
    """
    wanted = Wanted(only=only, bulk=bulk, limit=MOST_BULK if bulk else MOST_LINKS)
    with sync.transaction() as connection:
        nouns = links.dirty_nouns(connection)
        plans = [
            planned(connection, mapping, wanted, now=journal.now) for mapping in sync.mappings if mapping.name in nouns
        ]
        writes = [write for planned in plans for write in planned]
        undone = _undo(sync, connection, journal, [w for w in writes if w.undo])
        idle = [w for w in writes if w.act in (Act.NOTHING, Act.FORGET) and not needs_reading(w)]
        _settle_idle(connection, idle, undone)
    full = any(len(planned) == wanted.limit for planned in plans)
    settled = {w.link.id for w in idle}
    return [w for w in writes if w.link.id not in settled], full


def ready(write: Write) -> bool:
    """Say whether a write may go now, or its base is too fresh to prove anything."""
    return write.link.sending is None and (write.act is not Act.CONDITIONAL or write.link.cold)


def planned(connection: Connection, mapping: ObjectMapping, wanted: Wanted, *, now: datetime) -> list[Write]:
    """Plan the records of one object with something to push that nothing holds back."""
    dirty = links.dirty(connection, mapping.name, wanted, held_back=blocked(now))
    held = ours.read_rows(connection, mapping, [link.id for link in dirty])
    asked = asked_fields(connection, [link.id for link in dirty])
    return [plan(mapping, link, held.get(link.id), asked=asked.get(link.id, ())) for link in dirty]


def _undo(sync: Sync, connection: Connection, journal: Journal, writes: Sequence[Write]) -> set[UUID]:
    """Set back what only the CRM writes, and what it cannot be without; the log keeps what stood here."""
    undone = set()
    for write in writes:
        gone = _not_standing(connection, write)
        back = {d.column: d.theirs for d in write.undo if d.theirs not in gone}
        held = ours.read_rows(connection, write.mapping, [write.link.id] if back else [], lock=True)
        ours.write_rows(connection, write.mapping, sync.org_id, {i: {**row, **back} for i, row in held.items()})
        said = [of_field(write.link.id, write.mapping.name, d) for d in write.undo if d.column in back]
        journal.log(connection, said)
        undone |= set(held)
    return undone


def _not_standing(connection: Connection, write: Write) -> set[Value]:
    """Return the references among a write's undone values whose target we have deleted."""
    columns = {field.column for field in write.mapping.references}
    pointed = {str(d.theirs) for d in write.undo if d.column in columns and d.theirs}
    return set(pointed - links.standing(connection, pointed))


def _settle_idle(connection: Connection, idle: Sequence[Write], undone: Collection[UUID]) -> None:
    """Book records that changed here and need nothing there; forget what the CRM never knew."""
    # Setting something back has bumped the version once more.
    links.catch_up(connection, {w.link.id: w.link.version + (w.link.id in undone) for w in idle})
    release(connection, [w.link.id for w in idle], why=SENT)
    forgotten = [w.link.id for w in idle if w.act is Act.FORGET]
    links.change(connection, forgotten, gone=True)
    forget(connection, forgotten)


def _refresh(sync: Sync, journal: Journal, writes: Sequence[Write]) -> set[UUID]:
    """Read again what cannot be written on what we know; return the records that were."""
    doubtful = [w for w in writes if needs_reading(w)]
    if not doubtful:
        return set()
    by_id: dict[str, set[str]] = {}
    by_key: dict[str, set[str]] = {}
    for write in doubtful:
        if write.link.crm_id:
            by_id.setdefault(write.mapping.name, set()).add(write.link.crm_id)
        else:
            by_key.setdefault(write.mapping.name, set()).add(str(write.link.id))
    pull.take_in(sync, journal, fetch.by_id(sync, by_id, now=journal.now))
    pull.take_in(sync, journal, fetch.by_key(sync, by_key, now=journal.now))
    with sync.transaction() as connection:
        # What was under way and is not to be seen never arrived.
        links.change(connection, [w.link.id for w in doubtful if w.link.sending is not None], sending=None)
    return {w.link.id for w in doubtful}


def _send(sync: Sync, journal: Journal, writes: Sequence[Write]) -> set[UUID]:
    """Send the writes, once more in smaller batches what may not be its own fault; return those out of step."""
    with sync.transaction() as connection:
        places = links.crm_ids(connection, _pointed(writes))
        left, orphans = _with_parents(writes, places)
        park(connection, sync.org_id, orphans, now=journal.now)
    out_of_step: set[UUID] = set()
    batch, wait = MOST_BATCH, LOCKED
    for tries_left in reversed(range(TRIES)):
        load = send.Load(most_rows=lambda: journal.most_rows, batch=batch)
        results = [
            result
            for batches in send.calls(left, places, sync.mappings, load)
            for result in _exchange(sync, journal, batches, places, last=not tries_left)
        ]
        out_of_step |= {r.write.link.id for r in results if r.out_of_step}
        repeated = [r for r in results if r.again]
        if any(r.error and r.error.transient for r in repeated):
            sync.client.wait(wait)
            wait *= 2
        left, batch = sorted((r.write for r in repeated), key=send.by_parent), max(1, batch // SMALLER)
    return out_of_step


def _exchange(
    sync: Sync, journal: Journal, batches: Sequence[Batch], places: dict[str, str], *, last: bool
) -> list[Result]:
    """Make one call, announced before and booked after; what may go again is not booked, but for its last try."""
    going = [w for batch in batches for w in batch.writes]
    journal.stay_alone()
    with sync.transaction() as connection:
        links.announce(connection, {w.link.id: w.values for w in going if w.act is not Act.DELETE})
    answers = sync.client.composite([batch.request for batch in batches])
    read = [r for batch, answer in zip(batches, answers, strict=True) for r in send.read(batch, answer)]
    results = read if last else _judged(read, journal.most_rows)
    if any(r.error and r.error.overloaded for r in results):
        journal.bear_less(len(going))
    places.update({str(r.write.link.id): r.crm_id for r in results if r.crm_id})
    with sync.transaction() as connection:
        _book(sync, connection, journal, results, places)
    return results


def _judged(results: Sequence[Result], most_rows: int) -> list[Result]:
    """Say which of the refused writes go again: those it may not be the fault of, and those that point at one."""
    again = {str(r.write.link.id) for r in results if send.again(r, most_rows=most_rows)}
    while True:
        follow = {str(r.write.link.id) for r in results if r.error and not again.isdisjoint(_references(r.write))}
        if follow <= again:
            return [replace(r, again=str(r.write.link.id) in again) for r in results]
        again |= follow


def _pointed(writes: Sequence[Write]) -> set[str]:
    return {our_id for write in writes for our_id in _references(write)}


def _references(write: Write) -> list[str]:
    columns = (field.column for field in write.mapping.references)
    return [str(write.values[column]) for column in columns if write.values.get(column)]


def _with_parents(writes: Sequence[Write], places: Mapping[str, str]) -> tuple[list[Write], list[Parked]]:
    """Split off writes that point at a record the CRM does not have and does not get now (P7)."""
    going, orphans = list(writes), list[Parked]()
    while True:
        coming = {str(w.link.id) for w in going if w.act is Act.CREATE}
        held = [all(r in places or r in coming for r in _references(w)) for w in going]
        if all(held):
            return going, orphans
        orphans += [_orphan(write) for write, has in zip(going, held, strict=True) if not has]
        going = [write for write, has in zip(going, held, strict=True) if has]


def _orphan(write: Write) -> Parked:
    return Parked(
        link_id=write.link.id,
        object=write.mapping.name,
        why=Why.WAITING,
        code="PARENT_NOT_THERE",
        reason="It points at a record that is not in the CRM yet; it goes as soon as that one has landed",
        version=write.link.version,
    )


def _book(
    sync: Sync, connection: Connection, journal: Journal, results: Sequence[Result], places: Mapping[str, str]
) -> None:
    """Book one call: what landed is agreed, what was refused is parked, what was out of step is free to go again."""
    landed = [r for r in results if r.error is None and not r.out_of_step]
    refused = [r for r in results if r.error and not r.again]
    gone = [r.write.link.id for r in landed if r.write.act is Act.DELETE]
    links.settle(connection, [_landed(r) for r in landed if r.write.act is not Act.DELETE])
    links.change(connection, gone, gone=True, sending=None, pushed_version=ledger.c.version)
    links.change(connection, [r.write.link.id for r in results if r.error or r.out_of_step], sending=None)
    # What we know of it is out of date: without its moment it is read again before the next try.
    links.change(connection, [r.write.link.id for r in results if r.out_of_step], base_modstamp=None)
    release(connection, [r.write.link.id for r in landed])
    forget(connection, gone)
    park(connection, sync.org_id, [_refused(r.write, r.error, places) for r in refused if r.error], now=journal.now)
    journal.log(connection, [_line(r) for r in (*landed, *refused)])
    journal.counts["landed"] += len(landed)
    journal.counts["out of step"] += sum(r.out_of_step for r in results)


def _landed(result: Result) -> dict[str, object]:
    link = result.write.link
    return {"link": link.id, "crm": result.crm_id, "sent": result.write.values, "seen": link.version}


def _refused(write: Write, error: RowError, places: Mapping[str, str]) -> Parked:
    if any(reference not in places for reference in _references(write)):
        return _orphan(write)  # its parent was refused in the same call
    return Parked(
        link_id=write.link.id,
        object=write.mapping.name,
        why=Why.BUSY if error.transient else Why.REFUSED,
        code=error.code,
        reason=error.message,
        version=write.link.version,
        details={"fields": list(error.fields), "values": write.values},
    )


def _line(result: Result) -> Decision:
    write = result.write
    return Decision(
        link_id=write.link.id,
        object=write.mapping.name,
        action="refused" if result.error else write.act.value,
        reason=str(result.error or write.reason),
        base={column: (write.link.base or {}).get(column) for column in write.values} or write.link.base,
        ours=write.values,
    )

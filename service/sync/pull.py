"""Pull: take what the CRM shows into our store; gather both sides, merge, apply, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.answers import moment
from service.domain.merging import Fate, Merge, Outcome, deleted_here, merge
from service.domain.values import Row, to_18
from service.mapping.filters import matches
from service.mapping.model import ObjectMapping
from service.mapping.wire import Unreadable, canonical_row
from service.mirror import links, ours
from service.mirror.links import Link
from service.sync.arrive import Arrival, arrive
from service.sync.context import Sync, rules
from service.sync.journal import Decision, Journal, of_field
from service.sync.park import Parked, Why, park, release, release_fields

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One record as the CRM shows it, with the link it has or gets."""

    link: Link
    modstamp: datetime
    values: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One record that both sides hold."""

    theirs: Theirs
    ours: Row
    merge: Merge


def pull(
    sync: Sync,
    connection: Connection,
    journal: Journal,
    mapping: ObjectMapping,
    raws: Sequence[Raw],
    *,
    read_at: datetime,
) -> None:
    """Take rows of one object in; whatever cannot be taken in waits with its reason."""
    if not raws:
        return
    shown, unreadable = _gather(sync, connection, mapping, raws)
    placed, waiting = _resolve(connection, mapping, shown)
    _take_in(sync, connection, journal, mapping, placed, read_at=read_at)
    _wait(sync, connection, journal, mapping, [*unreadable, *waiting])


def _take_in(
    sync: Sync,
    connection: Connection,
    journal: Journal,
    mapping: ObjectMapping,
    placed: list[Theirs],
    *,
    read_at: datetime,
) -> None:
    held = ours.read_rows(connection, mapping, [t.link.id for t in placed if t.link.version], lock=True)
    fresh = links.by_id(connection, [t.link.id for t in placed if t.link.version], lock=True)
    placed = [replace(t, link=replace(fresh.get(t.link.id, t.link), crm_id=t.link.crm_id)) for t in placed]
    both = [t for t in placed if t.link.id in held]
    dropped = [t for t in placed if t.link.id not in held and t.link.deleted and not t.link.gone]
    new = [t for t in placed if t.link.id not in held and (not t.link.deleted or t.link.gone)]
    arrive(connection, journal, mapping, [_arrival(t) for t in new], read_at=read_at)
    _apply(sync, connection, journal, mapping, [_meet(mapping, t, held[t.link.id]) for t in both], read_at=read_at)
    _face_deleted(sync, connection, journal, mapping, dropped, read_at=read_at)
    release(connection, [t.link.id for t in (*new, *both)], why=[Why.WAITING])


# Gather


def _gather(
    sync: Sync, connection: Connection, mapping: ObjectMapping, raws: Sequence[Raw]
) -> tuple[list[Theirs], list[Parked]]:
    """Read the rows and find or make their links."""
    rows = {to_18(raw["Id"]): raw for raw in raws}
    known = links.by_crm_id(connection, rows)
    wanted = {crm_id: raw for crm_id, raw in rows.items() if crm_id in known or matches(mapping, raw)}
    adopted = _adopt(connection, mapping, {c: raw for c, raw in wanted.items() if c not in known})
    shown, unreadable = [], []
    for crm_id, raw in sorted(wanted.items()):
        link = known.get(crm_id) or adopted.get(crm_id) or Link(id=sync.new_id(), object=mapping.name, crm_id=crm_id)
        try:
            values = canonical_row(mapping, raw)
        except Unreadable as reason:
            unreadable.append(_parked(link, "UNREADABLE", str(reason)))
        else:
            shown.append(Theirs(link=link, modstamp=moment(raw["SystemModstamp"]), values=values))
    return shown, unreadable


def _adopt(connection: Connection, mapping: ObjectMapping, raws: Mapping[str, Raw]) -> dict[str, Link]:
    """Recognise records by the key we gave them: a create whose answer got lost, or a store set up anew."""
    if not mapping.key:
        return {}
    keys = {crm_id: key for crm_id, raw in raws.items() if (key := _uuid(raw.get(mapping.key)))}
    held = links.by_id(connection, set(keys.values()))
    return {
        crm_id: replace(held.get(key) or Link(id=key, object=mapping.name), crm_id=crm_id)
        for crm_id, key in keys.items()
        if key not in held or (held[key].object == mapping.name and held[key].crm_id is None)
    }


def _uuid(raw: Any) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError:
        return None


# Decide


def _resolve(connection: Connection, mapping: ObjectMapping, shown: list[Theirs]) -> tuple[list[Theirs], list[Parked]]:
    """Turn the CRM's references into ours; a record whose reference is not here waits, and so do its own followers."""
    columns = [field.column for field in mapping.references]
    pointed = {str(t.values[c]) for t in shown for c in columns if t.values.get(c)}
    known = links.our_ids(connection, pointed)
    here = {t.link.crm_id: str(t.link.id) for t in shown if t.link.crm_id and not (t.link.deleted and not t.link.gone)}
    waiting: list[Parked] = []
    while True:
        found = {**here, **known}
        missing = [(t, c) for t in shown for c in columns if t.values.get(c) and t.values[c] not in found]
        if not missing:
            return [_placed(t, columns, found.__getitem__) for t in shown], waiting
        lost = {t.link.id: (t, c) for t, c in missing}
        waiting += [_waits(mapping, t, c) for t, c in lost.values()]
        shown = [t for t in shown if t.link.id not in lost]
        for t, _ in lost.values():
            here.pop(t.link.crm_id or "", None)


def _placed(theirs: Theirs, columns: list[str], our_id: Callable[[Any], str]) -> Theirs:
    resolved = {c: our_id(theirs.values[c]) for c in columns if theirs.values.get(c)}
    return replace(theirs, values={**theirs.values, **resolved})


def _waits(mapping: ObjectMapping, theirs: Theirs, column: str) -> Parked:
    field = mapping.field(column)
    return _parked(
        theirs.link,
        "REFERENCE_NOT_HERE",
        f"{field.crm} points at {theirs.values[column]}, which Plansync does not hold: it was not read yet, is outside "
        f"the mapping's filter, or the integration user may not see it",
    )


def _parked(link: Link, code: str, reason: str) -> Parked:
    return Parked(
        link_id=link.id,
        object=link.object,
        why=Why.WAITING,
        code=code,
        reason=reason,
        version=link.version,
        details={"crm_id": link.crm_id},
    )


def _meet(mapping: ObjectMapping, theirs: Theirs, held: Row) -> Met:
    link = theirs.link
    merged = merge(rules(mapping), base=link.base, ours=held, theirs=theirs.values, sending=link.sending)
    return Met(theirs=theirs, ours=held, merge=merged)


def _arrival(theirs: Theirs) -> Arrival:
    return Arrival(id=theirs.link.id, crm_id=theirs.link.crm_id or "", modstamp=theirs.modstamp, values=theirs.values)


# Apply


def _apply(
    sync: Sync, connection: Connection, journal: Journal, mapping: ObjectMapping, met: list[Met], *, read_at: datetime
) -> None:
    """Write what the merges decided: our rows, what is agreed, the log, and what waits for a person."""
    changed = {m.theirs.link.id: {**m.ours, **m.merge.here} for m in met if m.merge.here}
    ours.write_rows(connection, mapping, sync.org_id, changed)
    links.save(connection, sync.org_id, [_agreed(m.theirs, m.merge.base, read_at) for m in met])
    links.mark_clean(connection, [m.theirs.link.id for m in met if not m.merge.there])
    links.mark_dirty(connection, [m.theirs.link.id for m in met if m.merge.there])
    news = [(m, d) for m in met for d in m.merge.decisions if d.outcome is not Outcome.PUSH]
    journal.log(connection, [of_field(m.theirs.link.id, mapping.name, d) for m, d in news])
    release_fields(connection, {m.theirs.link.id: {d.column for d in m.merge.asked} for m in met})
    park(connection, sync.org_id, [_conflict(m, d) for m, d in news if d.outcome is Outcome.ASK], now=journal.now)


def _agreed(theirs: Theirs, base: Row, read_at: datetime) -> dict[str, Any]:
    return {
        "id": theirs.link.id,
        "object": theirs.link.object,
        "crm_id": theirs.link.crm_id,
        "base": base,
        "base_modstamp": theirs.modstamp,
        "base_read_at": read_at,
    }


def _conflict(met: Met, decision: Any) -> Parked:
    return Parked(
        link_id=met.theirs.link.id,
        object=met.theirs.link.object,
        field=decision.column,
        why=Why.CONFLICT,
        code="CONFLICT",
        reason=decision.reason,
        version=met.theirs.link.version,
        details={"base": decision.base, "ours": decision.ours, "theirs": decision.theirs},
    )


def _face_deleted(
    sync: Sync,
    connection: Connection,
    journal: Journal,
    mapping: ObjectMapping,
    shown: list[Theirs],
    *,
    read_at: datetime,
) -> None:
    """Meet records that we deleted and the CRM still shows: edited there since, or just not deleted there yet."""
    for theirs in shown:
        link = theirs.link
        edited = link.base is not None and any(link.base.get(c) != v for c, v in theirs.values.items())
        fate, reason = deleted_here(edited_there=edited, policy=mapping.on_delete)
        if fate is Fate.RESTORE_HERE:
            ours.write_rows(connection, mapping, sync.org_id, {link.id: theirs.values})
            links.save(connection, sync.org_id, [_agreed(theirs, theirs.values, read_at)])
            links.mark_clean(connection, [link.id])
        elif fate is Fate.PARK:
            item = Parked(
                link_id=link.id,
                object=mapping.name,
                why=Why.DELETED,
                code="EDITED_THERE",
                reason=reason,
                version=link.version,
                details={"theirs": theirs.values},
            )
            park(connection, sync.org_id, [item], now=journal.now)
        else:
            # Nobody edited it: what we know of it is as fresh as this reading.
            links.save(connection, sync.org_id, [_agreed(theirs, theirs.values, read_at)])
        if edited:
            line = Decision(
                link_id=link.id,
                object=mapping.name,
                action=fate.value,
                reason=reason,
                base=link.base,
                theirs=theirs.values,
            )
            journal.log(connection, [line])


def _wait(sync: Sync, connection: Connection, journal: Journal, mapping: ObjectMapping, items: list[Parked]) -> None:
    """Park what could not be taken in; a record that has no link yet gets one, so that it is tried again."""
    if not items:
        return
    known = links.by_id(connection, [item.link_id for item in items])
    links.introduce(
        connection,
        sync.org_id,
        [(i.link_id, mapping.name, i.details["crm_id"]) for i in items if i.link_id not in known],
    )
    park(connection, sync.org_id, items, now=journal.now)
    journal.counts["waiting"] += len(items)

"""Theirs: rows of the CRM as canonical values with their links, their references turned into ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.answers import moment
from service.domain.values import Row, to_18
from service.mapping.filters import matches
from service.mapping.model import ObjectMapping
from service.mapping.wire import Unreadable, canonical_row
from service.mirror import links
from service.mirror.links import Link
from service.sync.context import Sync
from service.sync.park import Parked, Why

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One record as the CRM shows it, with the link it has or gets; `by` is the user who changed it last, if asked."""

    link: Link
    modstamp: datetime
    values: Row
    by: str | None = None

    @property
    def dropped(self) -> bool:
        """Say whether we deleted the record and the CRM does not know yet."""
        return self.link.deleted and not self.link.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The rows of one object, ready to be merged, and what has to wait."""

    shown: list[Theirs]
    waiting: list[Parked]


def read(sync: Sync, connection: Connection, mapping: ObjectMapping, raws: Sequence[Raw]) -> Reading:
    """Read rows, find or make their links, and turn their references into ours."""
    shown, unreadable = _linked(sync, connection, mapping, raws)
    placed, waiting = _resolve(connection, mapping, [t for t in shown if not t.dropped])
    dropped = _resolve_dropped(connection, mapping, [t for t in shown if t.dropped])
    return Reading(shown=[*placed, *dropped], waiting=[*unreadable, *waiting])


def _linked(
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
            modstamp = moment(raw["SystemModstamp"])
            shown.append(Theirs(link=link, modstamp=modstamp, values=values, by=raw.get("LastModifiedById")))
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


def _resolve(connection: Connection, mapping: ObjectMapping, shown: list[Theirs]) -> tuple[list[Theirs], list[Parked]]:
    """Turn the CRM's references into ours; a record whose reference is not here waits, and so do its own followers."""
    columns = [field.column for field in mapping.references]
    pointed = {str(t.values[c]) for t in shown for c in columns if t.values.get(c)}
    known = links.our_ids(connection, pointed)
    here = {t.link.crm_id: str(t.link.id) for t in shown if t.link.crm_id}
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


def _resolve_dropped(connection: Connection, mapping: ObjectMapping, shown: list[Theirs]) -> list[Theirs]:
    """Turn the references of records that we deleted into ours where we can: they are only compared."""
    columns = [field.column for field in mapping.references]
    pointed = {str(t.values[c]) for t in shown for c in columns if t.values.get(c)}
    known = links.our_ids(connection, pointed, held=False)
    return [_placed(t, columns, lambda crm_id: known.get(crm_id, crm_id)) for t in shown]


def _placed(theirs: Theirs, columns: list[str], our_id: Callable[[Any], str]) -> Theirs:
    resolved = {c: our_id(theirs.values[c]) for c in columns if theirs.values.get(c)}
    return replace(theirs, values={**theirs.values, **resolved})


def _waits(mapping: ObjectMapping, theirs: Theirs, column: str) -> Parked:
    field = mapping.field(column)
    waits = _parked(
        theirs.link,
        "REFERENCE_NOT_HERE",
        f"{field.crm} points at {theirs.values[column]}, which Plansync does not hold: it was not read yet, is outside "
        f"the mapping's filter, or the integration user may not see it",
    )
    return replace(waits, details={**waits.details, "points_at": theirs.values[column]})


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

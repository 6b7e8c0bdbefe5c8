"""Changing records on both sides, each for itself: the CRM first, on the condition that it holds what we know, then the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.answers import Landed, OutOfStep, moment
from service.crm.composite import MOST_PARTS
from service.crm.errors import CrmError, Refused, RowError
from service.crm.requests import MOST_IDS, Request, retrieve, update_row
from service.domain.values import Row, Value
from service.mapping.model import Mappings, ObjectMapping
from service.mapping.wire import canonical_row, wire_row
from service.mirror import cascade, links, ours
from service.mirror.booking import pointed_at, pointing, settle, unknown_parent
from service.mirror.connected import Connected
from service.mirror.links import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """The columns of one record that get other values."""

    noun: str
    id: UUID
    values: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What became of one update: done, refused with the CRM's reason, another record there, or nobody knows: lost."""

    update: Update
    error: RowError | None = None
    out_of_step: bool = False
    lost: CrmError | None = None

    @property
    def done(self) -> bool:
        """Say whether both sides hold the new values."""
        return self.error is None and not self.out_of_step and self.lost is None


def amend(org: Connected, updates: Sequence[Update], *, by: str) -> list[Amended]:
    """Change records on both sides, each for itself, if the CRM still holds what we know of them.

    25 go in one call, and what landed is booked before the next. When a later call is lost, its records and those after
    it can be repeated: each is written only if it is still as we know it. When nothing was booked yet, that is raised.
    """
    with org.writing(by=by) as connection:
        facing = links.by_id(connection, [update.id for update in updates])
        places = links.crm_ids(connection, sorted(pointed_at(org.mappings, updates)))
    unmodified_since = _moments(org, updates, facing)
    unknown = {update.id: unknown_parent(org.mappings, update, places) for update in updates}
    outcomes = {u.id: Amended(update=u, error=error) for u in updates if (error := unknown[u.id])}
    sent = [update for update in updates if update.id in unmodified_since and update.id not in outcomes]
    for part in _parts(sent, MOST_PARTS):
        requests = [_patch(org.mappings, u, facing[u.id], places, unmodified_since[u.id]) for u in part]
        try:
            answers = org.client.composite(requests)
        except CrmError as lost:
            if not any(outcome.done for outcome in outcomes.values()):
                raise
            outcomes |= {u.id: Amended(update=u, lost=lost) for u in sent if u.id not in outcomes}
            break
        outcomes |= {u.id: _amended(u, answer) for u, answer in zip(part, answers, strict=True)}
        _book_updates(org, [u for u in part if outcomes[u.id].done], by=by)
    return [outcomes.get(update.id, Amended(update=update, out_of_step=True)) for update in updates]


def _moments(org: Connected, updates: Sequence[Update], facing: Mapping[UUID, Link]) -> dict[UUID, datetime]:
    """Return since when each record must be unmodified; one that is another there than we know is left out."""
    known = {our_id: link for our_id, link in facing.items() if link.crm_id and link.base is not None}
    cold = {i: link.base_modstamp for i, link in known.items() if link.cold and link.base_modstamp}
    hot = [update for update in updates if update.id in known and update.id not in cold]
    return cold | _read_again(org, hot, known)


def _read_again(org: Connected, updates: Sequence[Update], known: Mapping[UUID, Link]) -> dict[UUID, datetime]:
    """Read records whose base is too fresh to prove anything; return the clocks of those that are as we know them."""
    groups = [
        part for mapping in org.mappings for part in _parts([u for u in updates if u.noun == mapping.name], MOST_IDS)
    ]
    requests = [_reading(org.mappings[part[0].noun], part, known) for part in groups]
    answers = org.client.composite(requests) if requests else []
    shown = [
        (update, moment(row["SystemModstamp"]), canonical_row(org.mappings[update.noun], row))
        for part, rows in zip(groups, answers, strict=True)
        for update, row in zip(part, rows, strict=True)
        if row
    ]
    with org.writing(by="") as connection:
        pointed = pointed_at(org.mappings, [replace(update, values=values) for update, _, values in shown])
        our_ids = links.our_ids(connection, pointed)
    return {
        update.id: modstamp
        for update, modstamp, values in shown
        if _as_known(org.mappings[update.noun], update, known[update.id].base or {}, values, our_ids)
    }


def _parts(updates: list[Update], size: int) -> list[list[Update]]:
    return [updates[start : start + size] for start in range(0, len(updates), size)]


def _reading(mapping: ObjectMapping, part: Sequence[Update], known: Mapping[UUID, Link]) -> Request[Any]:
    fields = sorted({mapping.field(column).crm for update in part for column in update.values})
    return retrieve(mapping.sobject, [known[u.id].crm_id or "" for u in part], ["SystemModstamp", *fields])


def _as_known(mapping: ObjectMapping, update: Update, base: Row, shown: Row, our_ids: Mapping[str, str]) -> bool:
    """Say whether the CRM still holds, in the columns to be changed, what both sides agreed on."""
    # Of a column that was never met nobody has seen another value: a record made just now.
    met = update.values.keys() & base.keys()
    return all(_ours(mapping, our_ids, column, shown.get(column)) == base[column] for column in met)


def _ours(mapping: ObjectMapping, our_ids: Mapping[str, str], column: str, value: Value) -> Value:
    return our_ids.get(str(value)) if value and mapping.field(column).refers_to else value


def _patch(
    mappings: Mappings, update: Update, link: Link, places: Mapping[str, str], unmodified_since: datetime
) -> Request[Any]:
    mapping = mappings[update.noun]
    values = wire_row(mapping, pointing(mapping, update.values, places))
    return update_row(mapping.sobject, link.crm_id or "", values, unmodified_since=unmodified_since)


def _amended(update: Update, answer: Landed | OutOfStep | RowError | Refused) -> Amended:
    if isinstance(answer, Refused):
        return Amended(update=update, error=answer.first)
    if isinstance(answer, RowError):
        return Amended(update=update, error=answer)
    return Amended(update=update, out_of_step=isinstance(answer, OutOfStep))


def _book_updates(org: Connected, updates: Sequence[Update], *, by: str) -> None:
    with org.writing(by=by) as connection:
        for mapping in org.mappings:
            clean, changes = _change(org, connection, mapping, updates)
            settle(org, connection, changes, clean=clean)


def _change(
    org: Connected, connection: Connection, mapping: ObjectMapping, updates: Sequence[Update]
) -> tuple[set[UUID], dict[UUID, Row]]:
    """Change our records of one noun and let their children follow; return which had nothing to push before."""
    changes = {update.id: update.values for update in updates if update.noun == mapping.name}
    held = ours.read_rows(connection, mapping, list(changes), lock=True)
    clean = {link.id for link in links.by_id(connection, list(held), lock=True).values() if not link.dirty}
    ours.write_rows(connection, mapping, org.org_id, {i: {**row, **changes[i]} for i, row in held.items()})
    changed: dict[str, list[UUID]] = {}
    for our_id in held:
        for column in changes[our_id]:
            changed.setdefault(column, []).append(our_id)
    cascade.follow(connection, org.mappings, mapping.name, changed)
    return clean, {our_id: changes[our_id] for our_id in held}

"""Writing one set of records to both sides at once: the CRM first, since it may refuse, then the store.

What landed there and was not booked here (a crash in between) is found by the next sync: every record carries our id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.answers import Landed, OutOfStep, RowResult, moment
from service.crm.composite import MOST_NODES, MOST_PARTS
from service.crm.errors import ALREADY_GONE, CrmError, Refused, RowError
from service.crm.requests import MOST_IDS, MOST_ROWS, Request, delete_rows, retrieve, update_row, upsert_row
from service.domain.values import Row, Value
from service.errors import PlansyncError
from service.mapping.model import Mappings, ObjectMapping
from service.mapping.wire import canonical_row, wire_row
from service.mirror import cascade, links, ours
from service.mirror.connected import Connected
from service.mirror.links import Link
from service.mirror.uprooting import uproot
from service.store.ledger import links as ledger

NOT_THERE = "PARENT_NOT_THERE"
"""Our own code for a record that points at one which the CRM does not hold yet."""
JUST_READ = timedelta(seconds=1)
"""The CRM's clock shows whole seconds: what was read in the second of our writing may be from before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A record to be made, with the id it gets; references hold our ids, also of records made along with it.

    `record_type` is the CRM's id of the record type; without one the org takes its default.
    """

    noun: str
    id: UUID
    values: Row
    record_type: str | None = None


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


class Unplanted(PlansyncError):  # noqa: N818 - named for what became of the records
    """The CRM refused one of several new records, and so none of them was made."""

    def __init__(self, create: Create | None, error: RowError) -> None:
        super().__init__(f"The CRM refused {create.noun if create else 'the records'}: {error}")
        self.create, self.error = create, error


class HalfPlanted(PlansyncError):  # noqa: N818 - named for what became of the records
    """Some of the new records stand in the CRM and could not be taken back."""

    def __init__(self, cause: CrmError) -> None:
        super().__init__(f"Some of the records stand in the CRM and could not be taken back: {cause}")


def plant(org: Connected, creates: Sequence[Create], *, by: str) -> None:
    """Make new records on both sides, parents first, all or none; Unplanted says which one the CRM refused.

    Up to 500 go in one call, which the CRM keeps whole or not at all; of more, what was made is taken back when a
    later part does not come through, or HalfPlanted says that it stands. Sent again after a lost answer it makes
    nothing twice, since the ids are given.
    """
    with org.writing(by=by) as connection:
        places = links.crm_ids(connection, sorted(_pointed_at(org.mappings, creates)))
    within = places.keys() | {str(create.id) for create in creates}
    for create in creates:
        if unknown := _unknown(org.mappings, create, within):
            raise Unplanted(create, unknown)
    made: dict[UUID, str | None] = {}
    for start in range(0, len(creates), MOST_NODES):
        part = creates[start : start + MOST_NODES]
        known = places | {str(our_id): crm_id for our_id, crm_id in made.items() if crm_id}
        try:
            answer = org.client.graph(_nodes(org.mappings, part, known))
        except CrmError as lost:
            if made:
                _take_back(org, creates[: start + len(part)], cause=lost)
            raise
        if isinstance(answer, Refused):
            _take_back(org, creates[:start], cause=answer)
            raise Unplanted(_blamed(part, answer), answer.first)
        made |= {create.id: answer[_node_name(create.id)].id for create in part}
    _book_creates(org, creates, made, by=by)


def amend(org: Connected, updates: Sequence[Update], *, by: str) -> list[Amended]:
    """Change records on both sides, each for itself, if the CRM still holds what we know of them.

    25 go in one call, and what landed is booked before the next. When a later call is lost, its records and those after
    it can be repeated: each is written only if it is still as we know it. When nothing was booked yet, that is raised.
    """
    with org.writing(by=by) as connection:
        facing = links.by_id(connection, [update.id for update in updates])
        places = links.crm_ids(connection, sorted(_pointed_at(org.mappings, updates)))
    unmodified_since = _moments(org, updates, facing)
    unknown = {update.id: _unknown(org.mappings, update, places) for update in updates}
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


def remove(org: Connected, noun: str, ids: Sequence[UUID], *, by: str) -> dict[UUID, RowError]:
    """Delete records of one noun on both sides; return those that the CRM keeps, with its reason."""
    with org.writing(by=by) as connection:
        there = [link for link in links.by_id(connection, ids).values() if link.crm_id]
    batches = [there[start : start + MOST_ROWS] for start in range(0, len(there), MOST_ROWS)]
    requests = [delete_rows([link.crm_id or "" for link in batch]) for batch in batches]
    kept: dict[UUID, RowError] = {}
    for batch, answer in zip(batches, org.client.composite(requests), strict=True):
        kept |= _kept(batch, answer)
    _book_deletes(org, noun, [our_id for our_id in ids if our_id not in kept], by=by)
    return kept


def _pointed_at(mappings: Mappings, changes: Iterable[Create | Update]) -> set[str]:
    return {
        str(change.values[field.column])
        for change in changes
        for field in mappings[change.noun].references
        if change.values.get(field.column)
    }


def _unknown(mappings: Mappings, change: Create | Update, known: Collection[str]) -> RowError | None:
    """Return the refusal of a change that points at what the CRM does not hold yet."""
    for field in mappings[change.noun].references:
        value = change.values.get(field.column)
        if field.pushed and value and str(value) not in known:
            return RowError(NOT_THERE, f"The CRM does not hold {value} yet; try again in a minute", (field.crm,))
    return None


def _node_name(our_id: UUID) -> str:
    return f"n{our_id.hex}"


def _nodes(mappings: Mappings, creates: Sequence[Create], places: Mapping[str, str]) -> dict[str, Request[RowResult]]:
    """Return the rows of one graph by name; those made along with it are pointed at by theirs."""
    along = {str(create.id): f"@{{{_node_name(create.id)}.id}}" for create in creates}
    return {_node_name(create.id): _node(mappings[create.noun], create, {**places, **along}) for create in creates}


def _node(mapping: ObjectMapping, create: Create, places: Mapping[str, str]) -> Request[RowResult]:
    sent = {field.column for field in mapping.fields if field.pushed}
    values: Row = {column: value for column, value in create.values.items() if column in sent and value is not None}
    body = wire_row(mapping, _pointing(mapping, values, places))
    if create.record_type:
        body["RecordTypeId"] = create.record_type
    return upsert_row(mapping.sobject, (mapping.key or "", str(create.id)), body)


def _pointing(mapping: ObjectMapping, values: Row, places: Mapping[str, str]) -> Row:
    """Return values whose references hold the CRM's ids in place of ours."""
    pointing = {field.column for field in mapping.references}
    return {c: places[str(value)] if c in pointing and value else value for c, value in values.items()}


def _take_back(org: Connected, creates: Sequence[Create], *, cause: CrmError) -> None:
    """Leave nothing of earlier parts, nor of one whose answer was lost; HalfPlanted where that cannot be done now."""
    try:
        kept = uproot(org, [(create.noun, create.id) for create in creates])
    except CrmError as error:
        raise HalfPlanted(cause) from error
    if kept:
        raise HalfPlanted(cause)


def _book_creates(org: Connected, creates: Sequence[Create], made: Mapping[UUID, str | None], *, by: str) -> None:
    with org.writing(by=by) as connection:
        for mapping in org.mappings:
            rows = {create.id: create.values for create in creates if create.noun == mapping.name}
            ours.write_rows(connection, mapping, org.org_id, rows)
            _settle(org, connection, rows, made=made)


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
        pointed = _pointed_at(org.mappings, [replace(update, values=values) for update, _, values in shown])
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


def _blamed(part: Sequence[Create], refused: Refused) -> Create | None:
    return next((create for create in part if _node_name(create.id) == refused.part), None)


def _patch(
    mappings: Mappings, update: Update, link: Link, places: Mapping[str, str], unmodified_since: datetime
) -> Request[Any]:
    mapping = mappings[update.noun]
    values = wire_row(mapping, _pointing(mapping, update.values, places))
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
            _settle(org, connection, changes, clean=clean)


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


def _settle(
    org: Connected,
    connection: Connection,
    sent: Mapping[UUID, Row],
    *,
    made: Mapping[UUID, str | None] | None = None,
    clean: Collection[UUID] | None = None,
) -> None:
    """Book what the CRM took: it is agreed now, and nothing is left to push of what was clean before."""
    standing = links.by_id(connection, list(sent))
    rows = [
        {
            "link": our_id,
            "crm": (made or {}).get(our_id) or link.crm_id,
            "sent": sent[our_id],
            "seen": link.version if clean is None or our_id in clean else link.pushed_version,
        }
        for our_id, link in standing.items()
    ]
    links.settle(connection, rows)
    # A reading that was under way meanwhile is older than this and must not win over it.
    if org.client.org_time:
        links.change(connection, list(standing), base_read_at=org.client.org_time + JUST_READ)


def _kept(batch: Sequence[Link], answer: Any) -> dict[UUID, RowError]:
    if isinstance(answer, Refused):
        return {link.id: answer.first for link in batch}
    return {
        link.id: row.errors[0]
        for link, row in zip(batch, answer, strict=True)
        if not row.success and row.errors[0].code not in ALREADY_GONE
    }


def _book_deletes(org: Connected, noun: str, ids: Sequence[UUID], *, by: str) -> None:
    """Delete here what the CRM deleted, with the details that went along, and clear what pointed at it."""
    with org.writing(by=by) as connection:
        pointing = ours.take_away(connection, org.mappings, noun, ids)
        gone = list(ids)
        for mapping in org.mappings:
            details = [our_id for child, field, our_id in pointing if child is mapping and field.required]
            ours.take_away(connection, org.mappings, mapping.name, details)
            gone += details
        links.change(connection, gone, gone=True, deleted=True, sending=None, pushed_version=ledger.c.version)

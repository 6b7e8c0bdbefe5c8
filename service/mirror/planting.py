"""Making records on both sides, all or none: the CRM first, since it may refuse, then the store.

What landed there and was not booked here (a crash in between) is found by the next sync: every record carries our id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.crm.answers import RowResult
from service.crm.composite import MOST_NODES
from service.crm.errors import CrmError, Refused, RowError
from service.crm.requests import Request, upsert_row
from service.domain.values import Row
from service.errors import PlansyncError
from service.mapping.model import Mappings, ObjectMapping
from service.mapping.wire import wire_row
from service.mirror import links, ours
from service.mirror.booking import pointed_at, pointing, settle, unknown_parent
from service.mirror.connected import Connected
from service.mirror.uprooting import uproot


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A record to be made, with the id it gets; references hold our ids, also of records made along with it.

    `record_type` is the CRM's id of the record type; without one the org takes its default.
    """

    noun: str
    id: UUID
    values: Row
    record_type: str | None = None


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
        places = links.crm_ids(connection, sorted(pointed_at(org.mappings, creates)))
    within = places.keys() | {str(create.id) for create in creates}
    for create in creates:
        if unknown := unknown_parent(org.mappings, create, within):
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


def _node_name(our_id: UUID) -> str:
    return f"n{our_id.hex}"


def _nodes(mappings: Mappings, creates: Sequence[Create], places: Mapping[str, str]) -> dict[str, Request[RowResult]]:
    """Return the rows of one graph by name; those made along with it are pointed at by theirs."""
    along = {str(create.id): f"@{{{_node_name(create.id)}.id}}" for create in creates}
    return {_node_name(create.id): _node(mappings[create.noun], create, {**places, **along}) for create in creates}


def _node(mapping: ObjectMapping, create: Create, places: Mapping[str, str]) -> Request[RowResult]:
    sent = {field.column for field in mapping.fields if field.pushed}
    values: Row = {column: value for column, value in create.values.items() if column in sent and value is not None}
    body = wire_row(mapping, pointing(mapping, values, places))
    if create.record_type:
        body["RecordTypeId"] = create.record_type
    return upsert_row(mapping.sobject, (mapping.key or "", str(create.id)), body)


def _take_back(org: Connected, creates: Sequence[Create], *, cause: CrmError) -> None:
    """Leave nothing of earlier parts, nor of one whose answer was lost; HalfPlanted where that cannot be done now."""
    try:
        kept = uproot(org, [(create.noun, create.id) for create in creates])
    except CrmError as error:
        raise HalfPlanted(cause) from error
    if kept:
        raise HalfPlanted(cause)


def _blamed(part: Sequence[Create], refused: Refused) -> Create | None:
    return next((create for create in part if _node_name(create.id) == refused.part), None)


def _book_creates(org: Connected, creates: Sequence[Create], made: Mapping[UUID, str | None], *, by: str) -> None:
    with org.writing(by=by) as connection:
        for mapping in org.mappings:
            rows = {create.id: create.values for create in creates if create.noun == mapping.name}
            ours.write_rows(connection, mapping, org.org_id, rows)
            settle(org, connection, rows, made=made)

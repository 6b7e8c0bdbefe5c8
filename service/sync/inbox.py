"""Inbox: what waits for a person's decision, with the values of both sides, who wrote them and when."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Row, Value
from service.mapping.model import Mappings
from service.mirror import links, ours
from service.store.questions import Question, questions
from service.store.record_list import names_of
from service.sync.park import ASKED, DELETED_THERE, EDITED_THERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One question: a field that both sides hold differently, or (`field` is '') a record that one side deleted.

    Of a record, `ours` and `theirs` are what each side changed since both agreed; None says that it is deleted there.
    """

    object: str
    id: UUID
    crm_id: str | None
    name: str
    field: str
    kind: str
    code: str
    reason: str
    base: Value | Row
    ours: Value | Row
    theirs: Value | Row
    ours_by: str | None
    ours_at: datetime | None
    theirs_by: str | None
    theirs_at: datetime | None
    since: datetime

    @property
    def seen(self) -> str:
        """Return a token of the values at stake: whoever decides later tells by it what was seen."""
        told = json.dumps([self.base, self.ours, self.theirs], sort_keys=True)
        return blake2b(told.encode(), digest_size=8).hexdigest()


def conflicts(
    connection: Connection,
    mappings: Mappings,
    *,
    noun: str | None = None,
    ids: Collection[UUID] | None = None,
    limit: int | None = None,
) -> list[Conflict]:
    """Return what waits for a decision, longest first; of one object or of some records only, if asked."""
    asked = questions(connection, [why.value for why in ASKED], noun=noun, ids=ids, limit=limit)
    held: dict[UUID, Row] = {}
    for mapping in mappings:
        held |= ours.read_rows(connection, mapping, {each.link_id for each in asked if each.object == mapping.name})
    writers = {str(each.details["by"]) for each in asked if each.details.get("by")}
    known = {crm_id: UUID(our_id) for crm_id, our_id in links.our_ids(connection, writers).items()}
    called = names_of(connection, {*known.values(), *(each.link_id for each in asked)})
    names = {crm_id: called[our_id] for crm_id, our_id in known.items() if our_id in called}
    return [_conflict(each, held.get(each.link_id), called.get(each.link_id), names) for each in asked]


def _conflict(asked: Question, held: Row | None, called: str | None, writers: Mapping[str, str]) -> Conflict:
    base, details = dict(asked.base or {}), asked.details
    at_stake = _of_field(asked, base, held) if asked.field else _of_record(asked, base, held)
    return Conflict(
        object=asked.object,
        id=asked.link_id,
        crm_id=asked.crm_id,
        name=called or str(base.get("name") or ""),
        field=asked.field,
        kind=asked.kind,
        code=asked.code,
        reason=asked.reason,
        base=at_stake[0],
        ours=at_stake[1],
        theirs=at_stake[2],
        ours_by=asked.edited_by,
        ours_at=asked.edited_at,
        theirs_by=writers.get(details.get("by", ""), details.get("by")),
        theirs_at=datetime.fromisoformat(details["at"]) if details.get("at") else None,
        since=asked.first_at,
    )


def _of_field(asked: Question, base: Row, held: Row | None) -> tuple[Value, Value, Value]:
    """Return the field as both agreed, as it stands here now, and as the CRM showed it."""
    return base.get(asked.field), (held or {}).get(asked.field), asked.details.get("theirs")


def _of_record(asked: Question, base: Row, held: Row | None) -> tuple[Row, Row | None, Row | None]:
    """Return what the side that still has the record changed since both agreed."""
    theirs: Mapping[str, Value] = asked.details.get("theirs") or {}
    edited = held or {} if asked.code == DELETED_THERE else theirs
    changed = {column: value for column, value in edited.items() if base.get(column) != value}
    agreed = {column: base.get(column) for column in changed}
    here = None if held is None else changed if asked.code == DELETED_THERE else {}
    return agreed, here, changed if asked.code == EDITED_THERE else None

"""Why: say in sentences why a record did, or did not, sync, from the ledger and, if asked, from the CRM (one call)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.requests import retrieve
from service.domain.values import Value, to_18
from service.errors import PlansyncError
from service.mapping.model import FieldMapping
from service.mapping.narrow import without
from service.mapping.wire import Unreadable, canonical_row
from service.mirror import links, ours
from service.mirror.links import Link
from service.store import allowances, decision_log, unfit
from service.store.about import about
from service.store.decision_log import Line, Wanted
from service.store.overview import ParkedRecord, parked_records
from service.store.record_list import CRM_ID, names_of
from service.sync import stranger
from service.sync.behind import Waiter, behind
from service.sync.census import in_our_words
from service.sync.context import Sync, read_fields, rules
from service.sync.telling import Known, field_state, tell

MOST_DECISIONS = 20


class NoRecord(PlansyncError):  # noqa: N818 - named for what is wrong with the word
    """What was given is no id of a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """One mapped field: what each side holds, and the mapping's rule for it; `theirs` only if the CRM was asked."""

    column: str
    crm: str
    direction: str
    conflict: str
    base: Value
    ours: Value
    theirs: Value
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a record looks as it does; `id` is None when Plansync never saw it."""

    record: str
    object: str | None
    id: UUID | None
    crm_id: str | None
    name: str
    sentences: Sequence[str]
    fields: Sequence[FieldShown] = ()
    decisions: Sequence[Line] = ()
    parked: Sequence[ParkedRecord] = ()
    behind: Sequence[Waiter] = ()
    asked: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as `--json` prints it."""
        return asdict(self)


def explain(sync: Sync, record: str, *, now: datetime, ask_org: bool = False) -> Explanation:
    """Explain one record, given by our id or the CRM's; only with `ask_org` a call is made."""
    our_id, crm_id = _ids(record)
    with sync.transaction() as connection:
        link = _find(connection, our_id, crm_id)
        known = None if link is None else _gather(sync, connection, link, now)
    if known is None:
        return _never_seen(sync, record, crm_id, ask_org=ask_org)
    if ask_org and known.link.crm_id and "" not in known.unfit:
        known = _asked(sync, known)
    return _explained(record, known)


def _ids(record: str) -> tuple[UUID | None, str]:
    try:
        return UUID(record), ""
    except ValueError:
        if not CRM_ID.fullmatch(record):
            raise NoRecord(f"{record!r} is neither an id of ours nor one of the CRM (15 or 18 characters)") from None
        return None, to_18(record)


def _find(connection: Connection, our_id: UUID | None, crm_id: str) -> Link | None:
    if our_id is not None:
        return links.by_id(connection, [our_id]).get(our_id)
    return links.by_crm_id(connection, [crm_id]).get(crm_id)


def _gather(sync: Sync, connection: Connection, link: Link, now: datetime) -> Known:
    mapping = sync.mappings[link.object]
    held = ours.read_rows(connection, mapping, [link.id]).get(link.id)
    name = names_of(connection, [link.id]).get(link.id) or str((link.base or {}).get("name") or "")
    return Known(
        mapping=mapping,
        link=link,
        about=about(connection, link.id),
        name=name,
        held=held,
        now=now,
        parked=parked_records(connection, ids=[link.id]),
        behind=behind(connection, sync.mappings).get(str(link.id), ()),
        unfit={one.field: one.reason for one in unfit.read(connection) if one.object == link.object},
        decisions=decision_log.page(connection, Wanted(link_id=link.id), before=None, limit=MOST_DECISIONS),
        paused_until=allowances.read(connection).paused_until,
    )


def _asked(sync: Sync, known: Known) -> Known:
    """Ask the CRM what it shows of the record."""
    mapping = without(sync.mappings, frozenset((known.link.object, column) for column in known.unfit))[
        known.link.object
    ]
    [raw] = sync.client.call(retrieve(mapping.sobject, [known.link.crm_id or ""], read_fields(mapping)))
    if raw is None:
        return replace(known, asked=True)
    try:
        read = canonical_row(mapping, raw)
    except Unreadable:
        return replace(known, asked=True, shown=True)
    with sync.transaction() as connection:
        [theirs] = in_our_words(connection, mapping, [read])
    return replace(known, asked=True, shown=True, theirs=theirs)


def _explained(record: str, known: Known) -> Explanation:
    return Explanation(
        record=record,
        object=known.link.object,
        id=known.link.id,
        crm_id=known.link.crm_id,
        name=known.name,
        sentences=tuple(tell(known)),
        fields=[_field(known, field) for field in known.mapping.fields],
        decisions=known.decisions,
        parked=known.parked,
        behind=known.behind,
        asked=known.asked,
    )


def _field(known: Known, field: FieldMapping) -> FieldShown:
    rule, column = rules(known.mapping)[field.column], field.column
    base = ours.agreed(known.mapping, known.link.base) or {}
    return FieldShown(
        column=column,
        crm=field.crm,
        direction=rule.direction.value,
        conflict=rule.conflict.value,
        base=base.get(column),
        ours=(known.held or {}).get(column),
        theirs=(known.theirs or {}).get(column),
        state=field_state(known, column, base),
    )


def _never_seen(sync: Sync, record: str, crm_id: str, *, ask_org: bool) -> Explanation:
    told = stranger.tell(sync, crm_id, ask_org=ask_org) if crm_id else stranger.Told(sentences=UNKNOWN)
    return Explanation(
        record=record,
        object=told.object,
        id=None,
        crm_id=crm_id or None,
        name="",
        sentences=told.sentences,
        behind=told.behind,
        asked=told.asked,
    )


UNKNOWN = ("No record of ours has this id, and none ever had one that was synced.",)

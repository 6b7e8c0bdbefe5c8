"""Look: read the suspects of an audit again on both sides, at the same moment, and say what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from service.crm.answers import Deleted, moment
from service.crm.requests import MOST_IDS, Request, deleted_since, retrieve
from service.domain.values import Row, to_18
from service.mapping.model import ObjectMapping
from service.mapping.wire import Unreadable, canonical_row
from service.mirror import links, ours
from service.mirror.links import Link
from service.store.fingerprints import Suspect
from service.store.overview import parked_records
from service.sync import detect, fetch
from service.sync.census import Raw, in_our_words
from service.sync.context import Sync, read_fields
from service.sync.differ import Facts, Finding, differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """Some records of one object that may differ."""

    mapping: ObjectMapping
    records: Sequence[Suspect]

    @property
    def crm_ids(self) -> list[str]:
        """Return the CRM ids that they have."""
        return [record.crm_id for record in self.records if record.crm_id]

    @property
    def ids(self) -> list[UUID]:
        """Return our ids that they have."""
        return [record.id for record in self.records if record.id]

    @property
    def lacking(self) -> bool:
        """Say whether the CRM did not show some that it had."""
        return any(record.crm_id and not record.is_there for record in self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in the suspects of one object, and the rows of the CRM that show it."""

    mapping: ObjectMapping
    findings: Sequence[Finding]
    rows: Mapping[str, Raw]
    read_at: datetime


@dataclass(slots=True, kw_only=True)
class _Shown:
    """What the CRM shows of one object's suspects, and which of them it deleted since it was last read."""

    rows: dict[str, Raw] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A close look at records of one org, up to 10,000 in one API call; `cursors` say how far the CRM was read."""

    sync: Sync
    connection: Connection
    cursors: Mapping[str, datetime]
    now: datetime

    def at(self, suspected: Sequence[Suspected]) -> list[Looked]:
        """Read suspects again and compare them field by field."""
        before = [links.by_id(self.connection, each.ids) for each in suspected]
        shown = self._ask(suspected)
        read_at = self.sync.client.asked_at or self.now
        return [
            Looked(
                mapping=each.mapping,
                findings=[f for facts in self._facts(each, shown[each.mapping.name], known) for f in differ(facts)],
                rows=shown[each.mapping.name].rows,
                read_at=read_at,
            )
            for each, known in zip(suspected, before, strict=True)
        ]

    def _ask(self, suspected: Sequence[Suspected]) -> dict[str, _Shown]:
        """Ask for the records, and, where the CRM lacks some, for what it deleted, all in the same call."""
        reads = [
            (each.mapping.name, retrieve(each.mapping.sobject, ids, read_fields(each.mapping)))
            for each in suspected
            for ids in fetch.chunks(each.crm_ids, MOST_IDS)
        ]
        gone = [(each.mapping.name, self._deletions(each.mapping)) for each in suspected if each.lacking]
        asks: list[tuple[str, Request[Any]]] = [*reads, *gone]
        shown = {each.mapping.name: _Shown() for each in suspected}
        for (noun, _), answer in zip(asks, fetch.composite(self.sync, [ask for _, ask in asks]), strict=True):
            if isinstance(answer, Deleted):
                shown[noun].deleted |= {to_18(crm_id) for crm_id, _ in answer.rows}
            else:
                shown[noun].rows |= {to_18(row["Id"]): row for row in answer if row}
        return shown

    def _deletions(self, mapping: ObjectMapping) -> Request[Deleted]:
        end = detect.minute(self.now) + timedelta(minutes=1)
        start = detect.start_of(self.cursors, mapping.name, "deleted", end)
        return deleted_since(mapping.sobject, start=max(start, end - detect.LONGEST), end=end)

    def _facts(self, suspected: Suspected, shown: _Shown, before: Mapping[UUID, Link]) -> Iterator[Facts]:
        """Gather what both sides say now of one object's suspects."""
        mapping = suspected.mapping
        known = links.by_id(self.connection, suspected.ids)
        held = ours.read_rows(self.connection, mapping, suspected.ids)
        theirs, unreadable = _read(self.connection, mapping, shown.rows)
        parked = _parked(self.connection, suspected.ids)
        for record in suspected.records:
            our_id, crm_id = record.id or UUID(int=0), record.crm_id or ""
            waits = parked.get(our_id, {})
            yield Facts(
                mapping=mapping,
                id=record.id,
                crm_id=record.crm_id,
                link=known.get(our_id),
                ours=held.get(our_id),
                theirs=theirs.get(crm_id),
                modstamp=moment(shown.rows[crm_id]["SystemModstamp"]) if crm_id in shown.rows else None,
                read_up_to=self.cursors[f"{mapping.name}:updated"],
                unreadable=unreadable.get(crm_id, ""),
                asked={column: reason for column, reason in waits.items() if column},
                parked=waits.get("", ""),
                moved=before.get(our_id) != known.get(our_id),
                deleted=crm_id in shown.deleted and crm_id not in shown.rows,
            )


def _read(
    connection: Connection, mapping: ObjectMapping, raws: Mapping[str, Raw]
) -> tuple[dict[str, Row], dict[str, str]]:
    """Return rows in our words, and the reasons why others cannot be read."""
    read: dict[str, Row] = {}
    unreadable: dict[str, str] = {}
    for crm_id, raw in raws.items():
        try:
            read[crm_id] = canonical_row(mapping, raw)
        except Unreadable as reason:
            unreadable[crm_id] = str(reason)
    return dict(zip(read, in_our_words(connection, mapping, list(read.values())), strict=True)), unreadable


def _parked(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Return why records and fields wait: the reason by field, by our id."""
    found: dict[UUID, dict[str, str]] = {}
    for item in parked_records(connection, ids=list(ids)):
        found.setdefault(item.link_id, {})[item.field] = item.reason
    return found

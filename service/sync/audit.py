"""Audit: prove that both sides hold the same, or name every record and field that differs.

Both sides are read once and fingerprinted; the database compares the fingerprints, by bucket and then by record; only
what differs is read again and compared field by field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from service.errors import PlansyncError
from service.mapping.model import ObjectMapping
from service.store import fingerprints, reports, unfit
from service.store.fingerprints import Suspect
from service.store.reports import Report
from service.sync import census, detect
from service.sync.context import Sync
from service.sync.differ import Finding, Kind
from service.sync.fitness import fitted
from service.sync.load import Progress, quiet
from service.sync.look import Look, Looked, Suspected

KIND = "audit"
MOST_NAMED = 1_000
"""Findings that a report names; the counts are whole."""
AT_ONCE = 10_000
"""Suspects looked at in one call."""


class NothingRead(PlansyncError):  # noqa: N818 - named for the state of the org
    """There is nothing to compare before a first sync."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How one object stands: records on each side, differing buckets (of 256), what differs and what only waits."""

    ours: int
    theirs: int
    buckets: int
    differences: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How far both sides hold the same; `found` and `waiting` name the first thousand each, the tallies count all.

    `left_out` are the fields and objects that the org does not offer now, with the reason: they are not compared.
    """

    at: datetime
    objects: Mapping[str, Tally]
    found: Sequence[Finding]
    waiting: Sequence[Finding]
    left_out: Mapping[str, str]
    api_calls: int
    repaired: Mapping[str, int] = field(default_factory=dict)

    @property
    def differences(self) -> int:
        """Return how many records differ, or differ in some fields, and nothing explains it."""
        return sum(tally.differences for tally in self.objects.values())

    def as_json(self) -> dict[str, Any]:
        """Return the audit as `--json` prints it and the store keeps it."""
        return {
            "at": self.at.isoformat(),
            "differences": self.differences,
            "waiting": sum(tally.waiting for tally in self.objects.values()),
            "records": sum(tally.ours for tally in self.objects.values()),
            "api_calls": self.api_calls,
            "objects": {noun: asdict(tally) for noun, tally in self.objects.items()},
            "found": [_document(finding) for finding in self.found],
            "left_out": dict(self.left_out),
            "waits": [_document(finding) for finding in self.waiting],
            "repaired": dict(self.repaired),
        }


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """Counts every finding and keeps the first ones."""

    found: list[Finding] = field(default_factory=list)
    waiting: list[Finding] = field(default_factory=list)
    counts: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def enter(self, findings: Sequence[Finding]) -> None:
        """Take findings in."""
        for finding in findings:
            kept = self.waiting if finding.waiting else self.found
            self.counts[finding.object, bool(finding.waiting)] += 1
            if len(kept) < MOST_NAMED:
                kept.append(finding)


Act = Callable[[Sequence[Looked]], None]
"""What is done about the suspects of one close look."""


def nothing(_looked: Sequence[Looked]) -> None:
    """Leave everything as it is."""


def audit(
    sync: Sync, *, now: datetime, noun: str | None = None, progress: Progress = quiet, act: Act = nothing
) -> Audit:
    """Compare all records of both sides, or those of one object, and keep the report."""
    before = sync.client.api_calls
    ledger = _Ledger()
    with sync.transaction() as connection:
        sync, left_out = fitted(sync, connection), unfit.read(connection)
        cursors = detect.read_cursors(connection)
        if not detect.ready(sync, cursors):
            raise NothingRead("Nothing was read yet; run `plansync sync` first")
        chosen = [mapping for mapping in sync.mappings if noun in (None, mapping.name)]
        census.take(sync, connection, chosen, now=now, progress=progress)
        buckets = {m.name: fingerprints.differing_buckets(connection, m.name) for m in chosen}
        look = Look(sync=sync, connection=connection, cursors=cursors, now=now)
        for suspected in _looks(_suspects(connection, chosen, buckets, ledger)):
            looked = look.at(suspected)
            act(looked)
            ledger.enter([finding for each in looked for finding in each.findings])
        tallies = {m.name: _tally(connection, m.name, len(buckets[m.name]), ledger) for m in chosen}
    return Audit(
        at=now,
        objects=tallies,
        found=ledger.found,
        waiting=ledger.waiting,
        left_out={f"{one.object}.{one.field}".rstrip("."): one.reason for one in left_out},
        api_calls=sync.client.api_calls - before,
    )


def keep(sync: Sync, made: Audit) -> None:
    """Keep an audit as the org's last one."""
    with sync.transaction() as connection:
        reports.keep(connection, sync.org_id, Report(kind=KIND, at=made.at, body=made.as_json()))


def _suspects(
    connection: Connection,
    mappings: Sequence[ObjectMapping],
    buckets: Mapping[str, Sequence[int]],
    ledger: _Ledger,
) -> Iterator[Suspected]:
    """Yield what must be looked at; what is known to be under way is entered at once."""
    for mapping in mappings:
        for records in fingerprints.suspects(connection, mapping.name, buckets[mapping.name], size=AT_ONCE):
            ledger.enter([_under_way(mapping, record) for record in records if record.waits])
            yield Suspected(mapping=mapping, records=[record for record in records if not record.waits])


def _looks(suspected: Iterator[Suspected]) -> Iterator[list[Suspected]]:
    """Gather suspects of several objects until they fill a call."""
    gathered: list[Suspected] = []
    for each in suspected:
        if each.records:
            if gathered and sum(len(s.records) for s in gathered) + len(each.records) > AT_ONCE:
                yield gathered
                gathered = []
            gathered.append(each)
    if gathered:
        yield gathered


def _under_way(mapping: ObjectMapping, record: Suspect) -> Finding:
    kind = Kind.FIELDS if record.is_here and record.is_there else Kind.ONLY_HERE if record.is_here else Kind.ONLY_THERE
    return Finding(object=mapping.name, id=record.id, crm_id=record.crm_id, kind=kind, waiting=record.waits or "")


def _tally(connection: Connection, noun: str, buckets: int, ledger: _Ledger) -> Tally:
    here, there = fingerprints.counts(connection, noun)
    return Tally(
        ours=here,
        theirs=there,
        buckets=buckets,
        differences=ledger.counts[noun, False],
        waiting=ledger.counts[noun, True],
    )


def _document(finding: Finding) -> dict[str, Any]:
    return {
        **asdict(finding),
        "id": str(finding.id) if finding.id else None,
        "kind": finding.kind.value,
        "fields": [asdict(each) for each in finding.fields],
    }

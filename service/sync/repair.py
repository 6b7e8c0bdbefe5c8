"""Repair: mend what an audit finds as the mapping says, and log every value that loses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from service.domain.merging import Direction, Policy, Rule
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.store.ledger import links as ledger
from service.sync import load, pull
from service.sync.audit import Audit, audit
from service.sync.context import Sync, rules
from service.sync.differ import FieldDifference, Finding, Kind
from service.sync.fetch import Shown
from service.sync.fitness import fitted
from service.sync.journal import Decision, Journal
from service.sync.load import Progress, quiet
from service.sync.look import Looked
from service.sync.park import Parked, Why, park
from service.sync.run import running
from service.sync.settle import Ruling, lost_references, settle, touch

KIND = "repair"
LEFT = "left as it is"


def repair(
    sync: Sync,
    *,
    now: datetime,
    clock: Callable[[], datetime],
    noun: str | None = None,
    progress: Progress = quiet,
) -> Audit:
    """Audit both sides with no sync beside it and mend what differs; the next sync sends what is ours."""
    with running(sync, KIND, now=now, clock=clock, hurry=True) as run:
        with sync.transaction() as connection:
            fit = fitted(sync, connection)
        mender = Mender(sync=fit, journal=run.journal)
        made = audit(sync, now=now, noun=noun, progress=progress, act=mender.mend)
    return replace(made, repaired=dict(run.journal.counts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mender:
    """Mends findings, object by object."""

    sync: Sync
    journal: Journal

    def mend(self, looked: Sequence[Looked]) -> None:
        """Mend what differs and is not under way."""
        vanished: dict[str, set[str]] = {}
        for each in looked:
            wrong = {kind: [f for f in each.findings if f.kind is kind and not f.waiting] for kind in Kind}
            with self.sync.transaction() as connection:
                self._rule(connection, each.mapping, [*wrong[Kind.FIELDS], *wrong[Kind.BASE]])
                self._send_again(connection, each.mapping, [f for f in wrong[Kind.ONLY_HERE] if not f.crm_id])
                lost = self._delete_again(connection, each.mapping, wrong[Kind.ONLY_THERE])
            self._take_in(each, lost)
            vanished[each.mapping.name] = {f.crm_id for f in wrong[Kind.ONLY_HERE] if f.crm_id}
        load.purge(self.sync, self.journal, vanished, accept_missing=False)

    def _rule(self, connection: Connection, mapping: ObjectMapping, findings: Sequence[Finding]) -> None:
        """Let each field's rule say whose value stands."""
        ids = [finding.id for finding in findings if finding.id]
        held = ours.read_rows(connection, mapping, ids, lock=True)
        known = links.by_id(connection, ids, lock=True)
        rulings = []
        for finding in findings:
            our_id = finding.id or UUID(int=0)
            link, row = known.get(our_id), held.get(our_id)
            if link is None or row is None or not _mendable(connection, mapping, finding, row):
                self.journal.counts[LEFT] += 1
                continue
            sides = {field.column: _side(rules(mapping)[field.column], field) for field in finding.fields}
            rulings.append(_ruling(link, row, finding, sides))
            asked = [_question(link, field) for field in finding.fields if sides[field.column] is Policy.ASK]
            park(connection, self.sync.org_id, asked, now=self.journal.now)
            self.journal.log(connection, [_of_field(finding, field, sides[field.column]) for field in finding.fields])
        settle(self.sync, connection, self.journal, mapping, rulings)

    def _send_again(self, connection: Connection, mapping: ObjectMapping, findings: Sequence[Finding]) -> None:
        """Have created there what the CRM never got, also where no link was made."""
        ids = [finding.id for finding in findings if finding.id]
        _acquaint(connection, self.sync.org_id, mapping.name, ids)
        touch(connection, ids)
        self.journal.log(connection, [_of_record(f, "only here; the next sync creates it there") for f in findings])

    def _delete_again(
        self, connection: Connection, mapping: ObjectMapping, findings: Sequence[Finding]
    ) -> list[Finding]:
        """Have deleted there what we deleted; return the others, which are to be taken in."""
        known = links.by_id(connection, [finding.id for finding in findings if finding.id])
        dropped = {i for i, link in known.items() if link.deleted and not link.gone}
        touch(connection, list(dropped))
        self.journal.log(
            connection,
            [_of_record(f, "deleted here; the next sync deletes it there") for f in findings if f.id in dropped],
        )
        others = [finding for finding in findings if finding.id not in dropped]
        self.journal.log(connection, [_of_record(f, "only in the CRM; taken in") for f in others])
        return others

    def _take_in(self, looked: Looked, findings: Sequence[Finding]) -> None:
        rows = [looked.rows[finding.crm_id] for finding in findings if finding.crm_id]
        shown = Shown(mapping=looked.mapping, rows=rows, missing=frozenset(), read_at=looked.read_at)
        pull.take_in(self.sync, self.journal, [[shown]])


def _acquaint(connection: Connection, org_id: UUID, noun: str, ids: Sequence[UUID]) -> None:
    """Give records a link that have none."""
    if ids:
        rows = [{"org_id": org_id, "id": our_id, "object": noun} for our_id in ids]
        connection.execute(insert(ledger).on_conflict_do_nothing(), rows)


def _mendable(connection: Connection, mapping: ObjectMapping, finding: Finding, row: Row) -> bool:
    """Say whether nobody has written here meanwhile, and whether what the CRM points at can be held here."""
    if any(row[field.column] != field.ours for field in finding.fields):
        return False
    return not lost_references(connection, mapping, {field.column: field.theirs for field in finding.fields})


def _side(rule: Rule, field: FieldDifference) -> Policy:
    """Return whose value stands by a field's rule; ASK leaves it to a person."""
    if field.ours == field.theirs or rule.direction is Direction.PULL or (rule.required and field.ours is None):
        return Policy.THEIRS
    return Policy.OURS if rule.direction is Direction.PUSH else rule.conflict


def _ruling(link: Link, row: Row, finding: Finding, sides: Mapping[str, Policy]) -> Ruling:
    theirs = {side: {f.column: f.theirs for f in finding.fields if sides[f.column] is side} for side in Policy}
    return Ruling(link=link, held=row, take=theirs[Policy.THEIRS], overrule=theirs[Policy.OURS])


def _question(link: Link, field: FieldDifference) -> Parked:
    return Parked(
        link_id=link.id,
        object=link.object,
        field=field.column,
        why=Why.CONFLICT,
        code="CONFLICT",
        reason="an audit found different values; a person decides",
        version=link.version,
        details={"base": field.base, "ours": field.ours, "theirs": field.theirs},
    )


def _of_field(finding: Finding, field: FieldDifference, side: Policy) -> Decision:
    reason = {
        Policy.THEIRS: "an audit found it; the mapping lets the CRM win",
        Policy.OURS: "an audit found it; the mapping lets Plansync win, with the next sync",
        Policy.ASK: "an audit found it; a person decides",
    }[side]
    if field.ours == field.theirs:
        reason = "an audit found it; both sides hold the same, and the ledger believed something else"
    line = _of_record(finding, reason)
    return replace(line, field=field.column, base=field.base, ours=field.ours, theirs=field.theirs)


def _of_record(finding: Finding, reason: str) -> Decision:
    return Decision(link_id=finding.id, object=finding.object, action=KIND, reason=reason)

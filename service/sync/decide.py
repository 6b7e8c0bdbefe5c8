"""Decide: carry out what a person decided about conflicts, all in one transaction, and lose no value (P2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, null, tuple_

from service.domain.merging import Policy
from service.domain.values import Row
from service.errors import PlansyncError
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.store.database import transaction
from service.store.ledger import parked
from service.sync.context import Sync
from service.sync.inbox import Conflict, conflicts
from service.sync.journal import Decision, Journal
from service.sync.park import DELETED_THERE, forget
from service.sync.remove import remove
from service.sync.settle import Ruling, lost_references, settle, touch

KIND = "decide"


class Side(StrEnum):
    """Whose value stands."""

    OURS = "ours"
    THEIRS = "theirs"


class Changed(PlansyncError):  # noqa: N818 - named for what happened
    """What was to be decided is not what was seen."""


class Undecidable(PlansyncError):  # noqa: N818 - named for what is wrong with the choice
    """A decision that cannot be carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One decision: the record, its field ('' for the record itself), whose value stands, and what was seen of it.

    `seen` is the conflict's token when somebody looked; None takes the values as they stand.
    """

    id: UUID
    field: str
    take: Side
    seen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A conflict, the link of its record, and what was decided."""

    conflict: Conflict
    link: Link
    held: Row | None
    take: Side


def decide(sync: Sync, choices: Sequence[Choice], *, by: str, now: datetime) -> int:
    """Carry out decisions, all or none; return how many. The next sync sends what was decided for ours."""
    journal = Journal(org_id=sync.org_id, run_id=sync.new_id(), kind=KIND, now=now, clock=lambda: now)
    with transaction(sync.engine, sync.org_id, by=by) as connection:
        journal.begin(connection)
        cases = _gather(sync, connection, choices)
        # Children first: what follows a parent is not written over with what was read of it before.
        for mapping in reversed(sync.mappings.objects):
            some = [case for case in cases if case.conflict.object == mapping.name]
            desk = _Desk(sync=sync, connection=connection, journal=journal, mapping=mapping)
            desk.decide_fields([case for case in some if case.conflict.field])
            for case in (case for case in some if not case.conflict.field):
                desk.decide_record(case)
        journal.log(connection, [_line(case, by) for case in cases])
        journal.end(connection, ended_at=now, api_calls=0)
    return len(cases)


def _gather(sync: Sync, connection: Connection, choices: Sequence[Choice]) -> list[_Case]:
    """Lock the records and read the conflicts afresh; refuse what is not as it was seen."""
    ids = {choice.id for choice in choices}
    held: dict[UUID, Row] = {}
    for mapping in sync.mappings:
        held |= ours.read_rows(connection, mapping, ids, lock=True)
    known = links.by_id(connection, ids, lock=True)
    open_now = {(each.id, each.field): each for each in conflicts(connection, sync.mappings, ids=ids)}
    cases = []
    for choice in choices:
        conflict = _as_seen(choice, open_now.get((choice.id, choice.field)))
        cases.append(_Case(conflict=conflict, link=known[choice.id], held=held.get(choice.id), take=choice.take))
    return cases


def _as_seen(choice: Choice, conflict: Conflict | None) -> Conflict:
    if conflict is None:
        where = f"{choice.id}.{choice.field}" if choice.field else str(choice.id)
        raise Changed(f"Nothing is to be decided about {where} any more; `plansync conflicts` lists what is")
    if choice.seen not in (None, conflict.seen):
        raise Changed(f"{_called(conflict)} has changed since it was shown; look at it again and decide then")
    return conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Where decisions about records of one object are carried out."""

    sync: Sync
    connection: Connection
    journal: Journal
    mapping: ObjectMapping

    def decide_fields(self, cases: Sequence[_Case]) -> None:
        """Give each decided field to its winner, and ask about it no more."""
        settle(self.sync, self.connection, self.journal, self.mapping, list(_rulings(cases)))
        decided = [(case.conflict.id, case.conflict.field) for case in cases]
        self.connection.execute(delete(parked).where(tuple_(parked.c.link_id, parked.c.field).in_(decided)))

    def decide_record(self, case: _Case) -> None:
        """Let a record that one side deleted live or go, on both sides."""
        carry_out = {
            (True, Side.OURS): self._create_anew,
            (True, Side.THEIRS): self._accept_deletion,
            (False, Side.OURS): self._delete_there,
            (False, Side.THEIRS): self._restore_here,
        }[case.conflict.code == DELETED_THERE, case.take]
        carry_out(case)
        forget(self.connection, [case.conflict.id])

    def _create_anew(self, case: _Case) -> None:
        """Keep what the CRM deleted: it is created there again under our key, which a deleted record does not hold."""
        if not (self.mapping.pushes_creates and self.mapping.key):
            raise Undecidable(
                f"The mapping does not create {self.mapping.name} records in the CRM; restore {_called(case.conflict)} "
                "there from the recycle bin, or let the CRM's deletion stand"
            )
        anew = dict.fromkeys(("crm_id", "base", "base_modstamp", "base_read_at", "sending"), null())
        links.change(self.connection, [case.conflict.id], **anew)
        touch(self.connection, [case.conflict.id])

    def _accept_deletion(self, case: _Case) -> None:
        """Delete here what the CRM deleted, although it was edited here."""
        forced = replace(self.mapping, on_delete=Policy.THEIRS)
        remove(self.sync, self.connection, self.journal, forced, [case.conflict.crm_id or ""])

    def _delete_there(self, case: _Case) -> None:
        """Delete in the CRM what we deleted, although it was edited there; a later edit is asked about again."""
        links.change(self.connection, [case.conflict.id], base=_shown(case))
        touch(self.connection, [case.conflict.id])

    def _restore_here(self, case: _Case) -> None:
        """Take back in what we deleted, as the CRM held it when it was last read."""
        values = _shown(case)
        if lost := lost_references(self.connection, self.mapping, values):
            raise Undecidable(
                f"{_called(case.conflict)} points at {', '.join(sorted(lost))}, which is not here; "
                "restore that first, or let the deletion stand"
            )
        ours.write_rows(self.connection, self.mapping, self.sync.org_id, {case.conflict.id: values})
        # It is read again before the next conditional write: the moment of these values is not known.
        links.change(self.connection, [case.conflict.id], base=values, base_modstamp=None, sending=null())
        links.mark_clean(self.connection, [case.conflict.id])


def _rulings(cases: Sequence[_Case]) -> Iterator[Ruling]:
    for our_id in {case.conflict.id: None for case in cases}:
        of_record = [case for case in cases if case.conflict.id == our_id]
        first = of_record[0]
        if first.held is None:
            raise Undecidable(f"{_called(first.conflict)} was deleted here meanwhile; the next sync deals with that")
        theirs: dict[str, Any] = {case.conflict.field: case.conflict.theirs for case in of_record}
        taken = {case.conflict.field for case in of_record if case.take is Side.THEIRS}
        yield Ruling(
            link=first.link,
            held=first.held,
            take={column: value for column, value in theirs.items() if column in taken},
            overrule={column: value for column, value in theirs.items() if column not in taken},
        )


def _shown(case: _Case) -> Row:
    """Return a record that was edited in the CRM, whole, as it was last read there."""
    changed: Any = case.conflict.theirs
    return {**(case.link.base or {}), **changed}


def _called(conflict: Conflict) -> str:
    what = f"{conflict.object} {conflict.name or conflict.id}"
    return f"{conflict.field} of {what}" if conflict.field else what


def _line(case: _Case, by: str) -> Decision:
    conflict = case.conflict
    return Decision(
        link_id=conflict.id,
        object=conflict.object,
        field=conflict.field or None,
        action=f"decided: {case.take.value} won",
        reason=f"decided by {by}; {conflict.reason}",
        base=conflict.base,
        ours=conflict.ours,
        theirs=conflict.theirs,
    )

"""Edit: change records on both sides, and let their children follow (OB-53 to OB-57)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from service.domain import places
from service.domain.completion import dated
from service.domain.dependencies import Wait, completion_faults
from service.domain.faults import Fault
from service.domain.permissions import Action
from service.domain.tasks import COMPLETED
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror.amending import Amended, Update, amend
from service.plans import assignments, forms, rules, tags
from service.plans.create import Given
from service.plans.dependencies import waits
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.records import Found, Reach, as_seen, reach
from service.plans.references import Draft, pointed_by
from service.plans.refusals import Changed, Invalid, Lost, Refusal
from service.plans.rules import Pointed


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What somebody wants to change in a record, and the version of it that they saw."""

    id: UUID
    version: int
    given: Given
    confirmed: bool = False
    """Whether a task is to be completed although it waits for others (AG-18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of one edit: done on both sides, or refused."""

    id: UUID
    refusal: Refusal | None = None


def edit(desk: Desk, noun: str, edit_: Edit) -> Edited:
    """Change one record; a Refusal is raised."""
    (edited,) = edit_many(desk, noun, [edit_])
    if edited.refusal:
        raise edited.refusal
    return edited


def edit_many(desk: Desk, noun: str, edits: Sequence[Edit]) -> list[Edited]:
    """Change several records, each for itself: one that is refused keeps no other back (CO-22)."""
    desk.allow(Action.EDIT, noun)
    if faults := _named_twice(edits):
        raise Invalid(faults)
    drafts = _drafts(desk, noun, edits)
    amended = amend(desk.org, [draft for draft in drafts if isinstance(draft, Update)], by=desk.by)
    refusals = {outcome.update.id: _refusal(desk, outcome) for outcome in amended}
    return [
        Edited(id=asked.id, refusal=refusals[asked.id] if isinstance(draft, Update) else draft)
        for asked, draft in zip(edits, drafts, strict=True)
    ]


def drafted(desk: Desk, found: Found, given: Given) -> Row:
    """Return the columns that an edit would change, with what they bring along; Invalid names what is wrong."""
    noun = found.mapping.name
    values, faults = _read(desk, found.mapping, given, closed(desk, noun).locked)
    (pointed,) = pointed_by(desk, [Draft(noun=noun, row={**found.row, **values}, before=found.row)])
    return _ruled(desk, found, values, faults, pointed)


def _named_twice(edits: Sequence[Edit]) -> list[Fault]:
    """Refuse several edits of one record: each was made of the same version, and only one of them can be meant."""
    twice = [our_id for our_id, times in Counter(one.id for one in edits).items() if times > 1]
    message = "The record {} is edited more than once here; send all of its changes in one row"
    return [Fault(field="id", code="twice", message=message.format(our_id), record=str(our_id)) for our_id in twice]


def _drafts(desk: Desk, noun: str, edits: Sequence[Edit]) -> list[Update | Refusal]:
    """Return what each edit would change, or why it may not; read in a few queries, however many they are."""
    ids = [one.id for one in edits]
    within = reach(desk, Action.EDIT, noun, ids)
    mapping = desk.org.mappings[noun]
    locked = closed(desk, noun).locked
    read = [_read(desk, mapping, one.given, locked) for one in edits]
    before: list[Row] = [within.seen[i].row if i in within.seen else {} for i in ids]
    wanted = [Draft(noun=noun, row={**row, **now}, before=row) for row, (now, _) in zip(before, read, strict=True)]
    waiting = _waiting(desk, dict(zip(ids, wanted, strict=True)))
    pointed = pointed_by(desk, wanted)
    drafts: list[Update | Refusal] = []
    for one, (values, faults), around in zip(edits, read, pointed, strict=True):
        try:
            found = _open(desk, noun, one, within)
            wrong = [*faults, *completion_faults(waiting.get(one.id, []), confirmed=one.confirmed)]
            drafts.append(Update(noun=noun, id=one.id, values=_ruled(desk, found, values, wrong, around)))
        except Refusal as refusal:
            drafts.append(refusal)
    return drafts


def _read(desk: Desk, mapping: ObjectMapping, given: Given, locked: Set[str]) -> tuple[Row, list[Fault]]:
    """Return what was sent, with its tags as the org spells them, and what cannot be read of it."""
    values, faults = forms.read(mapping, given, locked=locked)
    values, strange = tags.spelled(desk.org, mapping, values)
    return values, [*faults, *strange]


def _waiting(desk: Desk, wanted: Mapping[UUID, Draft]) -> dict[UUID, list[Wait]]:
    """Return what the tasks wait for that are to be completed, and are not yet."""
    tasks = {our_id: draft for our_id, draft in wanted.items() if draft.noun == "playbook_task"}
    done = [i for i, draft in tasks.items() if draft.row.get("status") == COMPLETED and draft.changes("status")]
    return waits(desk, done) if done else {}


def _open(desk: Desk, noun: str, edit_: Edit, within: Reach) -> Found:
    """Return the record that is to be changed; a Refusal of one that is out of reach says nothing about it."""
    found = as_seen(noun, edit_.id, edit_.version, within)
    if edit_.given.get("template") and not found.row.get("template"):
        desk.allow(Action.PUBLISH, noun)
    return found


def _ruled(desk: Desk, found: Found, values: Row, faults: list[Fault], pointed: Pointed) -> Row:
    """Return the columns that change once the rules have had their say."""
    noun = found.mapping.name
    anew = places.taken_anew(noun, found.row, values, pointed)
    pointed = {column: one for column, one in pointed.items() if column not in anew}
    row = rules.filled(noun, {**found.row, **dict.fromkeys(anew), **values}, pointed)
    if "resource_id" in values:
        row = rules.owned(found.mapping, row, pointed, desk.user)
    row = dated(noun, row, found.row, now=desk.now, today=desk.today)
    changes = {column: value for column, value in row.items() if value != found.row.get(column)}
    wrong = {fault.field for fault in faults}
    ruled = rules.faults(noun, row, pointed, changed=changes)
    if noun == assignments.NOUN:
        ruled += assignments.twice(desk, found.id, row, pointed, changed=changes)
    if faults := [*faults, *(fault for fault in ruled if fault.field not in wrong)]:
        raise Invalid(faults)
    return changes


def _refusal(desk: Desk, outcome: Amended) -> Refusal | None:
    if outcome.error:
        mapping = desk.org.mappings[outcome.update.noun]
        return Invalid(rules.refused(mapping, outcome.error, record=str(outcome.update.id)))
    if outcome.out_of_step:
        return Changed("The record has changed in the CRM a moment ago; load it again and repeat the change")
    if outcome.lost:
        return Lost(f"This record was not changed here: {outcome.lost} Repeat the change; nothing is written twice")
    return None

"""Edit: change records on both sides, and let their children follow (OB-53 to OB-57)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from service.domain.permissions import Action
from service.domain.values import Row
from service.mirror.writing import Amended, Update, amend
from service.plans import forms, rules
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.records import Found, find_as_seen, out_of_reach
from service.plans.refusals import Changed, Invalid, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What somebody wants to change in a record, and the version of it that they saw."""

    id: UUID
    version: int
    given: Given


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
    open_ = desk.reachable(Action.EDIT, noun, [one.id for one in edits])
    drafts = [_drafted(desk, noun, one, open_) for one in edits]
    amended = amend(desk.org, [draft for draft in drafts if isinstance(draft, Update)], by=desk.by)
    refusals = {outcome.update.id: _refusal(desk, outcome) for outcome in amended}
    return [
        Edited(id=asked.id, refusal=refusals[asked.id] if isinstance(draft, Update) else draft)
        for asked, draft in zip(edits, drafts, strict=True)
    ]


def drafted(desk: Desk, found: Found, given: Given) -> Row:
    """Return the columns that would change, with what they bring along; Invalid names what is wrong with them."""
    noun = found.mapping.name
    values, faults = forms.read(found.mapping, given)
    with desk.org.writing(by=desk.by) as connection:
        pointed = rules.pointed_at(connection, desk.org.mappings, noun, {**found.row, **values})
    row = rules.filled(noun, {**found.row, **values}, pointed)
    if "resource_id" in values:
        row = rules.owned(found.mapping, row, pointed, desk.user)
    changes = {column: value for column, value in row.items() if value != found.row.get(column)}
    wrong = {fault.field for fault in faults}
    faults += [f for f in rules.faults(noun, row, pointed, changed=changes) if f.field not in wrong]
    if faults:
        raise Invalid(faults)
    return changes


def _drafted(desk: Desk, noun: str, one: Edit, open_: Set[UUID]) -> Update | Refusal:
    try:
        found = find_as_seen(desk, noun, one.id, version=one.version)
        if one.id not in open_:
            raise out_of_reach(Action.EDIT, noun)
        if one.given.get("template") and not found.row.get("template"):
            desk.allow(Action.PUBLISH, noun)
        return Update(noun=noun, id=one.id, values=drafted(desk, found, one.given))
    except Refusal as refusal:
        return refusal


def _refusal(desk: Desk, outcome: Amended) -> Refusal | None:
    if outcome.error:
        mapping = desk.org.mappings[outcome.update.noun]
        return Invalid(rules.refused(mapping, outcome.error, record=str(outcome.update.id)))
    if outcome.out_of_step:
        return Changed("The record has changed in the CRM a moment ago; load it again and repeat the change")
    return None

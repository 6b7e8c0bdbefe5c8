"""Create: one record, or an objective with its KPIs, on both sides or on none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.domain import resources
from service.domain.completion import dated
from service.domain.faults import Fault
from service.domain.permissions import Action
from service.mirror.planting import Create, Unplanted, plant
from service.plans import assignments, forms, rules, tags
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.record_types import taken_out
from service.plans.records import made_before
from service.plans.references import Draft, pointed_by
from service.plans.refusals import Invalid
from service.plans.rules import Pointed

Given = Mapping[str, Any]
"""What a client sent: JSON values by column."""


def create(desk: Desk, noun: str, given: Given, *, kpis: Sequence[Given] = (), record_id: UUID | None = None) -> UUID:
    """Create a record (OB-01, OB-03) and, with an objective, its KPIs (OB-14, OB-76); return its id.

    `record_type_id` among what was given is the CRM's id of its record type (OB-47).
    The same `record_id` given again makes nothing twice.
    """
    desk.allow(Action.CREATE, noun)
    if kpis:
        desk.allow(Action.CREATE, "objective_kpi")
    if given.get("template"):
        desk.allow(Action.PUBLISH, noun)
    root_id = record_id or desk.org.new_id()
    if made_before(desk, noun, root_id):
        return root_id
    read = [_read(desk, noun, root_id, given, closed(desk, noun).locked)]
    if kpis:
        of_root = {"objective_id": str(root_id)}
        locked = closed(desk, "objective_kpi").locked - of_root.keys()
        read += [_read(desk, "objective_kpi", desk.org.new_id(), {**one, **of_root}, locked) for one in kpis]
    drafted = [
        _ruled(desk, one, faults, pointed)
        for (one, faults), pointed in zip(read, _around(desk, [one for one, _ in read]), strict=True)
    ]
    creates = [one for one, _ in drafted]
    faults = [*drafted[0][1], *resources.unknown(desk.user)]
    for number, (_, wrong) in enumerate(drafted[1:]):
        faults += [replace(fault, record=f"kpis/{number}") for fault in wrong]
    if faults:
        raise Invalid(faults)
    try:
        plant(desk.org, creates, by=desk.by)
    except Unplanted as refused:
        raise Invalid(_blamed(desk, creates, refused)) from None
    return root_id


def _read(desk: Desk, noun: str, record_id: UUID, given: Given, locked: Set[str]) -> tuple[Create, list[Fault]]:
    """Return a record as it was asked for, and what cannot be read of it."""
    mapping = desk.org.mappings[noun]
    rest, record_type, faults = taken_out(given)
    values = rest
    row, unread = forms.read(mapping, values, locked=locked)
    row, strange = tags.spelled(desk.org, mapping, row)
    return Create(noun=noun, id=record_id, values=row, record_type=record_type), [*faults, *unread, *strange]


def _around(desk: Desk, creates: Sequence[Create]) -> list[Pointed]:
    """Return what new records point at; what is made along with them is not there yet."""
    made = {str(one.id) for one in creates}
    rows = [{c: value for c, value in one.values.items() if value not in made} for one in creates]
    return pointed_by(desk, [Draft(noun=one.noun, row=row) for one, row in zip(creates, rows, strict=True)])


def _ruled(desk: Desk, create: Create, faults: list[Fault], pointed: Pointed) -> tuple[Create, list[Fault]]:
    """Return a record as it would be made, once the rules have had their say, and what is wrong with it."""
    noun, mapping = create.noun, desk.org.mappings[create.noun]
    row = rules.owned(mapping, rules.filled(noun, create.values, pointed), pointed, desk.user)
    row = dated(noun, row, {}, now=desk.now, today=desk.today)
    wrong = {fault.field for fault in faults}
    ruled = rules.faults(noun, row, pointed, changed=row)
    if noun == assignments.NOUN:
        ruled += assignments.twice(desk, create.id, row, pointed, changed=row)
    return replace(create, values=row), [*faults, *(f for f in ruled if f.field not in wrong)]


def _blamed(desk: Desk, creates: Sequence[Create], refused: Unplanted) -> list[Fault]:
    blamed = refused.create or creates[0]
    record = None if blamed is creates[0] else f"kpis/{creates.index(blamed) - 1}"
    return rules.refused(desk.org.mappings[blamed.noun], refused.error, record=record)

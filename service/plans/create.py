"""Create: one record, or an objective with its KPIs, on both sides or on none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.domain import resources
from service.domain.checks import shown
from service.domain.completion import dated
from service.domain.faults import Fault
from service.domain.permissions import Action
from service.mirror.writing import Create, Unplanted, plant
from service.plans import forms, rules, tags
from service.plans.desk import Desk
from service.plans.refusals import Invalid
from service.plans.windows import RECORD_TYPE

_CRM_ID = re.compile(r"012[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")

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
    root, faults = _drafted(desk, noun, root_id, given)
    faults += resources.unknown(desk.user)
    creates = [root]
    for number, one in enumerate(kpis):
        kpi, wrong = _drafted_kpi(desk, root_id, one)
        creates.append(kpi)
        faults += [replace(fault, record=f"kpis/{number}") for fault in wrong]
    if faults:
        raise Invalid(faults)
    try:
        plant(desk.org, creates, by=desk.by)
    except Unplanted as refused:
        raise Invalid(_blamed(desk, creates, refused)) from None
    return root_id


def _drafted(desk: Desk, noun: str, record_id: UUID, given: Given) -> tuple[Create, list[Fault]]:
    """Return the record as it would be made, and what is wrong with it."""
    mapping = desk.org.mappings[noun]
    record_type, faults = _record_type(given.get(RECORD_TYPE))
    row, unread = forms.read(mapping, {column: raw for column, raw in given.items() if column != RECORD_TYPE})
    faults += unread
    row, strange = tags.spelled(desk.org, mapping, row)
    faults += strange
    with desk.org.writing(by=desk.by) as connection:
        (pointed,) = rules.pointed_at(connection, desk.org.mappings, noun, [row])
    row = rules.owned(mapping, rules.filled(noun, row, pointed), pointed, desk.user)
    row = dated(noun, row, {}, now=desk.now, today=desk.today)
    wrong = {fault.field for fault in faults}
    faults += [f for f in rules.faults(noun, row, pointed, changed=row) if f.field not in wrong]
    return Create(noun=noun, id=record_id, values=row, record_type=record_type), faults


def _record_type(given: object) -> tuple[str | None, list[Fault]]:
    """Return the CRM's id of the record type that was chosen (OB-47); which there are, the org says."""
    if given is None or (isinstance(given, str) and _CRM_ID.fullmatch(given)):
        return given, []
    message = f"{shown(given)} is no id of a record type; choose one that the form offers, or leave it out"
    return None, [Fault(field=RECORD_TYPE, code="unreadable", message=message)]


def _drafted_kpi(desk: Desk, objective_id: UUID, given: Given) -> tuple[Create, list[Fault]]:
    """Return a KPI of an objective that is made along with it."""
    mapping = desk.org.mappings["objective_kpi"]
    row, faults = forms.read(mapping, given)
    row = rules.owned(mapping, {**row, "objective_id": str(objective_id)}, {}, desk.user)
    wrong = {fault.field for fault in faults}
    return Create(noun="objective_kpi", id=desk.org.new_id(), values=row), [
        *faults,
        *(f for f in rules.faults("objective_kpi", row, {}, changed=row) if f.field not in wrong),
    ]


def _blamed(desk: Desk, creates: Sequence[Create], refused: Unplanted) -> list[Fault]:
    blamed = refused.create or creates[0]
    record = None if blamed is creates[0] else f"kpis/{creates.index(blamed) - 1}"
    return rules.refused(desk.org.mappings[blamed.noun], refused.error, record=record)

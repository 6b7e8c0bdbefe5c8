"""What a clone of a template will be: its records in full, what becomes of their dates, what is wrong (OB-22 to OB-46)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from service.domain.allocating import allocate
from service.domain.drawing import Draft, Drawing, NewId, Setting
from service.domain.faults import Fault
from service.domain.redating import LostEdit, OffDay, Redated, Shift, off_days, redate, redate_root, starts
from service.domain.selecting import Caution, select
from service.domain.templates import ASSIGNMENT, STAMPS, STANDS_AT, TASK, Choices, Record, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """What is to be made, parents first, and what somebody should know before it is; with faults nothing is made.

    `seen` is the fingerprint of the template and the day that it was decided on.
    """

    seen: str
    creates: tuple[Draft, ...]
    shifts: tuple[Shift, ...]
    lost_edits: tuple[LostEdit, ...]
    off_days: tuple[OffDay, ...]
    cautions: tuple[Caution, ...]
    faults: tuple[Fault, ...]


def decide(template: Template, choices: Choices, setting: Setting, *, new_id: NewId) -> Clone:
    """Say what a clone of a template will be; nothing is read or written."""
    taken, left = select(template, choices)
    allocation = allocate(template, taken, choices, setting.resources)
    redated = _redate(template, taken, choices, setting)
    shifts = [shift for record in taken for shift in redated[record.id].shifts]
    drawing = Drawing(
        template=template,
        choices=choices,
        setting=setting,
        allocation=allocation,
        ids={str(record.id): new_id(str(record.id)) for record in taken},
    )
    creates = [drawing.draft(record, redated[record.id].dates) for record in taken if record.noun != ASSIGNMENT]
    return Clone(
        seen=template.seen_on(setting.today),
        creates=(*creates, *drawing.assignments(new_id)),
        shifts=tuple(shifts),
        lost_edits=tuple(lost for record in taken for lost in redated[record.id].lost),
        off_days=off_days(shifts, setting.calendar),
        cautions=(*left, *allocation.cautions, *_date_cautions(template, shifts)),
        faults=(
            *_misplaced(template, choices),
            *drawing.faults(),
            *allocation.faults,
            *chain.from_iterable(redated[record.id].faults for record in taken),
        ),
    )


def _redate(template: Template, taken: Sequence[Record], choices: Choices, setting: Setting) -> Mapping[UUID, Redated]:
    moves = starts(template, choices, today=setting.today, calendar=setting.calendar)
    children = {record.id: redate(record, choices, moves) for record in taken[1:]}
    return {template.root.id: redate_root(template.root, choices, moves), **children}


def _date_cautions(template: Template, shifts: Sequence[Shift]) -> Iterator[Caution]:
    unmoved = sum(shift.stays for shift in shifts)
    if unmoved:
        message = f"KPI dates that do not move with the start: {unmoved}. Let them move, too, or update them by hand"
        yield Caution(code="kpi_dates_not_moved", message=message)
    undated = sum(shift.old is not None and shift.new is None for shift in shifts)
    if undated and template.anchor is None:
        message = f"Dates left empty: {undated}. No record of the template has a start to measure the distance from"
        yield Caution(code="no_anchor", message=message)


def _misplaced(template: Template, choices: Choices) -> Iterator[Fault]:
    """Name choices for records that the template does not have, and columns that a clone decides by itself."""
    named = {*choices.left_out, *choices.edits, *choices.resources}
    for stranger in sorted(map(str, named - {record.id for record in template.children})):
        message = f"The template has no child {stranger} (any more); look at the template again"
        yield Fault(field="", code="missing", message=message, record=stranger)
    for record in template:
        for column in sorted(choices.of(record, template).keys() & _decided(record, template)):
            message = f"{column} is decided by the clone; leave it out"
            yield Fault(field=column, code="read_only", message=message, record=str(record.id))
    for record in template.children:
        if record.id in choices.resources and record.noun != TASK:
            message = f"{record.title!r} is no task and takes one resource; give it as resource_id"
            yield Fault(field="resource_id", code="one_resource", message=message, record=str(record.id))


def _decided(record: Record, template: Template) -> frozenset[str]:
    if record is template.root:
        # Its start is a choice of its own: all other dates hang on it.
        return STAMPS | {"start_date"}
    return STAMPS | {*STANDS_AT[record.noun]}

"""Moving what was made already: a new start, and the children that keep their distance from it (OB-38 to OB-40)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from service.domain.permissions import Action
from service.domain.redating import OffDay, Shift, moving, off_days, redate, redate_root
from service.domain.templates import NOUNS, Choices, Record, Template
from service.plans.calendars import calendar
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.edit import Edit, Edited, edit, edit_many
from service.plans.records import find_many
from service.plans.refusals import Invalid
from service.plans.templates import tree
from service.store import days_off

OVER = frozenset({"Completed", "Canceled", "Abandoned"})
"""The statuses and stages in which a record keeps its dates: they tell what was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A new start, and how dates follow it: KPIs only when asked to (OB-44), by a named calendar if there is one."""

    start: date
    move_kpis: bool = False
    working_days: bool = False
    calendar: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Every date of a record and its children that a new start moves, or leaves, and where nobody works."""

    shifts: tuple[Shift, ...]
    off_days: tuple[OffDay, ...]


def foresee_move(desk: Desk, noun: str, record_id: UUID, move: Move) -> Foreseen:
    """Return what a new start would move; nothing is written."""
    desk.allow(Action.EDIT, noun)
    return _foreseen(desk, tree(desk, noun, record_id), move)


def move(desk: Desk, noun: str, record_id: UUID, move_: Move, *, version: int) -> list[Edited]:
    """Give a record another start and let its children follow; each child for itself, the record first.

    A Refusal of the record itself is raised, and nothing has moved then.
    """
    found = tree(desk, noun, record_id)
    foreseen = _foreseen(desk, found, move_)
    given: dict[UUID, Given] = {
        owner: {shift.column: shift.new.isoformat() for shift in shifts if shift.new and shift.new != shift.old}
        for owner, shifts in groupby(foreseen.shifts, key=lambda shift: shift.record)
    }
    edited = [edit(desk, noun, Edit(id=record_id, version=version, given=given.pop(record_id, {})))]
    for child in NOUNS:
        ids = [record.id for record in found.children if record.noun == child and given.get(record.id)]
        edited += _follow(desk, child, ids, given) if ids else []
    return edited


def _foreseen(desk: Desk, found: Template, move_: Move) -> Foreseen:
    with desk.org.writing(by=desk.by) as connection:
        days = calendar(move_.calendar, days_off.every(connection))
    # Without any start there is no distance to keep: then only the record itself gets one.
    anchor = found.anchor or move_.start
    starts = moving(anchor, move_.start, move_kpis=move_.move_kpis, calendar=days if move_.working_days else None)
    redated = [redate_root(found.root, Choices(), starts)]
    redated += [redate(record, Choices(), starts) for record in found.children if not _over(record)]
    faults = [fault for one in redated for fault in one.faults]
    if faults:
        raise Invalid(faults)
    shifts = tuple(shift for one in redated for shift in one.shifts)
    return Foreseen(shifts=shifts, off_days=off_days([shift for shift in shifts if shift.new != shift.old], days))


def _over(record: Record) -> bool:
    return bool(OVER & {record.row.get("status"), record.row.get("stage")})


def _follow(desk: Desk, noun: str, ids: Sequence[UUID], given: Mapping[UUID, Given]) -> list[Edited]:
    versions = {our_id: found.version for our_id, found in find_many(desk, noun, ids).items()}
    return edit_many(desk, noun, [Edit(id=i, version=versions[i], given=given[i]) for i in ids if i in versions])

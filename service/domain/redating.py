"""The dates of a clone: what moves with the start, what does not, what is lost, and what falls on a day off (G1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from service.domain.checks import in_order
from service.domain.dates import Calendar, shift
from service.domain.faults import Fault
from service.domain.templates import DATES, KPI, Choices, Record, Template
from service.domain.values import Row, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The old and the new date of one column of a template's record; `moved` says whether it follows the chosen start.

    `stays` says that it keeps to the default start, though another one was chosen by hand (OB-44).
    """

    record: UUID
    noun: str
    title: str
    column: str
    old: date | None
    new: date | None
    moved: bool
    why: str
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LostEdit:
    """A date that was edited by hand before the start was changed, and what is set in its place (OB-39)."""

    record: UUID
    title: str
    column: str
    edited: Value
    becomes: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OffDay:
    """A new date on which nobody works, and why."""

    record: UUID
    title: str
    column: str
    day: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """From where to where dates move, and which: KPIs keep to the default start when another one was chosen (OB-44).

    `edited_under` is the start under which dates of children were edited by hand.
    """

    anchor: date | None
    start: date
    kpi_start: date
    edited_under: date
    calendar: Calendar | None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: DATES)

    def moved(self, day: date, *, to: date) -> date | None:
        """Return where a day goes for a start; nowhere without an anchor (OB-41), and nothing moves with the old start."""
        if self.anchor is None or to == self.anchor:
            return self.anchor and day
        return shift(day, anchor=self.anchor, new_anchor=to, calendar=self.calendar)


def starts(template: Template, choices: Choices, *, today: date, calendar: Calendar) -> Starts:
    """Return from where to where the dates of a clone move; the new start is today by default (OB-43)."""
    start = choices.start or today
    return Starts(
        anchor=template.anchor,
        start=start,
        kpi_start=start if choices.move_kpis else today,
        edited_under=choices.dates_edited_under or today,
        calendar=calendar if choices.working_days else None,
        columns=template.dates,
    )


def moving(anchor: date, start: date, *, move_kpis: bool, calendar: Calendar | None) -> Starts:
    """Return from where to where dates move when a start is changed after creation; KPIs stay unless they are to move."""
    kpi_start = start if move_kpis else anchor
    return Starts(anchor=anchor, start=start, kpi_start=kpi_start, edited_under=start, calendar=calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redated:
    """The dates of one record, how each came about, and what is wrong with them."""

    dates: Row
    shifts: tuple[Shift, ...] = ()
    lost: tuple[LostEdit, ...] = ()
    faults: tuple[Fault, ...] = ()


def redate_root(root: Record, choices: Choices, starts: Starts) -> Redated:
    """Return the dates of the new root: its start is the chosen one, and what was set by hand stays."""
    given = {"start_date": starts.start.isoformat(), **_dates_of(root, choices.values, starts)}
    return _redated(root, starts, given=given, lost={})


def redate(record: Record, choices: Choices, starts: Starts) -> Redated:
    """Return the dates of a child; those edited by hand stay, unless the start was changed afterwards."""
    edited = _dates_of(record, choices.edits.get(record.id, {}), starts)
    # Another start does not reach the dates of KPIs, so nothing that was entered there is lost.
    if starts.edited_under != starts.start and record.noun != KPI:
        return _redated(record, starts, given={}, lost=edited)
    return _redated(record, starts, given=edited, lost={})


def _dates_of(record: Record, values: Row, starts: Starts) -> Row:
    return {column: values[column] for column in starts.columns.get(record.noun, ()) if column in values}


def _redated(record: Record, starts: Starts, *, given: Row, lost: Row) -> Redated:
    try:
        shifts = tuple(_shift(record, column, starts, given) for column in starts.columns.get(record.noun, ()))
    except OverflowError:
        message = f"The dates of {record.title!r} cannot be moved as far as that; choose another start or plain days"
        fault = Fault(field="start_date", code="out_of_range", message=message, record=str(record.id))
        return Redated(dates={}, faults=(fault,))
    new = {shift.column: shift.new for shift in shifts}
    dates: Row = {column: day.isoformat() if day else None for column, day in new.items()}
    return Redated(
        dates=dates,
        shifts=tuple(shift for shift in shifts if shift.old or shift.new),
        lost=tuple(
            LostEdit(record=record.id, title=record.title, column=column, edited=value, becomes=new[column])
            for column, value in lost.items()
        ),
        faults=tuple(replace(fault, record=str(record.id)) for fault in in_order(dates)),
    )


def _shift(record: Record, column: str, starts: Starts, given: Row) -> Shift:
    old = _day(record.row.get(column))
    shift = Shift(
        record=record.id,
        noun=record.noun,
        title=record.title,
        column=column,
        old=old,
        new=None,
        moved=False,
        why="the template has no date here",
    )
    if column in given:
        return replace(shift, new=_day(given[column]), why="set for this clone")
    if old is None:
        return shift
    if starts.anchor is None:
        return replace(shift, why="no record of the template has a start to measure the distance from")
    if record.noun == KPI and starts.kpi_start != starts.start:
        why = f"does not move with a start changed by hand; it would be {starts.moved(old, to=starts.start)}"
        return replace(shift, new=starts.moved(old, to=starts.kpi_start), stays=True, why=why)
    return replace(shift, new=starts.moved(old, to=starts.start), moved=True, why="keeps its distance from the start")


def _day(value: Value) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def off_days(shifts: Sequence[Shift], calendar: Calendar) -> tuple[OffDay, ...]:
    """Return the new dates on which nobody works, with the holiday or the weekday."""
    return tuple(
        OffDay(record=shift.record, title=shift.title, column=shift.column, day=shift.new, name=name)
        for shift in shifts
        if shift.new and (name := calendar.off(shift.new))
    )

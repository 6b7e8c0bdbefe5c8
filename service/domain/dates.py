"""Dates move by their distance from an anchor: in calendar days, or in the working days of a calendar (OB-38 to OB-43)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
FARTHEST = timedelta(days=3660)
"""Working days are counted one by one, so over no more than ten years."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _no_holiday(_day: date) -> str | None:
    return None


def _no_workday(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days of a place on which nobody works: weekdays (Monday is 0), and holidays by name.

    `workday` names the days of a weekend on which people work all the same, to make up for a holiday.
    """

    name: str = "weekends"
    weekend: frozenset[int] = frozenset({5, 6})
    holiday: Callable[[date], str | None] = _no_holiday
    workday: Callable[[date], bool] = _no_workday

    def __post_init__(self) -> None:
        """Refuse a week without a working day: no date could be moved into it."""
        if self.weekend >= set(range(7)):
            raise ValueError(f"The calendar {self.name} has no working day in its week")

    def off(self, day: date) -> str | None:
        """Return why nobody works on a day: the holiday, else the weekday; None for a working day."""
        free = day.weekday() in self.weekend and not self.workday(day)
        return self.holiday(day) or (DAYS[day.weekday()] if free else None)

    def works(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return self.off(day) is None


def shift(day: date, *, anchor: date, new_anchor: date, calendar: Calendar | None = None) -> date:
    """Return the day that stands to the new anchor as the old day stood to the old one; OverflowError if it is too far.

    With a calendar the distance is counted in its working days. A day that is off, be it an anchor or the day to be
    moved, counts as the next working day, so a result is always one, and later days never overtake earlier ones.
    """
    if calendar is None:
        return new_anchor + (day - anchor)
    if abs(day - anchor) > FARTHEST:
        raise OverflowError(f"{day} lies more than ten years from {anchor}")
    return _advance(_on_duty(new_anchor, calendar), _distance(anchor, day, calendar), calendar)


def _on_duty(day: date, calendar: Calendar) -> date:
    """Return the day itself, or the next working day."""
    while not calendar.works(day):
        day += DAY
    return day


def _distance(start: date, end: date, calendar: Calendar) -> int:
    """Count the working days from one day to another; negative when the second lies before the first."""
    start, end = _on_duty(start, calendar), _on_duty(end, calendar)
    first, last = min(start, end), max(start, end)
    count = sum(calendar.works(first + DAY * passed) for passed in range((last - first).days))
    return count if start <= end else -count


def _advance(day: date, steps: int, calendar: Calendar) -> date:
    """Return the working day that lies so many working days later, or earlier."""
    step = DAY if steps > 0 else -DAY
    for _ in range(abs(steps)):
        day += step
        while not calendar.works(day):
            day += step
    return day

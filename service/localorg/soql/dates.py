"""Date literals: the days that each of them covers, as Salesforce's reference defines them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Step = Callable[[date, int], date]
"""(today, n) -> the first day of the unit n units away from today's."""


def _day(today: date, away: int) -> date:
    return today + timedelta(days=away)


def _week(today: date, away: int) -> date:
    """Weeks start on Sunday: the org's locale is en_US."""
    return today - timedelta(days=today.isoweekday() % 7) + timedelta(weeks=away)


def _months(count: int) -> Step:
    def first_day(today: date, away: int) -> date:
        index = (today.year * 12 + today.month - 1) // count * count + away * count
        return date(index // 12, index % 12 + 1, 1)

    return first_day


_UNITS: dict[str, Step] = {
    "DAY": _day,
    "WEEK": _week,
    "MONTH": _months(1),
    "QUARTER": _months(3),
    "YEAR": _months(12),
}

PLAIN = frozenset(
    {"YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"}
    | {f"{which}_{unit}" for which in ("LAST", "THIS", "NEXT") for unit in ("WEEK", "MONTH", "QUARTER", "YEAR")}
)
COUNTED = frozenset(
    {f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in _UNITS} | {f"N_{unit}S_AGO" for unit in _UNITS}
)
_NAMED_DAYS = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
_AWAY = {"LAST": -1, "THIS": 0, "NEXT": 1}


def days_of(name: str, count: int | None, today: date) -> tuple[date, date]:
    """Return the first day of a date literal and the first day after it; years beyond 9999 overflow."""
    try:
        return _days_of(name, count, today)
    except ValueError as error:
        raise OverflowError(name) from error


def _days_of(name: str, count: int | None, today: date) -> tuple[date, date]:
    if name in _NAMED_DAYS:
        return _span(_day, today, _NAMED_DAYS[name], _NAMED_DAYS[name] + 1)
    if count is None:
        if name.endswith("_90_DAYS"):
            return _days_of(name.replace("90", "N"), 90, today)
        which, unit = name.split("_")
        return _span(_UNITS[unit], today, _AWAY[which], _AWAY[which] + 1)
    return _counted(name, count, today)


def _counted(name: str, count: int, today: date) -> tuple[date, date]:
    """Return the span of LAST_N_, NEXT_N_ and N_..._AGO; only LAST_N_DAYS takes in the unit that is under way."""
    if name.endswith("_AGO"):
        return _span(_UNITS[name.split("_")[1][:-1]], today, -count, 1 - count)
    which, _, unit = name.split("_")
    step = _UNITS[unit[:-1]]
    if which == "LAST":
        return _span(step, today, -count, 1 if step is _day else 0)
    return _span(step, today, 1, count + 1)


def _span(step: Step, today: date, start: int, end: int) -> tuple[date, date]:
    return step(today, start), step(today, end)


def midnight(day: date, time_zone: str) -> datetime:
    """Return the moment at which a day starts in a time zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)

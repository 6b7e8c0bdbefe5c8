"""Date functions; a moment becomes a day in the time zone of the context."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from service.localorg.formulas.errors import NoResult

_MONTHS = 12


def day_of(moment: datetime, time_zone: str) -> date:
    """Return the day of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def make(year: Decimal, month: Decimal, day: Decimal) -> date:
    """Return a day from its parts."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise NoResult("DATE") from error


def from_text(text: str) -> date | None:
    """Read YYYY-MM-DD; blank text is a blank date."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NoResult(text) from error


def moment_from_text(text: str) -> datetime | None:
    """Read YYYY-MM-DD HH:MM:SS in UTC; blank text is a blank moment."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise NoResult(text) from error


def add_months(day: date, months: Decimal) -> date:
    """Move by months; the last day of a month stays a last day."""
    index = day.year * _MONTHS + day.month - 1 + int(months)
    year, month = divmod(index, _MONTHS)
    if not date.min.year <= year <= date.max.year:
        raise NoResult("ADDMONTHS")
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return day.replace(year=year, month=month + 1, day=last if is_last else min(day.day, last))


def weekday(day: date) -> Decimal:
    """Return 1 for Sunday to 7 for Saturday."""
    return Decimal(day.isoweekday() % 7 + 1)


def as_text(moment: date) -> str:
    """Write a day, or a moment in UTC, as TEXT does."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return moment.isoformat()

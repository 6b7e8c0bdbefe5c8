"""What the tables say about one account: its months, its quarters, and the measures that KPIs are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from service.demo.company import Company

QUARTER = 3
_HUNDREDTH = Decimal("0.01")

Key = tuple[str, date]
"""An account's id and the first day of a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What happened at one account in one month, or in several of them together."""

    uses: int = 0
    seconds: int = 0
    errors: int = 0
    tickets: int = 0
    first_response_minutes: int = 0
    resolution_hours: Decimal = Decimal(0)
    rated: int = 0
    satisfaction: Decimal = Decimal(0)
    escalations: int = 0
    features: frozenset[str] = frozenset()

    def __add__(self, other: Activity) -> Activity:
        added = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "features"}
        return Activity(**added, features=self.features | other.features)


def by_month(company: Company) -> dict[Key, Activity]:
    """Return the activity of each account and month that has any, from the usage and ticket tables."""
    months: dict[Key, Activity] = {}
    for key, activity in (*_usage(company), *_tickets(company)):
        months[key] = months.get(key, Activity()) + activity
    return months


def quarter(months: Mapping[Key, Activity], account_id: str, last: date) -> Activity:
    """Return an account's activity in the three months that end with the month of a day."""
    return sum((months.get((account_id, month), Activity()) for month in _back(last, QUARTER)), start=Activity())


def measure(name: str, activity: Activity) -> Decimal | None:
    """Return a measure of a quarter, to two decimals; None where the tables say nothing."""
    value = MEASURES[name](activity)
    return None if value is None else value.quantize(_HUNDREDTH, ROUND_HALF_UP)


def months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before a day's own."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def _usage(company: Company) -> Iterable[tuple[Key, Activity]]:
    for use in company.usage:
        activity = Activity(uses=use.count, seconds=use.seconds, errors=use.errors, features=frozenset((use.feature,)))
        yield (use.account_id, use.day.replace(day=1)), activity


def _tickets(company: Company) -> Iterable[tuple[Key, Activity]]:
    for ticket in company.tickets:
        yield (
            (ticket.account_id, ticket.day.replace(day=1)),
            Activity(
                tickets=1,
                first_response_minutes=ticket.first_response_minutes,
                resolution_hours=ticket.resolution_hours,
                rated=int(ticket.satisfaction is not None),
                satisfaction=ticket.satisfaction or Decimal(0),
                escalations=int(ticket.escalated),
            ),
        )


def _back(last: date, count: int) -> list[date]:
    return [months_before(last, back) for back in range(count)]


def _share(part: Decimal | int, whole: int, times: int = 1) -> Decimal | None:
    return Decimal(part) * times / whole if whole else None


MEASURES: Mapping[str, Callable[[Activity], Decimal | None]] = {
    "monthly_uses": lambda a: _share(a.uses, QUARTER),
    "monthly_hours": lambda a: _share(a.seconds, QUARTER * 3600),
    "features_used": lambda a: Decimal(len(a.features)),
    "error_rate": lambda a: _share(a.errors, a.uses, 100),
    "first_response_minutes": lambda a: _share(a.first_response_minutes, a.tickets),
    "resolution_hours": lambda a: _share(a.resolution_hours, a.tickets),
    "satisfaction": lambda a: _share(a.satisfaction, a.rated),
    "escalations": lambda a: Decimal(a.escalations),
}
"""The measures of a quarter by the name that the definitions use."""

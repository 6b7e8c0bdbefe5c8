"""Calendars of working days: named ones of countries and their regions, with an org's own days off."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from difflib import get_close_matches

import holidays

from service.domain.checks import shown
from service.domain.dates import Calendar
from service.domain.faults import Fault
from service.plans.refusals import Invalid
from service.store.days_off import DayOff

LANGUAGE = "en_US"


def calendar(name: str | None, own: Collection[DayOff] = ()) -> Calendar:
    """Return the calendar of a country (`US`) or of one of its regions (`DE-BY`) with an org's own days off.

    Without a name only weekends and own days are off; Invalid names the nearest calendar when there is none of a name.
    """
    ours = _own_holiday(own)
    if name is None:
        return Calendar(holiday=ours)
    if name not in names():
        raise Invalid([_unknown(name)])
    country, _, region = name.partition("-")
    # One for each call: it fills itself year by year while it is asked, which two threads must not do at once.
    public = holidays.country_holidays(country, subdiv=region or None, language=LANGUAGE)
    weekend = frozenset(public.weekend)
    return Calendar(
        name=name,
        weekend=weekend,
        holiday=lambda day: ours(day) or public.get(day),
        workday=public.is_working_day,
    )


def _own_holiday(own: Collection[DayOff]) -> Callable[[date], str | None]:
    single = {off.day: off.name for off in own if not off.yearly}
    yearly = {(off.day.month, off.day.day): off.name for off in own if off.yearly}
    return lambda day: single.get(day) or yearly.get((day.month, day.day))


def names() -> list[str]:
    """Return the names of all calendars of countries and regions."""
    regions = holidays.list_supported_countries(include_aliases=False)
    return sorted([*regions, *(f"{country}-{region}" for country, several in regions.items() for region in several)])


def _unknown(name: str) -> Fault:
    near = get_close_matches(name.upper(), names(), n=3)
    way_out = f"did you mean {' or '.join(near)}?" if near else "name a country, such as US, or a region, such as DE-BY"
    return Fault(field="calendar", code="unknown", message=f"There is no calendar {shown(name)}; {way_out}")

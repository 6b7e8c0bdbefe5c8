"""Calendars of working days: named ones of countries and their regions, with an org's own days off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import holidays

from service.domain.checks import shown
from service.domain.dates import Calendar
from service.domain.faults import Fault
from service.plans.refusals import Invalid

LANGUAGE = "en_US"


@dataclass(frozen=True, slots=True)
class OwnDays:
    """Days on which nobody of an org works: every year by (month, day), or once; each with its name."""

    recurring: Mapping[tuple[int, int], str] = field(default_factory=dict)
    single: Mapping[date, str] = field(default_factory=dict)

    def name(self, day: date) -> str | None:
        """Return the name of an own day off."""
        return self.single.get(day) or self.recurring.get((day.month, day.day))


def calendar(name: str | None, own: OwnDays | None = None) -> Calendar:
    """Return the calendar of a country (`US`) or of one of its regions (`DE-BY`); with no name, weekends and own days.

    Invalid names the nearest calendar when there is none of that name.
    """
    ours = own or OwnDays()
    if name is None:
        return Calendar(holiday=ours.name)
    if name not in names():
        raise Invalid([_unknown(name)])
    country, _, region = name.partition("-")
    # One for each call: it fills itself year by year while it is asked, which two threads must not do at once.
    public = holidays.country_holidays(country, subdiv=region or None, language=LANGUAGE)
    return Calendar(name=name, weekend=frozenset(public.weekend), holiday=lambda day: ours.name(day) or public.get(day))


def names() -> list[str]:
    """Return the names of all calendars of countries and regions."""
    regions = holidays.list_supported_countries(include_aliases=False)
    return sorted([*regions, *(f"{country}-{region}" for country, several in regions.items() for region in several)])


def _unknown(name: str) -> Fault:
    near = get_close_matches(name.upper(), names(), n=3)
    way_out = f"did you mean {' or '.join(near)}?" if near else "name a country, such as US, or a region, such as DE-BY"
    return Fault(field="calendar", code="unknown", message=f"There is no calendar {shown(name)}; {way_out}")

"""Calendars of working days: of countries, of their regions, and with an org's own days."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from service.domain.dates import shift
from service.plans.calendars import calendar, names
from service.plans.desk import Desk
from service.plans.refusals import Invalid
from service.store import days_off
from service.store.database import transaction
from service.store.days_off import DayOff

OWN = (DayOff(date(2026, 5, 15), False, "Bridge day"), DayOff(date(2000, 12, 31), True, "Stocktaking"))


@pytest.mark.parametrize(
    ("name", "day", "why"),
    [
        ("DE-BY", date(2026, 1, 6), "Epiphany"),
        ("DE", date(2026, 1, 6), None),
        ("US", date(2026, 7, 3), "Independence Day (observed)"),
        ("US", date(2035, 12, 25), "Christmas Day"),
        ("IL", date(2026, 6, 5), "Friday"),
        ("IL", date(2026, 6, 7), None),
        ("CN", date(2025, 1, 25), "Saturday"),
        ("CN", date(2025, 1, 26), None),
        (None, date(2026, 12, 25), None),
        (None, date(2026, 12, 26), "Saturday"),
    ],
)
def test_a_calendar_knows_the_holidays_and_the_weekend_of_its_place(
    name: str | None, day: date, why: str | None
) -> None:
    assert calendar(name).off(day) == why


@pytest.mark.req("G1")
@pytest.mark.parametrize("name", [None, "DE-BY"])
@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 5, 15), "Bridge day"),
        (date(2028, 5, 15), None),
        (date(2026, 12, 31), "Stocktaking"),
        (date(2030, 12, 31), "Stocktaking"),
    ],
)
def test_an_orgs_own_days_are_off_once_or_every_year(name: str | None, day: date, why: str | None) -> None:
    assert calendar(name, OWN).off(day) == why


@pytest.mark.req("G1")
def test_dates_that_are_moved_by_working_days_spare_own_days_of_every_year() -> None:
    moved = shift(
        date(2026, 3, 3), anchor=date(2026, 3, 2), new_anchor=date(2029, 12, 28), calendar=calendar("DE", OWN)
    )

    assert moved == date(2030, 1, 2)


@pytest.mark.parametrize("name", ["de-by", "DE-BX", "Bavaria", "", "x" * 10_000])
def test_a_calendar_that_does_not_exist_is_refused_with_a_way_out(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        calendar(name)

    [fault] = refused.value.faults
    assert (fault.field, fault.code) == ("calendar", "unknown")
    assert "DE-BY" in fault.message
    assert len(fault.message) < 200


def test_every_named_calendar_can_be_opened() -> None:
    assert {"DE", "DE-BY", "US", "US-CA"} <= set(names())
    for name in names()[::25]:
        assert calendar(name).name == name


def test_own_days_are_kept_by_org_renamed_and_removed(desk: Desk) -> None:
    with desk.org.writing(by="") as connection:
        days_off.add(connection, desk.org.org_id, DayOff(date(2026, 5, 15), False, "Bridge"))
        days_off.add(connection, desk.org.org_id, DayOff(date(2026, 5, 15), False, "Bridge day"))
        days_off.add(connection, desk.org.org_id, DayOff(date(2026, 12, 31), True, "Stocktaking"))

        assert days_off.every(connection) == sorted(OWN)
    with transaction(desk.org.engine, uuid4()) as connection:
        assert days_off.every(connection) == []
        assert not days_off.remove(connection, date(2026, 5, 15), yearly=False)
    with desk.org.writing(by="") as connection:
        assert days_off.remove(connection, date(2031, 12, 31), yearly=True)
        assert not days_off.remove(connection, date(2026, 5, 15), yearly=True)
        assert days_off.every(connection) == [OWN[0]]

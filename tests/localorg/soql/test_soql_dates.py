"""Dates, moments and date literals, at their edges and in time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.localorg.clock import Clock
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.soql.dates import days_of, midnight
from service.localorg.soql.run import run_query
from tests.localorg.soql.conftest import Ask, Find


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Built_On__c = 2020-01-15", ["Alba"]),
        ("Built_On__c != 2020-01-15", ["Bora", "Ciao", "Dora", "Emma", "Fado"]),
        ("Built_On__c < 2020-01-15", ["Fado"]),
        ("Built_On__c <= 2020-01-15", ["Alba", "Fado"]),
        ("Built_On__c > 2020-12-31", ["Bora"]),
        ("Built_On__c >= 2020-12-31", ["Bora", "Emma"]),
        ("Built_On__c = null", ["Ciao", "Dora"]),
        ("Launched_At__c = 2020-03-01T10:00:00Z", ["Alba"]),
        ("Launched_At__c = 2020-03-01T12:00:00+02:00", ["Alba"]),
        ("Launched_At__c = 2020-03-01T05:00:00.000-0500", ["Alba"]),
        ("Launched_At__c > 2020-03-01T10:00:00Z", ["Bora"]),
        ("CALENDAR_YEAR(Built_On__c) = 2020", ["Alba", "Emma"]),
        ("CALENDAR_MONTH(Launched_At__c) = 12", ["Bora"]),
        ("CALENDAR_QUARTER(Built_On__c) IN (2)", ["Bora"]),
        ("DAY_IN_MONTH(Built_On__c) = 31", ["Emma", "Fado"]),
        ("DAY_IN_WEEK(Built_On__c) = 4", ["Alba", "Bora"]),
        ("DAY_IN_YEAR(Built_On__c) = 366", ["Emma"]),
        ("WEEK_IN_MONTH(Built_On__c) = 3", ["Alba"]),
        ("WEEK_IN_YEAR(Built_On__c) = 53", ["Emma", "Fado"]),
        ("HOUR_IN_DAY(Launched_At__c) = 23", ["Bora"]),
        ("DAY_ONLY(Launched_At__c) = 2021-12-31", ["Bora"]),
        ("Built_On__c < LAST_YEAR", ["Alba", "Bora", "Emma", "Fado"]),
        ("Built_On__c = N_YEARS_AGO:6", ["Alba", "Emma"]),
        ("Built_On__c = LAST_N_YEARS:6", ["Alba", "Bora", "Emma"]),
        ("Built_On__c != LAST_N_YEARS:6", ["Ciao", "Dora", "Fado"]),
        ("CreatedDate = TODAY AND Name = 'Alba'", ["Alba"]),
        ("CreatedDate < TODAY", []),
    ],
)
def test_dates_and_moments_are_compared(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("name", "count", "first", "after"),
    [
        ("TODAY", None, "2026-03-04", "2026-03-05"),
        ("YESTERDAY", None, "2026-03-03", "2026-03-04"),
        ("TOMORROW", None, "2026-03-05", "2026-03-06"),
        ("LAST_WEEK", None, "2026-02-22", "2026-03-01"),
        ("THIS_WEEK", None, "2026-03-01", "2026-03-08"),
        ("NEXT_WEEK", None, "2026-03-08", "2026-03-15"),
        ("LAST_MONTH", None, "2026-02-01", "2026-03-01"),
        ("THIS_MONTH", None, "2026-03-01", "2026-04-01"),
        ("NEXT_MONTH", None, "2026-04-01", "2026-05-01"),
        ("LAST_90_DAYS", None, "2025-12-04", "2026-03-05"),
        ("NEXT_90_DAYS", None, "2026-03-05", "2026-06-03"),
        ("THIS_QUARTER", None, "2026-01-01", "2026-04-01"),
        ("LAST_QUARTER", None, "2025-10-01", "2026-01-01"),
        ("NEXT_QUARTER", None, "2026-04-01", "2026-07-01"),
        ("THIS_YEAR", None, "2026-01-01", "2027-01-01"),
        ("LAST_YEAR", None, "2025-01-01", "2026-01-01"),
        ("NEXT_YEAR", None, "2027-01-01", "2028-01-01"),
        ("LAST_N_DAYS", 1, "2026-03-03", "2026-03-05"),
        ("NEXT_N_DAYS", 1, "2026-03-05", "2026-03-06"),
        ("N_DAYS_AGO", 2, "2026-03-02", "2026-03-03"),
        ("LAST_N_WEEKS", 2, "2026-02-15", "2026-03-01"),
        ("NEXT_N_WEEKS", 2, "2026-03-08", "2026-03-22"),
        ("N_WEEKS_AGO", 2, "2026-02-15", "2026-02-22"),
        ("LAST_N_MONTHS", 3, "2025-12-01", "2026-03-01"),
        ("NEXT_N_MONTHS", 2, "2026-04-01", "2026-06-01"),
        ("N_MONTHS_AGO", 3, "2025-12-01", "2026-01-01"),
        ("LAST_N_QUARTERS", 2, "2025-07-01", "2026-01-01"),
        ("NEXT_N_QUARTERS", 2, "2026-04-01", "2026-10-01"),
        ("N_QUARTERS_AGO", 1, "2025-10-01", "2026-01-01"),
        ("LAST_N_YEARS", 2, "2024-01-01", "2026-01-01"),
        ("NEXT_N_YEARS", 2, "2027-01-01", "2029-01-01"),
        ("N_YEARS_AGO", 2, "2024-01-01", "2025-01-01"),
    ],
)
def test_a_date_literal_covers_the_days_of_the_reference(name: str, count: int | None, first: str, after: str) -> None:
    assert days_of(name, count, WEDNESDAY) == (date.fromisoformat(first), date.fromisoformat(after))


def test_a_week_starts_on_sunday() -> None:
    assert days_of("THIS_WEEK", None, date(2026, 3, 1))[0] == date(2026, 3, 1)
    assert days_of("THIS_WEEK", None, date(2026, 2, 28))[0] == date(2026, 2, 22)


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, tzinfo=UTC)),
    ],
)
def test_a_day_starts_at_midnight_on_both_sides_of_a_clock_change(day: date, moment: datetime) -> None:
    assert midnight(day, "Europe/Berlin") == moment


@pytest.fixture
def spring(boats: LocalOrg) -> LocalOrg:
    """The org on the day on which the clocks of Berlin go forward, a boat launched at each edge of that day."""
    org = boats.clone(Clock(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)))
    edges = ["2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"]
    org.insert_many(org.admin(), "Boat__c", [{"Name": e, "Launched_At__c": e} for e in edges])
    return org


@pytest.mark.parametrize(
    ("condition", "edges"),
    [
        ("= TODAY", [1, 2]),
        ("!= TODAY", [0, 3]),
        ("< TODAY", [0]),
        ("<= TODAY", [0, 1, 2]),
        ("> TODAY", [3]),
        (">= TODAY", [1, 2, 3]),
        ("= YESTERDAY", [0]),
        ("= TOMORROW", [3]),
        ("IN (YESTERDAY, TOMORROW)", [0, 3]),
        ("NOT IN (YESTERDAY, TOMORROW)", [1, 2]),
    ],
)
def test_a_date_literal_is_a_range_in_the_time_zone_of_the_user(
    spring: LocalOrg, condition: str, edges: list[int]
) -> None:
    berliner = Actor(spring.admin().user_id, "Europe/Berlin")
    text = f"SELECT Name FROM Boat__c WHERE Launched_At__c {condition} AND Name LIKE '2026%' ORDER BY Name"
    found = [record["Name"] for record in run_query(spring, berliner, text).records]
    named = [
        r["Name"]
        for r in run_query(spring, berliner, "SELECT Name FROM Boat__c WHERE Name LIKE '2026%' ORDER BY Name").records
    ]
    assert found == [named[edge] for edge in edges]


def test_the_day_of_a_formula_and_of_a_literal_agree(ask: Ask) -> None:
    assert ask("SELECT COUNT(Id) n FROM Boat__c WHERE CreatedDate = THIS_WEEK") == [{"n": 6}]

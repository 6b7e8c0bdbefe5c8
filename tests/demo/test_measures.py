"""Quarters and measures of single accounts, worked out by hand from their rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.demo.measures import MEASURES, Activity, by_month, measure, months_before, quarter


@pytest.fixture(scope="module")
def months(company):
    return by_month(company)


def test_a_month_adds_up_usage_and_tickets(months):
    july = months["A-00bed1", date(2024, 7, 1)]
    assert (july.uses, july.errors, july.tickets) == (8 + 16 + 9 + 5 + 10, 2 + 4, 0)
    assert july.features == {"feature_31", "feature_1", "feature_2", "feature_28", "feature_32"}
    december = months["A-bb3bd4", date(2024, 12, 1)]
    assert (december.tickets, december.first_response_minutes, december.rated) == (1, 153, 1)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (date(2024, 9, 30), {"monthly_uses": "33.33", "features_used": "9", "error_rate": "6", "satisfaction": None}),
        (
            date(2024, 12, 31),
            {"monthly_uses": "17.33", "monthly_hours": "1.16", "features_used": "4", "error_rate": "7.69"},
        ),
    ],
)
def test_the_usage_of_a_quarter_is_measured_from_its_three_months(months, last, expected):
    activity = quarter(months, "A-00bed1", last)
    assert {name: measure(name, activity) for name in expected} == {
        name: None if value is None else Decimal(value) for name, value in expected.items()
    }


def test_the_tickets_of_a_quarter_are_measured_as_averages(months):
    activity = quarter(months, "A-bb3bd4", date(2024, 12, 31))
    assert measure("first_response_minutes", activity) == (63 + 153) / 2
    assert measure("resolution_hours", activity) == Decimal("12.5")
    assert measure("satisfaction", activity) == 3


def test_a_quarter_without_rows_measures_nothing(months):
    activity = quarter(months, "A-00bed1", date(2020, 1, 1))
    assert activity == Activity()
    silent = {name for name in MEASURES if measure(name, activity) is None}
    assert silent == {"error_rate", "first_response_minutes", "resolution_hours", "satisfaction"}


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 12, 31), 0, date(2024, 12, 1)),
        (date(2024, 12, 31), 3, date(2024, 9, 1)),
        (date(2024, 1, 31), 1, date(2023, 12, 1)),
        (date(2024, 2, 1), 26, date(2021, 12, 1)),
    ],
)
def test_months_are_counted_back_over_the_turn_of_the_year(day, months, expected):
    assert months_before(day, months) == expected

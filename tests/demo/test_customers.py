"""How a customer looks to the team on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from service.demo.customers import paying_customers
from service.demo.measures import Activity
from tests.demo.conftest import TODAY


def test_every_account_pays_and_is_shared_out_in_turn(customers, definitions):
    assert len(customers) == 500
    assert [customer.csm for customer in customers[:7]] == [*definitions.team, definitions.team[0]]
    assert customers[5].backup == definitions.team[0]


def test_the_days_of_the_data_are_moved_so_that_they_end_today(customers):
    first = customers[0]
    assert first.shift == TODAY - date(2024, 12, 31)
    assert first.signed_up == date(2023, 11, 14) + first.shift
    # Its oldest paid subscription began on 2023-11-16: one year is over, so the next renewal comes after two years.
    assert first.renewal == date(2023, 11, 16) + timedelta(days=730) + first.shift


def test_the_same_seed_tells_the_same_company(company, definitions, customers):
    again = paying_customers(company, definitions, today=TODAY)
    other = paying_customers(company, definitions, today=TODAY, seed=1)
    assert again == customers
    assert [c.started for c in other] != [c.started for c in customers]
    assert {c.started for c in customers} <= {TODAY - timedelta(days=days) for days in range(20, 131)}


@pytest.mark.parametrize(
    ("changes", "phase"),
    [
        ({"leaving": True}, "Pre-churn"),
        ({"renewal": TODAY + timedelta(days=45)}, "Renewal"),
        ({"today": date(2024, 2, 1), "shift": timedelta(0)}, "Onboarding"),
        ({"today": date(2024, 6, 1), "shift": timedelta(0)}, "Adoption"),
        ({}, "Run"),
    ],
)
def test_the_phase_follows_from_churn_renewal_and_age(customers, changes, phase):
    assert replace(customers[0], **{"leaving": False, **changes}).phase == phase


@pytest.mark.parametrize(
    ("now", "leaving", "health"),
    [
        (Activity(), False, 4),
        (Activity(rated=2, satisfaction=Decimal(10)), False, 5),
        (Activity(rated=1, satisfaction=Decimal(3), escalations=1), False, 2),
        (Activity(rated=1, satisfaction=Decimal(3), escalations=1), True, 1),
    ],
)
def test_the_health_is_the_satisfaction_less_what_went_wrong(customers, now, leaving, health):
    assert replace(customers[0], now=now, leaving=leaving).health == health


@pytest.mark.parametrize(
    ("mrr", "country", "leaving", "tags"),
    [
        ("12500", "US", False, "Strategic;lang:en"),
        ("12499", "DE", False, "lang:de"),
        ("12499", "FR", True, "At risk;lang:fr"),
    ],
)
def test_the_tags_say_what_the_customer_is(customers, mrr, country, leaving, tags):
    account = replace(customers[0].account, country=country)
    assert replace(customers[0], account=account, mrr=Decimal(mrr), leaving=leaving).tags == tags


def test_those_who_left_two_months_ago_and_did_not_come_back_are_leaving(customers, company):
    recent = {c.account_id for c in company.churns if not c.reactivated and c.day >= date(2024, 11, 1)}
    assert {customer.account.id for customer in customers if customer.leaving} == recent

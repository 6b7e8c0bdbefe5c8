"""The numbers of RavenStack, counted by hand and with awk."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.demo.company import Company, Subscription, mrr


def test_the_five_files_are_read_whole(company):
    rows = (company.accounts, company.subscriptions, company.usage, company.tickets, company.churns)
    assert tuple(map(len, rows)) == (500, 5_000, 25_000, 2_000, 600)
    assert company.last_day == date(2024, 12, 31)


def test_an_account_keeps_what_its_row_says(company):
    account = company.accounts[0]
    assert (account.id, account.name, account.industry) == ("A-00bed1", "Company_306", "Cybersecurity")
    assert (account.country, account.signed_up, account.tier, account.seats) == ("US", date(2023, 11, 14), "Basic", 28)


def test_a_ticket_without_a_rating_has_none(company):
    tickets = {ticket.id: ticket for ticket in company.tickets}
    assert tickets["T-74476f"].satisfaction is None
    rated = tickets["T-3f754a"]
    assert (rated.satisfaction, rated.first_response_minutes, rated.resolution_hours) == (Decimal(5), 36, Decimal(14))


@pytest.mark.parametrize(
    ("day", "total", "accounts"), [(date(2024, 12, 31), 10_159_608, 500), (date(2024, 3, 1), 1_870_544, 225)]
)
def test_the_recurring_revenue_of_a_day_is_what_is_paid_on_it(company, day, total, accounts):
    revenue = mrr(company, day)
    assert (sum(revenue.values()), len(revenue)) == (total, accounts)


def test_trials_bring_no_revenue(company):
    # 1159 + 1372 + 5572 + 9751 + 5572 + 1372 + 1372 + 1764 + 5572, and one trial.
    assert mrr(company, company.last_day)["A-00bed1"] == 33_506
    assert mrr(company, date(2024, 5, 6))["A-00bed1"] == 1_159 + 1_372 + 5_572


@pytest.mark.parametrize(
    ("day", "paid"),
    [(date(2024, 1, 1), False), (date(2024, 1, 2), True), (date(2024, 3, 3), True), (date(2024, 3, 4), False)],
)
def test_a_subscription_is_paid_from_its_start_until_the_day_before_its_end(day, paid):
    subscription = Subscription(
        id="S", account_id="A", start=date(2024, 1, 2), end=date(2024, 3, 4), mrr=Decimal(10), trial=False
    )
    assert subscription.paid_on(day) is paid


def test_a_slice_keeps_its_accounts_with_their_rows_and_the_last_day(company):
    few: Company = company.only(2)
    assert [account.id for account in few.accounts] == [account.id for account in company.accounts[:2]]
    assert {use.account_id for use in few.usage} == {account.id for account in few.accounts}
    assert len([s for s in few.subscriptions if s.account_id == "A-00bed1"]) == 10
    assert few.last_day == company.last_day
    assert company.only(None) == company

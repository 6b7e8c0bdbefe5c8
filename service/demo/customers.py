"""One paying customer as the team sees it today: who looks after it, what it brings, how it does."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol, TypeVar

from service.demo.company import Account, Churn, Company, Subscription, Ticket, mrr
from service.demo.definitions import Definitions, Member
from service.demo.measures import QUARTER, Activity, by_month, measure, months_before, quarter

_RECENT, _RENEWING, _NEW = timedelta(days=60), timedelta(days=45), timedelta(days=90)
_YEAR = timedelta(days=365)
_LANGUAGES = {"DE": "lang:de", "FR": "lang:fr"}
_STRATEGIC = 150_000
"""The yearly revenue from which a customer is called strategic."""


class _OfAccount(Protocol):
    @property
    def account_id(self) -> str: ...


T = TypeVar("T", bound=_OfAccount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One account; the data's own days are moved by `shift`, so that they end today."""

    account: Account
    csm: Member
    backup: Member
    mrr: Decimal
    before: Activity
    now: Activity
    tickets: tuple[Ticket, ...]
    leaving: bool
    renewal: date
    started: date
    today: date
    shift: timedelta

    @property
    def signed_up(self) -> date:
        """Return the day on which it signed up, as the demo tells it."""
        return self.account.signed_up + self.shift

    @property
    def health(self) -> int:
        """Return the health from 1 to 5: satisfaction where there is one, less for those who want to leave."""
        satisfaction = measure("satisfaction", self.now) or Decimal(4)
        return max(1, min(5, round(satisfaction) - 2 * self.leaving - (self.now.escalations > 0)))

    @property
    def phase(self) -> str:
        """Return the phase of its life as a customer."""
        if self.leaving:
            return "Pre-churn"
        if self.renewal - self.today <= _RENEWING:
            return "Renewal"
        if self.today - self.signed_up <= _NEW:
            return "Onboarding"
        return "Adoption" if self.today - self.signed_up <= _YEAR else "Run"

    @property
    def tags(self) -> str:
        """Return the tags of the account, in the form of a multi-select picklist."""
        marks = ["Strategic"] * (self.mrr * 12 >= _STRATEGIC) + ["At risk"] * self.leaving
        return ";".join([*marks, _LANGUAGES.get(self.account.country, "lang:en")])


def paying_customers(company: Company, definitions: Definitions, *, today: date, seed: int = 0) -> tuple[Customer, ...]:
    """Return every account that pays on the data's last day, shared out among the team."""
    months, revenue = by_month(company), mrr(company, company.last_day)
    earlier = months_before(company.last_day, QUARTER)
    subscriptions, churns = _by_account(company.subscriptions), _by_account(company.churns)
    tickets = _by_account(company.tickets)
    shift, team = today - company.last_day, definitions.team
    return tuple(
        Customer(
            account=account,
            csm=team[place % len(team)],
            backup=team[(place + 1) % len(team)],
            mrr=revenue[account.id],
            before=quarter(months, account.id, earlier),
            now=quarter(months, account.id, company.last_day),
            tickets=tuple(tickets[account.id]),
            leaving=any(_recent(churn, company.last_day) for churn in churns[account.id]),
            renewal=_renewal(subscriptions[account.id], company.last_day) + shift,
            started=today - timedelta(days=random.Random(f"{seed}:{account.id}").randint(20, 130)),  # noqa: S311
            today=today,
            shift=shift,
        )
        for place, account in enumerate(company.accounts)
        if account.id in revenue
    )


def _by_account(rows: Iterable[T]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.account_id].append(row)
    return grouped


def _recent(churn: Churn, day: date) -> bool:
    return not churn.reactivated and timedelta(0) <= day - churn.day <= _RECENT


def _renewal(subscriptions: list[Subscription], day: date) -> date:
    """Return the next yearly renewal of the oldest subscription that still runs."""
    start = min(subscription.start for subscription in subscriptions if subscription.paid_on(day))
    return start + _YEAR * ((day - start) // _YEAR + 1)

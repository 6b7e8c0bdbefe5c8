"""RavenStack's two years as frozen values: accounts, subscriptions, usage, tickets, churn events."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

DATA = Path(__file__).parent / "ravenstack"

Cells = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer."""

    id: str
    name: str
    industry: str
    country: str
    signed_up: date
    tier: str
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a customer subscribed to, from its start until the day it ended, if it did."""

    id: str
    account_id: str
    start: date
    end: date | None
    mrr: Decimal
    trial: bool

    def paid_on(self, day: date) -> bool:
        """Say whether it brings money on a day: started, not ended, not a trial."""
        return not self.trial and self.start <= day and (self.end is None or self.end > day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A day's use of one feature."""

    account_id: str
    day: date
    feature: str
    count: int
    seconds: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A support case; `satisfaction` goes from 3 to 5 where the customer gave one."""

    id: str
    account_id: str
    day: date
    priority: str
    first_response_minutes: int
    resolution_hours: Decimal
    satisfaction: Decimal | None
    escalated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Churn:
    """A customer who said that they leave; some come back."""

    account_id: str
    day: date
    reason: str
    feedback: str
    reactivated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The whole of it; `last_day` is where the data end."""

    last_day: date
    accounts: tuple[Account, ...]
    subscriptions: tuple[Subscription, ...]
    usage: tuple[Usage, ...]
    tickets: tuple[Ticket, ...]
    churns: tuple[Churn, ...]

    def only(self, accounts: int | None) -> Company:
        """Return the slice of the first so many accounts; None means all of them."""
        kept = self.accounts[:accounts]
        ids = {account.id for account in kept}
        return replace(
            self,
            accounts=kept,
            subscriptions=tuple(s for s in self.subscriptions if s.account_id in ids),
            usage=tuple(u for u in self.usage if u.account_id in ids),
            tickets=tuple(t for t in self.tickets if t.account_id in ids),
            churns=tuple(c for c in self.churns if c.account_id in ids),
        )


def mrr(company: Company, day: date) -> dict[str, Decimal]:
    """Return the monthly recurring revenue of each account that pays on a day."""
    totals: dict[str, Decimal] = {}
    for subscription in company.subscriptions:
        if subscription.paid_on(day):
            totals[subscription.account_id] = totals.get(subscription.account_id, Decimal(0)) + subscription.mrr
    return totals


def read_company(folder: Path = DATA) -> Company:
    """Read the five files; accounts in the order of their ids."""
    subscribers = {row["subscription_id"]: row["account_id"] for row in _rows(folder, "subscriptions")}
    usage = tuple(_usage(row, subscribers) for row in _rows(folder, "feature_usage"))
    return Company(
        last_day=max(use.day for use in usage),
        accounts=tuple(sorted(map(_account, _rows(folder, "accounts")), key=lambda account: account.id)),
        subscriptions=tuple(map(_subscription, _rows(folder, "subscriptions"))),
        usage=usage,
        tickets=tuple(map(_ticket, _rows(folder, "support_tickets"))),
        churns=tuple(map(_churn, _rows(folder, "churn_events"))),
    )


def _rows(folder: Path, name: str) -> Iterator[Cells]:
    with (folder / f"ravenstack_{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _account(row: Cells) -> Account:
    return Account(
        id=row["account_id"],
        name=row["account_name"],
        industry=row["industry"],
        country=row["country"],
        signed_up=date.fromisoformat(row["signup_date"]),
        tier=row["plan_tier"],
        seats=int(row["seats"]),
    )


def _subscription(row: Cells) -> Subscription:
    return Subscription(
        id=row["subscription_id"],
        account_id=row["account_id"],
        start=date.fromisoformat(row["start_date"]),
        end=date.fromisoformat(row["end_date"]) if row["end_date"] else None,
        mrr=Decimal(row["mrr_amount"]),
        trial=row["is_trial"] == "True",
    )


def _usage(row: Cells, subscribers: Cells) -> Usage:
    return Usage(
        account_id=subscribers[row["subscription_id"]],
        day=date.fromisoformat(row["usage_date"]),
        feature=row["feature_name"],
        count=int(row["usage_count"]),
        seconds=int(row["usage_duration_secs"]),
        errors=int(row["error_count"]),
    )


def _ticket(row: Cells) -> Ticket:
    return Ticket(
        id=row["ticket_id"],
        account_id=row["account_id"],
        day=date.fromisoformat(row["submitted_at"]),
        priority=row["priority"],
        first_response_minutes=int(row["first_response_time_minutes"]),
        resolution_hours=Decimal(row["resolution_time_hours"]),
        satisfaction=Decimal(row["satisfaction_score"]) if row["satisfaction_score"] else None,
        escalated=row["escalation_flag"] == "True",
    )


def _churn(row: Cells) -> Churn:
    return Churn(
        account_id=row["account_id"],
        day=date.fromisoformat(row["churn_date"]),
        reason=row["reason_code"],
        feedback=row["feedback_text"],
        reactivated=row["is_reactivation"] == "True",
    )

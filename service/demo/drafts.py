"""Drafts: records of the CRM before they have an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.demo.definitions import Member

SOBJECTS = (
    "CS_Resource__c",
    "Account",
    "Contact",
    "Success_Plan__c",
    "Objective__c",
    "Objective_KPI__c",
    "Playbook__c",
    "Playbook_Task__c",
    "Playbook_Task_Dependency__c",
    "Playbook_Task_Assignment__c",
    "CS_Activity__c",
)
"""What the demo loads, parents first; users are added before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One record to be: `key` is its name among the drafts, `points` says which lookup names which draft.

    A user's key is the username; `by` is the user who creates the record, None for the administrator.
    """

    sobject: str
    key: str
    values: Mapping[str, Any]
    points: Mapping[str, str] = field(default_factory=dict)
    by: str | None = None


def resource_key(member: Member) -> str:
    """Return the key of a member's resource."""
    return f"{member.username}/resource"


def number(value: Decimal | None) -> float | None:
    """Return a number as JSON carries it."""
    return None if value is None else float(value)


def at(day: date, clock: str) -> str:
    """Return a moment of a day in UTC, as the CRM writes it."""
    return f"{day.isoformat()}T{clock}:00.000+0000"


def span(start: date, days: int) -> dict[str, str]:
    """Return the start and end date of something that takes so many days."""
    return {"Start_Date__c": start.isoformat(), "End_Date__c": (start + timedelta(days=days - 1)).isoformat()}

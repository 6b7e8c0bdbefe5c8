"""What people and programs do on both sides between two syncs: pure, carried out by `acting`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from service.demo.customers import Customer
from service.demo.definitions import Definitions, Objective
from service.demo.drafts import resource_key
from service.demo.measures import measure

CAST = 9
"""Customers that the story needs, so that no two of its edits meet by accident."""

Objectives = tuple[Objective, ...]


class Side(StrEnum):
    """Where an edit happens."""

    CRM = "CRM"
    PLANSYNC = "Plansync"


class Act(StrEnum):
    """What an edit does to its record."""

    CHANGE = "change"
    CREATE = "create"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit of the record with a key; values and references are by column, `by` is who does it in the CRM."""

    what: str
    side: Side
    noun: str
    key: str
    by: str
    act: Act = Act.CHANGE
    values: Mapping[str, Any] = field(default_factory=dict)
    points: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """Return the column that tells the edit: the first that it sets."""
        return next(iter(self.values), "name")


def edits(customers: Sequence[Customer], definitions: Definitions, *, now: datetime) -> Iterator[Edit]:
    """Yield the story's edits, each on another customer but for the two pairs that meet in one record."""
    one, two, three, four, five, six, seven, eight, nine = (
        (customer, definitions.tiers[customer.account.tier]) for customer in customers[:CAST]
    )
    yield _objective_renamed(*one)
    yield _kpi_measured(*two, now)
    yield _task_reopened(*three)
    yield from _objective_created(four[0])
    yield _task_created(five[0])
    yield _task_deleted(*six)
    yield _kpi_deleted(*seven)
    yield from _two_fields_changed(*eight)
    yield from _one_field_changed(nine[0])
    yield from map(_mrr_computed, customers)


def _objective_renamed(customer: Customer, objectives: Objectives) -> Edit:
    values = {"name": f"{objectives[0].name} (spring push)"}
    return _edit("Objective renamed", Side.CRM, customer, "objective", "objective 0", values)


def _kpi_measured(customer: Customer, objectives: Objectives, now: datetime) -> Edit:
    kpi = objectives[0].kpis[0]
    beyond = kpi.target_from(measure(kpi.measure, customer.before)) + 1
    values = {"current_value": beyond, "last_progress_update": now}
    return _edit("KPI measured", Side.PLANSYNC, customer, "objective_kpi", f"objective 0/{kpi.measure}", values)


def _task_reopened(customer: Customer, objectives: Objectives) -> Edit:
    # The first task of a plan is always done: no plan of ours is younger than it is long.
    key = f"objective 0/playbook/{objectives[0].playbook.tasks[0].key}"
    values = {"status": "In Progress", "percent_complete": 80, "completed_on": None}
    return _edit("Task reopened", Side.PLANSYNC, customer, "playbook_task", key, values)


def _objective_created(customer: Customer) -> Iterator[Edit]:
    owner = {"owner_id": customer.csm.username}
    yield Edit(
        what="New objective",
        side=Side.PLANSYNC,
        act=Act.CREATE,
        noun="objective",
        key=_key(customer, "new objective"),
        by=customer.csm.username,
        values={
            "name": "Renew with confidence",
            "description": "<p>Everything that the renewal needs is agreed two months before.</p>",
            "priority": "High",
            "start_date": customer.today,
            "end_date": customer.today + timedelta(days=90),
        },
        points={**_place(customer), "resource_id": resource_key(customer.csm), **owner},
    )
    yield Edit(
        what="Its new KPI",
        side=Side.PLANSYNC,
        act=Act.CREATE,
        noun="objective_kpi",
        key=_key(customer, "new KPI"),
        by=customer.csm.username,
        values={
            "description": "Monthly recurring revenue after the renewal",
            "unit": "USD",
            "category": "Revenue",
            "baseline_value": customer.mrr,
            "current_value": customer.mrr,
            "target_value": customer.mrr * 11 / 10,
        },
        points={"objective_id": _key(customer, "new objective"), **owner},
    )


def _task_created(customer: Customer) -> Edit:
    objective = _key(customer, "objective 0")
    return Edit(
        what="New task",
        side=Side.CRM,
        act=Act.CREATE,
        noun="playbook_task",
        key=_key(customer, "new task"),
        by=customer.csm.username,
        values={"name": "Call the sponsor", "type": "Call", "start_date": customer.today, "end_date": customer.today},
        points={**_place(customer), "objective_id": objective, "playbook_id": f"{objective}/playbook"},
    )


def _task_deleted(customer: Customer, objectives: Objectives) -> Edit:
    key = f"objective 1/playbook/{objectives[1].playbook.tasks[-1].key}"
    return _edit("Task deleted", Side.CRM, customer, "playbook_task", key, act=Act.DELETE)


def _kpi_deleted(customer: Customer, objectives: Objectives) -> Edit:
    key = f"objective 1/{objectives[1].kpis[-1].measure}"
    return _edit("KPI deleted", Side.PLANSYNC, customer, "objective_kpi", key, act=Act.DELETE)


def _two_fields_changed(customer: Customer, objectives: Objectives) -> Iterator[Edit]:
    """Change another field of the same record on each side: both edits stay."""
    priority = {"priority": "High" if objectives[0].priority != "High" else "Low"}
    risk = {"risk_level": "High" if objectives[0].risk != "High" else "Low"}
    yield _edit("One objective: priority", Side.CRM, customer, "objective", "objective 0", priority)
    yield _edit("One objective: risk level", Side.PLANSYNC, customer, "objective", "objective 0", risk)


def _one_field_changed(customer: Customer) -> Iterator[Edit]:
    """Change the same field on both sides, the story's one conflict: the mapping says who wins."""
    for side, days in ((Side.CRM, 14), (Side.PLANSYNC, 21)):
        values = {"next_business_review": customer.today + timedelta(days=days)}
        yield _edit("Conflict: next business review", side, customer, "success_plan", "plan", values)


def _mrr_computed(customer: Customer) -> Edit:
    return Edit(
        what="MRR from the subscriptions",
        side=Side.PLANSYNC,
        noun="account",
        key=customer.account.id,
        by=customer.csm.username,
        values={"mrr": customer.mrr},
    )


def _edit(  # noqa: PLR0913 - one argument a column of the story
    what: str,
    side: Side,
    customer: Customer,
    noun: str,
    rest: str,
    values: Mapping[str, Any] | None = None,
    *,
    act: Act = Act.CHANGE,
) -> Edit:
    by = customer.csm.username
    return Edit(what=what, side=side, noun=noun, key=_key(customer, rest), by=by, act=act, values=values or {})


def _key(customer: Customer, rest: str) -> str:
    return f"{customer.account.id}/{rest}"


def _place(customer: Customer) -> dict[str, str]:
    return {"account_id": customer.account.id, "success_plan_id": _key(customer, "plan")}

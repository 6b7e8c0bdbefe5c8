"""What goes on while the weather is bad: pure, seeded edits, as many on each side, of the same records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from service.demo.customers import Customer
from service.demo.definitions import Definitions
from service.demo.edits import CAST, Act, Edit, Side

EACH, SWAPS = 200, 10
"""Edits of each side; so many of them make a record and as many delete one, so that there are as many at the end."""
CROWD = 40
"""Customers whose records are changed: few enough that both sides meet in the same fields."""


def traffic(
    customers: Sequence[Customer], definitions: Definitions, *, seed: int = 0, each: int = EACH
) -> Iterator[Edit]:
    """Yield the edits in the order in which they happen, the sides taking turns."""
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    leaving, every = customers[CAST : CAST + SWAPS], each // SWAPS
    for turn in range(each):
        swap, step = divmod(turn, every)
        for side in Side:
            if step in (0, every // 2) and swap < len(leaving):
                yield _created(side, leaving[swap]) if step == 0 else _deleted(side, leaving[swap], definitions)
            else:
                yield _changed(side, random.choice(customers[:CROWD]), definitions, turn=turn, random=random)


def _changed(side: Side, customer: Customer, definitions: Definitions, *, turn: int, random: Random) -> Edit:
    """Change a field to a value of its own, so that it can be told later whose stands."""
    noun, rest, column = random.choice(_places(customer, definitions))
    number = 2 * turn + (side is Side.PLANSYNC)
    value: Any = f"Said in {side}, {number}"
    if column.endswith(("_date", "_review")):
        value = customer.today + timedelta(days=number)
    elif column.endswith(("_value", "_hours")):
        value = number
    return _edit(f"{noun}: {column}", side, customer, noun, rest, values={column: value})


def _places(customer: Customer, definitions: Definitions) -> tuple[tuple[str, str, str], ...]:
    """Return what people change of a customer: objects, the rest of their keys, columns."""
    objective = definitions.tiers[customer.account.tier][0]
    return (
        ("account", "", "renewal_date"),
        ("success_plan", "/plan", "next_business_review"),
        ("success_plan", "/plan", "summary"),
        ("objective", "/objective 0", "title"),
        ("objective", "/objective 0", "description"),
        ("objective_kpi", f"/objective 0/{objective.kpis[0].measure}", "current_value"),
        ("playbook", "/objective 0/playbook", "description"),
        ("playbook_task", f"/objective 0/playbook/{objective.playbook.tasks[0].key}", "estimated_hours"),
    )


def _created(side: Side, customer: Customer) -> Edit:
    objective = f"{customer.account.id}/objective 0"
    place = {"account_id": customer.account.id, "objective_id": objective, "playbook_id": f"{objective}/playbook"}
    owner = {"owner_id": customer.csm.username} if side is Side.PLANSYNC else {}
    values = {"name": f"Call the sponsor ({side})", "type": "Call", "start_date": customer.today}
    return _edit(
        "New task", side, customer, "playbook_task", f"/task of {side}", values, {**place, **owner}, Act.CREATE
    )


def _deleted(side: Side, customer: Customer, definitions: Definitions) -> Edit:
    """Delete what nobody else touches: an edit would survive it, and wait for a person."""
    if side is Side.CRM:
        return _edit("Interaction deleted", side, customer, "cs_activity", "/kick-off", act=Act.DELETE)
    kpi = definitions.tiers[customer.account.tier][1].kpis[-1]
    return _edit("KPI deleted", side, customer, "objective_kpi", f"/objective 1/{kpi.measure}", act=Act.DELETE)


def _edit(  # noqa: PLR0913, PLR0917 - one argument a column of the story
    what: str,
    side: Side,
    customer: Customer,
    noun: str,
    rest: str,
    values: dict[str, Any] | None = None,
    points: dict[str, str] | None = None,
    act: Act = Act.CHANGE,
) -> Edit:
    return Edit(
        what=what,
        side=side,
        noun=noun,
        key=f"{customer.account.id}{rest}",
        by=customer.csm.username,
        act=act,
        values=values or {},
        points=points or {},
    )

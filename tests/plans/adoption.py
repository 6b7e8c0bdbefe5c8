"""A template in the CRM: an objective with two KPIs, two playbooks, five tasks, what waits for what and who does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.plans.conftest import Place
from tests.world import World

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""The day of the examples of OB-38 to OB-44."""
NOUNS = (
    *("success_plan", "objective", "objective_kpi", "playbook", "playbook_task"),
    *("playbook_task_dependency", "playbook_task_assignment"),
)
CHILDREN = {
    "objective_kpi": 2,
    "playbook": 2,
    "playbook_task": 5,
    "playbook_task_dependency": 2,
    "playbook_task_assignment": 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Our ids of the template and its children, by name."""

    world: World
    id: UUID
    ids: dict[str, UUID]

    def of(self, name: str) -> UUID:
        """Return our id of a child."""
        return self.ids[name]


def adoption(place: Place, *, name: str = "Adopt", **values: Any) -> Adoption:
    """Make the template in the CRM and let the sync bring it."""
    world = place.world
    standing = {
        "Title__c": name,
        "Template__c": True,
        "Template_Version__c": 3,
        "Start_Date__c": "2026-01-01",
        "End_Date__c": "2026-06-30",
        "Priority__c": "High",
        "Description__c": "<p>Use it</p>",
        "Account__c": place.crm(place.acme),
    }
    made = {name: world.create_there("objective", Name=name, **{**standing, **values})}
    _children(world, made, name, place)
    world.cycle()
    return Adoption(world=world, id=world.our_id(made[name]), ids={n: world.our_id(i) for n, i in made.items()})


def _children(world: World, made: dict[str, str], root: str, place: Place) -> None:
    account = {"Account__c": place.crm(place.acme)}
    of_objective = {"Objective__c": made[root]}
    made["Seats"] = world.create_there(
        "objective_kpi", Description__c="Seats", Target_Date__c="2026-03-31", Current_Value__c=7, **of_objective
    )
    made["Logins"] = world.create_there("objective_kpi", Description__c="Logins", **of_objective)
    for name, start in (("Kick-off", "2026-01-02"), ("Training", "2026-01-05")):
        made[name] = world.create_there("playbook", Name=name, Start_Date__c=start, **of_objective, **account)
    spans = {
        "Invite": ("Kick-off", "2026-01-05", "2026-01-20"),
        "Meet": ("Kick-off", "2026-01-06", "2026-01-07"),
        "Prepare": ("Training", "2026-01-08", None),
        "Train": ("Training", "2026-01-09", "2026-01-10"),
    }
    for name, (playbook, start, end) in spans.items():
        made[name] = world.create_there(
            "playbook_task", Name=name, Playbook__c=made[playbook], Start_Date__c=start, End_Date__c=end, **account
        )
    made["Review"] = world.create_there("playbook_task", Name="Review", **of_objective, **account)
    for name, predecessor in (("Meet", "Invite"), ("Train", "Meet")):
        made[f"{name} after {predecessor}"] = world.create_there(
            "playbook_task_dependency", Playbook_Task__c=made[name], Predecessor__c=made[predecessor], Lag_Days__c=1
        )
    for name in ("Meet", "Train"):
        made[f"Ana does {name}"] = world.create_there(
            "playbook_task_assignment", Playbook_Task__c=made[name], Resource__c=place.crm(place.ana)
        )


def count(world: World) -> dict[str, int]:
    """Count the CRM's records by noun."""
    return {noun: len(world.there(noun)) for noun in NOUNS}

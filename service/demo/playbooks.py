"""The drafts of a playbook: its tasks, what waits for what, and who does it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from service.demo.customers import Customer
from service.demo.definitions import Member, Playbook, Task
from service.demo.drafts import Draft, at, resource_key, span

_HEALTHY, _AILING = 4, 2


def playbook(customer: Customer, definition: Playbook, *, objective_key: str, start: date) -> Iterator[Draft]:
    """Yield a playbook under an objective, as far along as its dates say."""
    key = f"{objective_key}/playbook"
    days = max(task.day + task.days for task in definition.tasks)
    place = {
        "Account__c": customer.account.id,
        "Success_Plan__c": f"{customer.account.id}/plan",
        "Objective__c": objective_key,
    }
    yield Draft(
        sobject="Playbook__c",
        key=key,
        values={
            "Name": definition.name,
            "Description__c": f"<p>{definition.description}</p>",
            "Estimated_Hours__c": sum(task.hours for task in definition.tasks),
            "Playbook_Status__c": _light(customer.health),
            **span(start, days),
            **_progress(start, days, customer.today),
        },
        points={**place, "Resource__c": resource_key(customer.csm)},
        by=customer.csm.username,
    )
    for sequence, task in enumerate(definition.tasks, 1):
        yield _task(customer, task, sequence, start=start, points={**place, "Playbook__c": key})
        yield from _dependencies(customer, task, key)
        yield from _assignments(customer, task, key)


def _light(health: int) -> str:
    if health >= _HEALTHY:
        return "Green"
    return "Red" if health <= _AILING else "Yellow"


def _progress(start: date, days: int, today: date) -> dict[str, object]:
    """Return the stage of a playbook and when it got there."""
    if start > today:
        return {"Stage__c": "Planned", "Active__c": False}
    begun = {"Activated_On__c": at(start, "08:00")}
    end = start + timedelta(days=days)
    if end > today:
        return {**begun, "Stage__c": "In Progress", "Active__c": True}
    return {
        **begun,
        "Stage__c": "Completed",
        "Active__c": False,
        "Exit__c": "Completed",
        "Completed_On__c": at(end, "16:30"),
    }


def _task(customer: Customer, task: Task, sequence: int, *, start: date, points: dict[str, str]) -> Draft:
    first = start + timedelta(days=task.day)
    return Draft(
        sobject="Playbook_Task__c",
        key=f"{points['Playbook__c']}/{task.key}",
        values={
            "Name": task.name,
            "Description__c": f"<p>{task.description}</p>",
            "Type__c": task.type,
            "Estimated_Hours__c": task.hours,
            "Sequence__c": sequence * 10,
            **span(first, task.days),
            **_state(first, task, customer.today),
        },
        points=points,
        by=customer.csm.username,
    )


def _state(first: date, task: Task, today: date) -> dict[str, object]:
    """Return where a task stands: done after its last day, waiting before its first where others come before it."""
    gone = (today - first).days
    if gone >= task.days:
        return {
            "Status__c": "Completed",
            "Percent_Complete__c": 100,
            "Completed_On__c": at(first + timedelta(days=task.days - 1), "15:00"),
        }
    if gone >= 0:
        return {"Status__c": "In Progress", "Percent_Complete__c": 100 * gone // task.days}
    return {"Status__c": "Waiting" if task.after else "Not Started", "Percent_Complete__c": 0}


def _dependencies(customer: Customer, task: Task, key: str) -> Iterator[Draft]:
    for earlier in task.after:
        yield Draft(
            sobject="Playbook_Task_Dependency__c",
            key=f"{key}/{task.key} after {earlier}",
            values={"Lag_Days__c": 1},
            points={"Playbook_Task__c": f"{key}/{task.key}", "Predecessor__c": f"{key}/{earlier}"},
            by=customer.csm.username,
        )


def _assignments(customer: Customer, task: Task, key: str) -> Iterator[Draft]:
    people: dict[str, Member] = {"Lead": customer.csm, "Reviewer": customer.backup}
    for role in task.roles:
        yield Draft(
            sobject="Playbook_Task_Assignment__c",
            key=f"{key}/{task.key} by {role}",
            values={"Role__c": role},
            points={"Playbook_Task__c": f"{key}/{task.key}", "Resource__c": resource_key(people[role])},
            by=customer.csm.username,
        )

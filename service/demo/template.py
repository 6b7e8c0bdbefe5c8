"""The drafts of the template: an objective that belongs to no customer, with its KPIs, its playbook and its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from service.demo.definitions import Definitions, Kpi, Playbook, Task
from service.demo.drafts import Draft, number, span

KEY = "template"
_TICKED = {"Template__c": True}


def template(definitions: Definitions) -> Iterator[Draft]:
    """Yield the template as the head of the team keeps it."""
    objective, start, by = definitions.template.objective, definitions.template.start, definitions.lead.username
    yield Draft(
        sobject="Objective__c",
        key=KEY,
        values={
            "Name": objective.name,
            "Title__c": objective.name,
            "Description__c": f"<p>{objective.description}</p>",
            "Type__c": "Customer",
            "Priority__c": objective.priority,
            "Risk_Level__c": objective.risk,
            "Tags__c": objective.tag,
            "Template_Version__c": 1,
            **_TICKED,
            **span(start, objective.days),
        },
        by=by,
    )
    for kpi in objective.kpis:
        yield _kpi(kpi, due=start + timedelta(days=objective.days - 1), by=by)
    yield from _playbook(objective.playbook, start, by=by)


def _kpi(kpi: Kpi, *, due: date, by: str) -> Draft:
    return Draft(
        sobject="Objective_KPI__c",
        key=f"{KEY}/{kpi.measure}",
        values={
            "Description__c": kpi.description,
            "Category__c": kpi.category,
            "Unit__c": kpi.unit,
            "Direction__c": kpi.direction,
            "Source_Attribute__c": kpi.measure,
            "Target_Value__c": number(kpi.target),
            "Target_Date__c": due.isoformat(),
            "Customer_Success_Metric__c": True,
        },
        points={"Objective__c": KEY},
        by=by,
    )


def _playbook(playbook: Playbook, start: date, *, by: str) -> Iterator[Draft]:
    key, of_objective = f"{KEY}/playbook", {"Objective__c": KEY}
    days = max(task.day + task.days for task in playbook.tasks)
    values: dict[str, Any] = {"Description__c": f"<p>{playbook.description}</p>", **_TICKED, **span(start, days)}
    yield Draft(sobject="Playbook__c", key=key, values={"Name": playbook.name, **values}, points=of_objective, by=by)
    for sequence, task in enumerate(playbook.tasks, 1):
        yield _task(task, sequence, start, points={**of_objective, "Playbook__c": key}, by=by)
        for earlier in task.after:
            yield Draft(
                sobject="Playbook_Task_Dependency__c",
                key=f"{key}/{task.key} after {earlier}",
                values={"Lag_Days__c": 1},
                points={"Playbook_Task__c": f"{key}/{task.key}", "Predecessor__c": f"{key}/{earlier}"},
                by=by,
            )


def _task(task: Task, sequence: int, start: date, *, points: dict[str, str], by: str) -> Draft:
    return Draft(
        sobject="Playbook_Task__c",
        key=f"{points['Playbook__c']}/{task.key}",
        values={
            "Name": task.name,
            "Description__c": f"<p>{task.description}</p>",
            "Type__c": task.type,
            "Estimated_Hours__c": task.hours,
            "Sequence__c": sequence * 10,
            **_TICKED,
            **span(start + timedelta(days=task.day), task.days),
        },
        points=points,
        by=by,
    )

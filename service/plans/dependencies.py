"""Dependencies: which task waits for which; they are deleted like any other record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from service.domain import dependencies
from service.domain.checks import not_negative, required
from service.domain.dependencies import Predecessor, Wait, cycle
from service.domain.faults import Fault
from service.domain.permissions import Action
from service.mirror import ours
from service.mirror.planting import Create, Unplanted, plant
from service.plans import forms, rules
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.records import hidden, made_before
from service.plans.refusals import Invalid
from service.store.database import among
from service.store.records import RECORDS

NOUN, TASK = "playbook_task_dependency", "playbook_task"
DEPENDENCY = RECORDS[NOUN].c
UNSEEN = "a task that you cannot see"
"""What stands for the name of a task that the CRM's sharing hides."""
Edges = set[tuple[UUID, UUID]]
"""Pairs of a task and its predecessor."""


def add(desk: Desk, given: Mapping[str, Any], *, record_id: UUID | None = None) -> UUID:
    """Let a task wait for another of the same playbook or objective; Invalid spells a circle out (AG-18, AG-20)."""
    desk.allow(Action.CREATE, NOUN)
    our_id = record_id or desk.org.new_id()
    if made_before(desk, NOUN, our_id):
        return our_id
    mapping = desk.org.mappings[NOUN]
    row, faults = forms.read(mapping, given, locked=closed(desk, NOUN).locked)
    faults += required(
        {**dict.fromkeys(given, True), **row},
        playbook_task_id="Choose the task that waits",
        predecessor_id="Choose the task that it waits for",
    )
    faults += not_negative(row, "lag_days")
    faults = faults or _standing(desk, UUID(str(row["playbook_task_id"])), UUID(str(row["predecessor_id"])))
    if faults:
        raise Invalid(faults)
    create = Create(noun=NOUN, id=our_id, values=row)
    try:
        plant(desk.org, [create], by=desk.by)
    except Unplanted as refused:
        raise Invalid(rules.refused(mapping, refused.error)) from None
    return our_id


def waits(desk: Desk, task_ids: Collection[UUID]) -> dict[UUID, list[Wait]]:
    """Return what each of these tasks waits for today; a task that waits for nothing is left out (AG-18)."""
    found = {task_id: dependencies.waits(held, desk.today) for task_id, held in predecessors_of(desk, task_ids).items()}
    return {task_id: waiting for task_id, waiting in found.items() if waiting}


def predecessors_of(desk: Desk, task_ids: Collection[UUID]) -> dict[UUID, list[Predecessor]]:
    """Return the tasks that each of these tasks comes after."""
    desk.allow(Action.VIEW, TASK)
    task = RECORDS[TASK].c
    query = (
        select(
            DEPENDENCY.playbook_task_id,
            DEPENDENCY.lag_days,
            task.id,
            task.name,
            task.status,
            task.completed_on,
            task.end_date,
        )
        .join_from(RECORDS[NOUN], RECORDS[TASK], DEPENDENCY.predecessor_id == task.id)
        .where(among(DEPENDENCY.playbook_task_id, task_ids))
        .order_by(task.sequence, task.name, task.id)
    )
    with desk.org.writing(by=desk.by) as connection:
        rows = connection.execute(query).mappings().all()
    unseen = hidden(desk, Action.VIEW, {row["id"] for row in rows})
    found: dict[UUID, list[Predecessor]] = {}
    for row in rows:
        name = UNSEEN if row["id"] in unseen else row["name"] or ""
        found.setdefault(row["playbook_task_id"], []).append(_predecessor(row, name, desk.zone))
    return found


def _predecessor(row: RowMapping, name: str, zone: str) -> Predecessor:
    completed: datetime | None = row["completed_on"]
    return Predecessor(
        id=str(row["id"]),
        name=name,
        status=row["status"],
        completed=completed and completed.astimezone(ZoneInfo(zone)).date(),
        end=row["end_date"],
        lag_days=int(row["lag_days"] or 0),
    )


def _standing(desk: Desk, task_id: UUID, predecessor_id: UUID) -> list[Fault]:
    """Return what keeps the one task from waiting for the other, as both stand here."""
    with desk.org.writing(by=desk.by) as connection:
        edges = _upstream(connection, predecessor_id) | {(task_id, predecessor_id)}
        known = {task_id, predecessor_id} | {each for edge in edges for each in edge}
        rows = ours.read_rows(connection, desk.org.mappings[TASK], known)
        is_there = (task_id, predecessor_id) in _direct(connection, task_id)
    unseen = hidden(desk, Action.VIEW, rows)
    # The CRM lets only those order a task who may edit it: it is the master of its dependencies.
    out_of_reach = unseen | hidden(desk, Action.EDIT, {task_id} - unseen)
    for column, our_id in (("playbook_task_id", task_id), ("predecessor_id", predecessor_id)):
        if our_id not in rows or our_id in out_of_reach:
            message = f"There is no task {our_id} (any more); choose another one"
            return [Fault(field=column, code="missing", message=message)]
    if is_there:
        message = f"{rows[task_id]['name']} waits for {rows[predecessor_id]['name']} already; leave it as it is"
        return [Fault(field="predecessor_id", code="twice", message=message)]
    circle = cycle((str(task), str(before)) for task, before in edges)
    names = [UNSEEN if UUID(each) in unseen else str(rows[UUID(each)]["name"]) for each in circle] if circle else None
    return dependencies.faults(rows[task_id], rows[predecessor_id], names)


def _direct(connection: Connection, task_id: UUID) -> Edges:
    query = select(DEPENDENCY.playbook_task_id, DEPENDENCY.predecessor_id).where(DEPENDENCY.playbook_task_id == task_id)
    return {(row.playbook_task_id, row.predecessor_id) for row in connection.execute(query)}


def _upstream(connection: Connection, task_id: UUID) -> Edges:
    """Return every dependency that a task rests on, directly or through others."""
    pair = select(DEPENDENCY.playbook_task_id, DEPENDENCY.predecessor_id)
    first = pair.where(DEPENDENCY.playbook_task_id == task_id).cte("upstream", recursive=True)
    # UNION drops what was seen, so a circle made in the CRM ends here, too.
    further = first.union(pair.where(DEPENDENCY.playbook_task_id == first.c.predecessor_id))
    return {(row.playbook_task_id, row.predecessor_id) for row in connection.execute(select(further))}

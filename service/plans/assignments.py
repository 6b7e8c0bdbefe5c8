"""Assignments: who does a task; nobody is assigned to it twice."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from service.domain.faults import Fault
from service.domain.resources import assigned_twice
from service.domain.values import Row
from service.plans.desk import Desk
from service.plans.rules import Pointed
from service.store.records import RECORDS

NOUN = "playbook_task_assignment"
ASSIGNMENT = RECORDS[NOUN].c


def twice(desk: Desk, our_id: UUID, row: Row, pointed: Pointed, *, changed: Collection[str]) -> list[Fault]:
    """Refuse an assignment whose task another one gives to the same resource (OB-37); one that stays is not judged."""
    # Who is assigned to a task that is not there, or hidden, is nobody's to know.
    if not pointed.get("playbook_task_id") or not {"playbook_task_id", "resource_id"} & set(changed):
        return []
    task = UUID(str(row["playbook_task_id"]))
    query = select(ASSIGNMENT.resource_id).where(ASSIGNMENT.playbook_task_id == task, ASSIGNMENT.id != our_id)
    with desk.org.writing(by=desk.by) as connection:
        others = set(connection.execute(query).scalars())
    return assigned_twice([*others, row.get("resource_id")])

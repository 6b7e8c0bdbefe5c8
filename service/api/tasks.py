"""What playbook tasks have beside their records: what they wait for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.domain.dependencies import earliest_start, waits
from service.mapping.model import Mappings
from service.plans.dependencies import predecessors_of
from service.plans.field_security import demand
from service.plans.listing import one


class Wait(Schema):
    """One thing that a task waits for."""

    reason = fields.Function(str, required=True, metadata={"type": "string"})
    until = fields.Date(allow_none=True, metadata={"description": "Null: until the task before it is completed"})


class Waiting(Schema):
    """What a task waits for; nothing, and it may begin."""

    waits = fields.List(fields.Nested(Wait), required=True)
    earliest_start = fields.Date(
        allow_none=True, metadata={"description": "As the tasks before it are done or planned; null: none of them says"}
    )


def add_to(rooms: Blueprint, _mappings: Mappings) -> None:
    """Add the resources of tasks."""

    @rooms.route("/<uuid:record_id>/waiting", methods=["GET"], endpoint="waiting")
    @rooms.response(200, Waiting)
    def waiting(record_id: UUID) -> dict[str, Any]:
        """Show what a task waits for today (AG-18)."""
        one(desk(), "playbook_task", record_id)
        demand(desk(), "playbook_task", "status", "completed_on", "end_date")
        before = predecessors_of(desk(), [record_id]).get(record_id, [])
        return {"waits": waits(before, desk().today), "earliest_start": earliest_start(before)}

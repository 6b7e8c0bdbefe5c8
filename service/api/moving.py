"""Giving what was made already another start: what follows it is told first, then moved (OB-38, G1)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from service.api.blueprint import Blueprint, Fault
from service.api.door import desk
from service.api.problems import status_of
from service.api.records import IF_MATCH, seen
from service.api.templates import OffDay, Shift
from service.plans import moving
from service.plans.edit import Edited


class Move(Schema):
    """A new start, and how dates follow it."""

    start = fields.Date(required=True)
    move_kpis = fields.Boolean(load_default=False)
    working_days = fields.Boolean(load_default=False)
    calendar = fields.String(load_default=None, allow_none=True)


class StartForeseen(Schema):
    """Every date that a new start moves, or leaves; nothing is moved."""

    shifts = fields.List(fields.Nested(Shift), required=True)
    off_days = fields.List(fields.Nested(OffDay), required=True)


class Mover(Schema):
    """What became of one record: moved, or refused; one that is refused keeps no other back."""

    id = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["done", "refused"]))
    status = fields.Integer(allow_none=True)
    detail = fields.String(allow_none=True)
    errors = fields.List(fields.Nested(Fault), required=True)


class Moved(Schema):
    """What became of the record, which comes first, and of its children."""

    rows = fields.List(fields.Nested(Mover), required=True)


def add_moving(rooms: Blueprint, noun: str) -> None:
    """Add the resources that give a record another start."""

    @rooms.route("/<uuid:record_id>/start/preview", methods=["POST"], endpoint="foresee_start")
    @rooms.arguments(Move)
    @rooms.response(200, StartForeseen)
    def foresee(asked: dict[str, Any], record_id: UUID) -> moving.Foreseen:
        """Show every date that another start would move, or leave; nothing is moved."""
        return moving.foresee_move(desk(), noun, record_id, moving.Move(**asked))

    @rooms.route("/<uuid:record_id>/start", methods=["PUT"], endpoint="start")
    @rooms.doc(parameters=[IF_MATCH])
    @rooms.arguments(Move)
    @rooms.response(200, Moved)
    def move(asked: dict[str, Any], record_id: UUID) -> dict[str, Any]:
        """Give a record another start; its children keep their distance from it."""
        moved = moving.move(desk(), noun, record_id, moving.Move(**asked), version=seen())
        return {"rows": [_row(edited) for edited in moved]}


def _row(edited: Edited) -> dict[str, Any]:
    refusal = edited.refusal
    return {
        "id": edited.id,
        "outcome": "refused" if refusal else "done",
        "status": status_of(refusal) if refusal else None,
        "detail": str(refusal) if refusal else None,
        "errors": [asdict(fault) for fault in refusal.faults] if refusal else [],
    }

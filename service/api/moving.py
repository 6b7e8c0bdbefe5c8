"""Giving what was made already another start: what follows it is told first, then moved (OB-38, G1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.closed import readable
from service.api.door import desk
from service.api.outcomes import Outcome, outcome
from service.api.records import IF_MATCH, seen
from service.api.templates import OffDay, Shift
from service.plans import moving


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


class Moved(Schema):
    """What became of the record, which comes first, and of its children."""

    rows = fields.List(fields.Nested(Outcome), required=True)


def add_moving(rooms: Blueprint, noun: str) -> None:
    """Add the resources that give a record another start."""

    @rooms.route("/<uuid:record_id>/start/preview", methods=["POST"], endpoint="foresee_start")
    @rooms.arguments(Move)
    @rooms.response(200, StartForeseen)
    def foresee(asked: dict[str, Any], record_id: UUID) -> dict[str, Any]:
        """Show every date that another start would move, or leave; nothing is moved."""
        foreseen = moving.foresee_move(desk(), noun, record_id, moving.Move(**asked))
        return readable(foreseen.shifts, foreseen.off_days)

    @rooms.route("/<uuid:record_id>/start", methods=["PUT"], endpoint="start")
    @rooms.doc(parameters=[IF_MATCH])
    @rooms.arguments(Move)
    @rooms.response(200, Moved)
    def move(asked: dict[str, Any], record_id: UUID) -> dict[str, Any]:
        """Give a record another start; its children keep their distance from it."""
        moved = moving.move(desk(), noun, record_id, moving.Move(**asked), version=seen())
        return {"rows": [outcome(edited) for edited in moved]}

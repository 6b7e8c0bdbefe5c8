"""What KPIs have beside their records: their history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.mapping.model import Mappings
from service.plans.kpis import history


class DatedValue(Schema):
    """A value of a KPI, since when it stood, and what it was before."""

    at = fields.AwareDateTime(required=True)
    was = fields.Decimal(as_string=True, allow_none=True, metadata={"type": ["string", "null"]})
    value = fields.Decimal(as_string=True, allow_none=True, metadata={"type": ["string", "null"]})
    by = fields.String(allow_none=True)


class History(Schema):
    """The changes of a KPI's current value, the oldest first."""

    values = fields.List(fields.Nested(DatedValue), required=True)


def add_to(rooms: Blueprint, _mappings: Mappings) -> None:
    """Add the resources of KPIs."""

    @rooms.route("/<uuid:record_id>/history", methods=["GET"], endpoint="history")
    @rooms.response(200, History)
    def dated(record_id: UUID) -> dict[str, Any]:
        """Show the values of a KPI over time (OB-81)."""
        return {"values": history(desk(), record_id)}

"""What resources have beside their records: what follows when one is no longer active."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.mapping.model import Mappings
from service.plans.listing import one
from service.plans.resources import deactivation


class OpenObjective(Schema):
    """An objective that somebody still has to reach."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    account = fields.String(allow_none=True)
    status = fields.String(allow_none=True)
    end_date = fields.Date(allow_none=True)


class Deactivation(Schema):
    """What has to be handed over first, the next due first."""

    open_objectives = fields.List(fields.Nested(OpenObjective), required=True)


def add_to(rooms: Blueprint, _mappings: Mappings) -> None:
    """Add the resources of resources."""

    @rooms.route("/<uuid:record_id>/deactivation", methods=["GET"], endpoint="deactivation")
    @rooms.response(200, Deactivation)
    def foresee_deactivation(record_id: UUID) -> dict[str, Any]:
        """Show what a resource leaves behind when it is deactivated (OB-60)."""
        one(desk(), "cs_resource", record_id)
        return {"open_objectives": deactivation(desk(), record_id)}

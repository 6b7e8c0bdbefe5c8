"""Requests that were kept because the org did not answer: what became of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.plans import keeping


class Kept(Schema):
    """A kept request: it waits, or it was done, or refused."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["waiting", "done", "refused"]))
    created_at = fields.AwareDateTime(required=True)
    tried_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True)
    last_error = fields.String(required=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    outcome = fields.Dict(allow_none=True, metadata={"description": "What was made"})
    refused = fields.Dict(allow_none=True, metadata={"description": "Why nothing was made"})


def requests() -> Blueprint:
    """Return the resources of kept requests."""
    rooms = Blueprint("requests", __name__, url_prefix="/requests", description="Requests kept until the org answers")

    @rooms.route("/<uuid:request_id>", methods=["GET"])
    @rooms.response(200, Kept)
    def outcome(request_id: UUID) -> dict[str, Any]:
        """Say what became of a request of yours."""
        kept = keeping.outcome(desk(), request_id)
        state = "waiting" if kept.ended_at is None else "refused" if kept.refused else "done"
        return {**asdict(kept), "state": state}

    return rooms

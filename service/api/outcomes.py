"""What became of one row of several: done or refused; one that is refused keeps no other back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import fields, validate

from service.api.blueprint import Fault
from service.api.problems import status_of
from service.api.shapes import Shown
from service.plans.edit import Edited


class Outcome(Shown):
    """What became of one row."""

    id = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["done", "refused"]))
    status = fields.Integer(allow_none=True)
    detail = fields.String(allow_none=True)
    errors = fields.List(fields.Nested(Fault), required=True)


def outcome(edited: Edited) -> dict[str, Any]:
    """Return what became of an edit."""
    refusal = edited.refusal
    return {
        "id": str(edited.id),
        "outcome": "refused" if refusal else "done",
        "status": status_of(refusal) if refusal else None,
        "detail": str(refusal) if refusal else None,
        "errors": [asdict(fault) for fault in refusal.faults] if refusal else [],
    }

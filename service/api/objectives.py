"""What objectives have beside their records: what is related to them, and the edits of a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.api.outcomes import Outcome, outcome
from service.api.records import shown
from service.api.shapes import Shown, columns_of, shown_schema
from service.crm.errors import Retryable, Unreachable
from service.mapping.model import Mappings
from service.plans.edit import Edit, edit_many
from service.plans.listing import several
from service.plans.tree import related

MOST_EDITS = 200
LISTS = {"playbooks": "playbook", "playbook_tasks": "playbook_task", "objective_kpis": "objective_kpi"}


class RowEdit(Schema):
    """The edit of one row."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**62))
    changes = fields.Dict(keys=fields.String(), required=True)


class BulkEdit(Schema):
    """The edits of several rows."""

    edits = fields.List(fields.Nested(RowEdit), required=True, validate=validate.Length(1, MOST_EDITS))


class RowEdited(Outcome):
    """What became of one row, with its record as it stands now."""

    record = fields.Dict(allow_none=True)


class BulkEdited(Shown):
    """What became of the rows, in the order in which they were sent."""

    rows = fields.List(fields.Nested(RowEdited), required=True)


def add_to(rooms: Blueprint, mappings: Mappings) -> None:
    """Add the resources of objectives."""
    columns: dict[str, Any] = {
        name: fields.List(fields.Nested(shown_schema(mappings[noun])), required=True) for name, noun in LISTS.items()
    }

    @rooms.route("/<uuid:record_id>/related", methods=["GET"], endpoint="related")
    @rooms.response(200, Shown.from_dict(columns, name="Related"))
    def tab(record_id: UUID) -> dict[str, Any]:
        """Show what is related: playbooks, tasks whether direct or through a playbook, KPIs (OB-11, OB-12)."""
        found = related(desk(), record_id)
        return {name: [shown(record) for record in getattr(found, name)] for name in LISTS}

    @rooms.route("/bulk-edit", methods=["POST"], endpoint="bulk_edit")
    @rooms.arguments(BulkEdit)
    @rooms.response(200, BulkEdited)
    def bulk_edit(asked: dict[str, Any]) -> dict[str, Any]:
        """Change several objectives, each for itself (CO-22 to CO-26)."""
        edits = [Edit(id=row["id"], version=row["version"], given=columns_of(row["changes"])) for row in asked["edits"]]
        outcomes = edit_many(desk(), "objective", edits)
        shown_now = _standing([edited.id for edited in outcomes])
        return {"rows": [{**outcome(edited), "record": shown_now.get(edited.id)} for edited in outcomes]}


def _standing(ids: list[UUID]) -> dict[UUID, Any]:
    try:
        return {record_id: shown(found) for record_id, found in several(desk(), "objective", ids).items()}
    except (Retryable, Unreachable):
        # What became of the rows is told all the same, also where the CRM cannot be asked who may see them now.
        return {}

"""What success plans have beside their records: their tree."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.api.paging import ANY
from service.api.records import shown
from service.api.shapes import Shown
from service.mapping.model import Mappings
from service.plans.tree import Branch, tree

ARCHIVED = {"false": False, "true": True, ANY: None}
"""Which objectives stand in a tree, in the words of their list's filter."""


class TreeQuery(Schema):
    """The query of a tree: archived objectives are left out of it, as out of a list, unless they are asked for."""

    archived = fields.String(
        load_default="false",
        validate=validate.OneOf(list(ARCHIVED)),
        metadata={"description": "Which objectives, each with what hangs on it"},
    )


class Tree(Shown):
    """A record with what stands under it."""

    noun = fields.String(required=True)
    record = fields.Dict(required=True, metadata={"description": "As its own resource shows it"})
    under = fields.List(fields.Nested(lambda: Tree()), required=True)  # noqa: PLW0108 - it is not made yet


def add_to(rooms: Blueprint, _mappings: Mappings) -> None:
    """Add the resources of success plans."""

    @rooms.route("/<uuid:record_id>/tree", methods=["GET"], endpoint="tree")
    @rooms.arguments(TreeQuery, location="query")
    @rooms.response(200, Tree)
    def grown(query: dict[str, Any], record_id: UUID) -> dict[str, Any]:
        """Show a plan with its objectives, playbooks, tasks and KPIs (Success Tracker)."""
        return _shown(tree(desk(), record_id, archived=ARCHIVED[query["archived"]]))


def _shown(branch: Branch) -> dict[str, Any]:
    return {
        "noun": branch.record.mapping.name,
        "record": shown(branch.record),
        "under": [_shown(under) for under in branch.under],
    }

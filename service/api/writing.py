"""Make, change and delete the records of one object, and foresee what that does to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import url_for
from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.api.once import HEADER, once
from service.api.records import IF_MATCH, Answer, seen, tagged
from service.api.shapes import Shown, columns_of, sent_schema, shown_schema
from service.domain.faults import Fault
from service.mapping.model import ObjectMapping
from service.plans import dependencies
from service.plans.cascade import impact
from service.plans.create import create
from service.plans.delete import delete, deletion
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find, find_many
from service.plans.refusals import Invalid

Make = Callable[[Desk, str, dict[str, Any]], UUID]
"""Makes a record of what was sent; returns its id."""


class Confirmation(Schema):
    """What somebody wants although they were asked."""

    confirmed = fields.Boolean(
        load_default=False, metadata={"description": "Complete a task although it waits for others (AG-18)"}
    )


class Followed(Schema):
    """One value of another record that would follow."""

    noun = fields.String(required=True)
    id = fields.UUID(required=True)
    column = fields.String(required=True)
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)
    reason = fields.String(required=True)


class Impact(Schema):
    """What else a change would change (G9)."""

    followed = fields.List(fields.Nested(Followed), required=True)
    unseen = fields.Integer(required=True, metadata={"description": "Records beside them that you do not see"})


class Deletion(Shown):
    """What deleting a record would do, counted by noun."""

    held_by = fields.Dict(required=True, metadata={"description": "What has to be deleted first"})
    unseen = fields.Integer(
        required=True, metadata={"description": "Records that you do not see and that have to be deleted first, too"}
    )
    deleted = fields.Dict(required=True, metadata={"description": "What goes along"})
    cleared = fields.Dict(required=True, metadata={"description": "What stays and only loses it"})


def add_making(rooms: Blueprint, mapping: ObjectMapping, make_one: Make, **along: Schema) -> None:
    """Add the resource that makes records; `along` are those that may be made with one."""
    noun = mapping.name

    @rooms.route("", methods=["POST"], endpoint="make")
    @rooms.doc(parameters=[HEADER])
    @once
    @rooms.arguments(sent_schema(mapping, **along))
    @rooms.response(201, shown_schema(mapping))
    def make(given: dict[str, Any]) -> Answer:
        """Make a record on both sides, an objective together with its KPIs; `record_type_id` chooses its record type."""
        record_id = make_one(desk(), noun, given)
        # Who made it sees it, whoever it belongs to now.
        made = find_many(desk(), noun, [record_id])[record_id]
        body, status, headers = tagged(made, HTTPStatus.CREATED)
        return body, status, {**headers, "Location": url_for(f"{noun}.record", record_id=record_id)}


def make_record(desk: Desk, noun: str, given: dict[str, Any]) -> UUID:
    """Make a record of most nouns."""
    return create(desk, noun, given)


def make_objective(desk: Desk, noun: str, given: dict[str, Any]) -> UUID:
    """Make an objective together with its KPIs (OB-76)."""
    kpis = given.pop("kpis", [])
    if not isinstance(kpis, list):
        raise Invalid([Fault(field="kpis", code="unreadable", message="Send a list of KPIs")])
    return create(desk, noun, given, kpis=[columns_of(kpi) for kpi in kpis])


def make_dependency(desk: Desk, _noun: str, given: dict[str, Any]) -> UUID:
    """Let a task wait for another; a circle is refused (AG-20)."""
    return dependencies.add(desk, given)


def add_changing(rooms: Blueprint, mapping: ObjectMapping) -> None:
    """Add the resources that change one record, and say beforehand what else that would change (G9)."""
    noun = mapping.name

    @rooms.route("/<uuid:record_id>", methods=["PATCH"], endpoint="change")
    @rooms.doc(parameters=[IF_MATCH])
    @rooms.arguments(sent_schema(mapping))
    @rooms.arguments(Confirmation, location="query", unknown="raise")
    @rooms.response(200, shown_schema(mapping))
    def change(given: dict[str, Any], asked: dict[str, bool], record_id: UUID) -> Answer:
        """Change a record on both sides, and what follows it."""
        edit(desk(), noun, Edit(id=record_id, version=seen(), given=given, confirmed=asked["confirmed"]))
        return tagged(find(desk(), noun, record_id))

    @rooms.route("/<uuid:record_id>/impact", methods=["POST"], endpoint="impact")
    @rooms.arguments(sent_schema(mapping))
    @rooms.response(200, Impact)
    def foresee_change(given: dict[str, Any], record_id: UUID) -> dict[str, Any]:
        """Say what else a change would change; nothing is changed."""
        return asdict(impact(desk(), noun, record_id, given))


def add_deleting(rooms: Blueprint, noun: str) -> None:
    """Add the resources that delete one record, and say beforehand what that would do."""

    @rooms.route("/<uuid:record_id>", methods=["DELETE"], endpoint="remove")
    @rooms.doc(parameters=[IF_MATCH])
    @rooms.response(204)
    def remove(record_id: UUID) -> None:
        """Delete a record on both sides."""
        delete(desk(), noun, record_id, version=seen())

    @rooms.route("/<uuid:record_id>/deletion", methods=["GET"], endpoint="deletion")
    @rooms.response(200, Deletion)
    def foresee_deletion(record_id: UUID) -> dict[str, Any]:
        """Say what deleting a record would do; nothing is deleted."""
        return asdict(deletion(desk(), noun, record_id))

"""Templates: pick one, look at what it holds, foresee what a clone of it will be, and make it (OB-22 to OB-46)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request, url_for
from marshmallow import Schema, fields

from service.api import cursors, paging
from service.api.blueprint import Blueprint, Fault
from service.api.closed import hidden, readable
from service.api.door import desk
from service.api.once import HEADER, KEY, once
from service.api.records import Answer, shown
from service.api.shapes import Shown, of_schema, shown_schema, values
from service.domain.cloning import Clone
from service.domain.templates import Record
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.plans import clone as cloning
from service.plans.clone import Cloned
from service.plans.clone_requests import CloneRequest
from service.plans.keeping import Kept
from service.plans.templates import template, templates
from service.plans.versions import standing


class AddedKpi(Schema):
    """A KPI that is made along with a clone (OB-14)."""

    objective = fields.UUID(required=True, metadata={"description": "The template's objective that it belongs to"})
    values = fields.Dict(keys=fields.String(), required=True)


class Choices(Schema):
    """What somebody wants made of a template; children stand by their id in it."""

    seen = fields.String(load_default=None, allow_none=True, metadata={"description": "`seen` of the preview"})
    values = fields.Dict(keys=fields.String(), load_default=dict, metadata={"description": "Of the new root"})
    left_out = fields.List(fields.UUID(), load_default=list)
    edits = fields.Dict(keys=fields.UUID(), values=fields.Dict(keys=fields.String()), load_default=dict)
    resources = fields.Dict(keys=fields.UUID(), values=fields.List(fields.UUID()), load_default=dict)
    kpis = fields.List(fields.Nested(AddedKpi), load_default=list)
    start = fields.Date(load_default=None, allow_none=True)
    dates_edited_under = fields.Date(load_default=None, allow_none=True)
    move_kpis = fields.Boolean(load_default=False)
    working_days = fields.Boolean(load_default=False)
    calendar = fields.String(load_default=None, allow_none=True)


class Member(Shown):
    """One record of a template."""

    noun = fields.String(required=True)
    id = fields.UUID(required=True)
    values = fields.Dict(required=True)


class Whole(Shown):
    """A template with everything that a clone may take."""

    seen = fields.String(required=True, metadata={"description": "Changes when a clone would be another one"})
    root = fields.Nested(Member, required=True)
    children = fields.List(fields.Nested(Member), required=True)


class Draft(Member):
    """A record that would be made; `source` is the record of the template that it comes from."""

    source = fields.UUID(required=True)


class Shift(Schema):
    """One date, old and new, and why it moves or does not."""

    record = fields.UUID(required=True)
    noun = fields.String(required=True)
    title = fields.String(required=True)
    column = fields.String(required=True)
    old = fields.Date(allow_none=True)
    new = fields.Date(allow_none=True)
    moved = fields.Boolean(required=True)
    stays = fields.Boolean(required=True)
    why = fields.String(required=True)


class LostEdit(Schema):
    """An edit that a changed start discards (OB-39)."""

    record = fields.UUID(required=True)
    title = fields.String(required=True)
    column = fields.String(required=True)
    edited = fields.Raw(allow_none=True)
    becomes = fields.Date(allow_none=True)


class OffDay(Schema):
    """A new date that falls on a weekend or holiday (G1)."""

    record = fields.UUID(required=True)
    title = fields.String(required=True)
    column = fields.String(required=True)
    day = fields.Date(required=True)
    name = fields.String(required=True)


class Caution(Schema):
    """Something worth knowing before the clone is made."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    record = fields.UUID(allow_none=True)


class Preview(Schema):
    """What a clone would be; nothing is made."""

    of = fields.String(required=True, metadata={"description": "The version of the template that it would be of"})
    draft = fields.Boolean(required=True, metadata={"description": "The template is not what was published last"})
    seen = fields.String(required=True)
    creates = fields.List(fields.Nested(Draft), required=True)
    shifts = fields.List(fields.Nested(Shift), required=True)
    lost_edits = fields.List(fields.Nested(LostEdit), required=True)
    off_days = fields.List(fields.Nested(OffDay), required=True)
    cautions = fields.List(fields.Nested(Caution), required=True)
    faults = fields.List(fields.Nested(Fault), required=True)


class Made(Schema):
    """What became of a clone: the new records, or the request that is kept until the org answers."""

    noun = fields.String(required=True)
    root_id = fields.UUID(allow_none=True)
    ids = fields.List(fields.UUID(), required=True)
    api_calls = fields.Integer(required=True)
    request_id = fields.UUID(allow_none=True, metadata={"description": "Of the kept request, see /requests"})


def templates_of(mapping: ObjectMapping, path: str) -> Blueprint:
    """Return the resources of the templates of one object."""
    noun = mapping.name
    about = f"The {path.replace('-', ' ')} that are templates"
    rooms = Blueprint(f"{noun}_templates", __name__, url_prefix=f"/templates/{path}", description=about)
    _add_picking(rooms, mapping)
    _add_cloning(rooms, noun)
    return rooms


def _add_picking(rooms: Blueprint, mapping: ObjectMapping) -> None:
    listed = {"template": fields.Nested(shown_schema(mapping)), "children": fields.Dict(values=fields.Integer())}

    @rooms.route("", methods=["GET"], endpoint="page")
    @rooms.arguments(paging.Search, location="query", unknown="raise")
    @rooms.response(200, of_schema(Shown.from_dict(listed, name=f"{mapping.name}_listed")))
    def page(query: dict[str, Any]) -> dict[str, Any]:
        """List templates by name, each with how many children of each kind it has (OB-25)."""
        after = cursors.place(mapping.name, query)
        found = templates(desk(), mapping.name, search=query["search"], limit=query["limit"], after=after)
        items = [{"template": shown(one.found), "children": dict(one.children)} for one in found.templates]
        return {"items": items, "next": cursors.cursor(mapping.name, query["sort"], found.end)}

    @rooms.route("/<uuid:template_id>", methods=["GET"], endpoint="template")
    @rooms.response(200, Whole)
    def whole(template_id: UUID) -> dict[str, Any]:
        """Show a template with its children, parents first (OB-24)."""
        found = template(desk(), mapping.name, template_id)
        return {
            "seen": found.seen_on(desk().today),
            "root": _held(found.root),
            "children": [*map(_held, found.children)],
        }


def _add_cloning(rooms: Blueprint, noun: str) -> None:
    @rooms.route("/<uuid:template_id>/preview", methods=["POST"], endpoint="preview")
    @rooms.arguments(Choices)
    @rooms.response(200, Preview)
    def preview(chosen: dict[str, Any], template_id: UUID) -> dict[str, Any]:
        """Show what a clone would be, with every old and new date (G1); nothing is made."""
        decided = cloning.preview(desk(), CloneRequest(noun=noun, template_id=template_id, **chosen))
        drafts = [
            {**_member(draft.noun, draft.id, draft.values), "source": str(draft.source)} for draft in decided.creates
        ]
        told = {name: getattr(decided, name) for name in Clone.__slots__}
        stands = standing(desk(), noun, template_id)
        told |= {"of": stands.label, "draft": stands.draft}
        return {**told, **readable(decided.shifts, decided.off_days), "creates": drafts}

    @rooms.route("/<uuid:template_id>/clones", methods=["POST"], endpoint="clone")
    @rooms.doc(parameters=[HEADER])
    @once
    @rooms.arguments(Choices)
    @rooms.response(201, Made)
    @rooms.alt_response(202, schema=Made, description="Kept until the org answers; look at Location", success=True)
    def clone(chosen: dict[str, Any], template_id: UUID) -> Answer:
        """Make a clone, all of it or nothing (OB-46)."""
        asked = CloneRequest(noun=noun, template_id=template_id, **chosen)
        made = cloning.clone(desk(), asked, key=request.headers[KEY])
        return _made(noun, made)


def _held(record: Record) -> dict[str, Any]:
    return _member(record.noun, record.id, record.row)


def _member(noun: str, record_id: UUID, row: Row) -> dict[str, Any]:
    return {"noun": noun, "id": str(record_id), "values": values(desk().org.mappings[noun], row, hidden=hidden(noun))}


def _made(noun: str, made: Cloned | Kept) -> Answer:
    body: dict[str, Any] = {"noun": noun, "root_id": None, "ids": [], "api_calls": 0, "request_id": None}
    if isinstance(made, Kept):
        where = url_for("requests.outcome", request_id=made.id)
        return {**body, "request_id": made.id}, HTTPStatus.ACCEPTED, {"Location": where}
    body |= {"root_id": made.root_id, "ids": made.ids, "api_calls": made.api_calls}
    return body, HTTPStatus.CREATED, {"Location": url_for(f"{noun}.record", record_id=made.root_id)}

"""Forms: the fields of create and edit windows, as the org's admins set them up and the caller may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from service.api.blueprint import Blueprint
from service.api.door import desk
from service.plans.windows import Form, form


class Option(Schema):
    """A value that can be chosen, and how the org calls it."""

    value = fields.String(required=True)
    label = fields.String(required=True)


class Field(Schema):
    """A field of a window."""

    column = fields.String(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True)
    required = fields.Boolean(required=True)
    read_only = fields.Boolean(required=True)
    help = fields.String(allow_none=True)
    length = fields.Integer(allow_none=True)
    scale = fields.Integer(allow_none=True)
    refers_to = fields.String(allow_none=True)
    options = fields.List(fields.Nested(Option), required=True)


class RecordType(Schema):
    """A type that records of an object can have."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class Window(Schema):
    """A window; of several record types one has to be chosen before there are fields."""

    noun = fields.String(required=True)
    fields_ = fields.List(fields.Nested(Field), required=True, data_key="fields", attribute="fields")
    record_types = fields.List(fields.Nested(RecordType), required=True)
    record_type = fields.Nested(RecordType, allow_none=True)
    note = fields.String(allow_none=True)


class Asked(Schema):
    """Which window: for a new record of a type, or for the record that is named."""

    record_type = fields.String(load_default=None)
    record_id = fields.UUID(load_default=None)


def forms(paths: Mapping[str, str]) -> Blueprint:
    """Return the resources of the forms of these nouns, each under its path."""
    rooms = Blueprint("forms", __name__, url_prefix="/forms", description="The fields of create and edit windows")
    for noun, path in paths.items():
        _add(rooms, noun, path)
    return rooms


def _add(rooms: Blueprint, noun: str, path: str) -> None:
    @rooms.route(f"/{path}", methods=["GET"], endpoint=noun)
    @rooms.arguments(Asked, location="query", unknown="raise")
    @rooms.response(200, Window)
    def window(asked: dict[str, Any]) -> Form:
        """Show the fields of a create or edit window (OB-47 to OB-52)."""
        return form(desk(), noun, **asked)

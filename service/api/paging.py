"""Which records a list shows: filters, search and order, read from the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from service.api.cursors import place
from service.api.shapes import shape
from service.domain.faults import Fault
from service.domain.objectives import ARCHIVED
from service.domain.values import Kind, NotCanonical, Row, Value, canonical
from service.mapping.model import FieldMapping, ObjectMapping
from service.plans.listing import Wanted
from service.plans.refusals import Invalid

MOST = 200
"""Records in a page."""
HIDDEN = ("archived", "template")
"""What a list leaves out unless it is asked for (CO-21, D14)."""
ANY = "any"
_FILTERS = frozenset({Kind.TEXT, Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN, Kind.DATE, Kind.REFERENCE})
_PLAIN = validate.Regexp(r"[^\x00]{0,255}\Z", error="Shorten it to 255 characters without NUL")


class Search(Schema):
    """The query of a list by name."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST))
    cursor = fields.String(load_default="", metadata={"description": "`next` of the page before"})
    sort = fields.String(load_default="name", validate=validate.Equal("name"))
    search = fields.String(load_default="", validate=_PLAIN, metadata={"description": "A part of the name"})


def query_schema(mapping: ObjectMapping) -> type[Schema]:
    """Return the schema of the query of a list."""
    columns = [field.column for field in mapping.fields if not field.extra and field.kind is not Kind.RICH_TEXT]
    orders = [f"{sign}{column}" for column in ("id", *columns) for sign in ("", "-")]
    own: dict[str, Any] = {
        "sort": fields.String(load_default=_first_order(columns), validate=validate.OneOf(orders)),
        **{field.column: _filter(field) for field in mapping.fields if field.kind in _FILTERS},
    }
    return Search.from_dict(own, name=f"{mapping.name}_query")


def wanted(mapping: ObjectMapping, query: Mapping[str, Any]) -> Wanted:
    """Return which records a query asks for; Invalid names what cannot be read."""
    given = {name: text for name, text in query.items() if name not in ("limit", "cursor", "sort", "search")}
    return Wanted(
        equal=_equal(mapping, given),
        search=query["search"].strip(),
        sort=query["sort"].removeprefix("-"),
        descending=query["sort"].startswith("-"),
        after=place(mapping.name, query),
        limit=query["limit"],
    )


def asks_for_archived(query: Mapping[str, str]) -> bool:
    """Say whether a query names the status that is a flag of its own."""
    return query.get("status", "").casefold() == ARCHIVED.casefold()


def _filter(field: FieldMapping) -> fields.Field[Any]:
    if field.kind is Kind.BOOLEAN:
        return fields.String(validate=validate.OneOf(["true", "false", ANY]))
    known = {"description": "Empty: the records without one"}
    return fields.String(validate=_PLAIN, metadata={**known, **_format(field)})


def _format(field: FieldMapping) -> dict[str, Any]:
    return {} if "format" not in shape(field) else {"x-format": shape(field)["format"]}


def _first_order(columns: list[str]) -> str:
    return "name" if "name" in columns else "id"


def _equal(mapping: ObjectMapping, given: Mapping[str, str]) -> Row:
    """Return the values that are asked for, and the hidden ones left out."""
    columns = {field.column for field in mapping.fields}
    asked: dict[str, str] = {column: "false" for column in HIDDEN if column in columns} | dict(given)
    if "archived" in columns and asks_for_archived(asked):
        asked = {column: text for column, text in asked.items() if column != "status"} | {"archived": "true"}
    return {
        column: _read(mapping.field(column), text)
        for column, text in asked.items()
        if text != ANY or mapping.field(column).kind is not Kind.BOOLEAN
    }


def _read(field: FieldMapping, text: str) -> Value:
    try:
        value = canonical(field.kind, text)
        return str(UUID(str(value))) if field.kind is Kind.REFERENCE and value else value
    except (NotCanonical, ValueError):
        message = f"{text!r} is not a {field.kind.value}"
        raise Invalid([Fault(field=field.column, code="unreadable", message=message)]) from None

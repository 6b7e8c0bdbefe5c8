"""The records of one object: a page of them, one of them; make, change and delete them where people may."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.http import quote_etag

from service.api.blueprint import Blueprint
from service.api.closed import hidden, refuse_hidden
from service.api.cursors import cursor
from service.api.door import desk, visit
from service.api.paging import query_schema, wanted
from service.api.problems import Told
from service.api.shapes import face, of_schema, shown_schema
from service.mapping.model import ObjectMapping
from service.plans.listing import listing, one
from service.plans.records import Found
from service.plans.refusals import Changed

LONGEST_TAG = 18
Answer = tuple[dict[str, Any], int, dict[str, str]]

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag under which the record was seen",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
}


def shown(record: Found) -> dict[str, Any]:
    """Return a record as it is shown to whoever calls."""
    return face(record, visit().org.instance_url, desk().today, hidden=hidden(record.mapping.name))


def tagged(record: Found, status: int = HTTPStatus.OK) -> Answer:
    """Return a record with the ETag under which it may be changed."""
    return shown(record), status, {"ETag": quote_etag(str(record.version))}


def seen() -> int:
    """Return the version that the caller saw."""
    if not request.if_match or request.if_match.star_tag:
        sentence = "Send the record's ETag as If-Match, so that nobody's change is lost"
        raise Told(HTTPStatus.PRECONDITION_REQUIRED, "version_missing", sentence)
    tag = next(iter(request.if_match), "")
    if not tag.isascii() or not tag.isdecimal() or len(tag) > LONGEST_TAG:
        raise Changed("If-Match names no version of this record; load it again")
    return int(tag)


def records(mapping: ObjectMapping, path: str) -> Blueprint:
    """Return the resources of an object that can be looked at."""
    noun = mapping.name
    rooms = Blueprint(noun, __name__, url_prefix=f"/{path}", description=f"The {path.replace('-', ' ')} of the org")

    @rooms.route("", methods=["GET"], endpoint="page")
    @rooms.arguments(query_schema(mapping), location="query", unknown="raise")
    @rooms.response(200, of_schema(shown_schema(mapping)))
    def page(query: dict[str, Any]) -> dict[str, Any]:
        """List records."""
        refuse_hidden(noun, query)
        found = listing(desk(), noun, wanted(desk().org.mappings[noun], query))
        return {"items": [shown(record) for record in found.records], "next": cursor(noun, query["sort"], found.end)}

    @rooms.route("/<uuid:record_id>", methods=["GET"], endpoint="record")
    @rooms.response(200, shown_schema(mapping))
    def record(record_id: UUID) -> Answer:
        """Show a record."""
        return tagged(one(desk(), noun, record_id))

    return rooms

"""Single records: create, read, update, delete, and the same by external id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.conditions import http_date, not_modified, unmodified_since
from service.localorg.http.describe import summary
from service.localorg.http.messages import Answer, Call
from service.localorg.ids import parse_id
from service.localorg.schema.model import Field, SObject


def basics(api: Api, call: Call, name: str) -> Answer:
    """Return an object's line of the global describe; recent items are not kept."""
    return Answer(body={"objectDescribe": summary(api, call, api.sobject(call, name)), "recentItems": []})


def create(api: Api, call: Call, name: str) -> Answer:
    """Create one record."""
    sobject = api.sobject(call, name)
    record_id = api.org.writer.create(call.actor, sobject.name, values_of(call.record()))
    return _saved(call, sobject, record_id, status=201)


def read(api: Api, call: Call, name: str, record_id: str) -> Answer:
    """Return one record's fields with its Last-Modified date."""
    sobject = api.sobject(call, name)
    asked = [part.strip() for part in call.query["fields"].split(",")] if call.query.get("fields") else None
    values = api.org.reader.read_row(call.actor, sobject.name, record_id, asked)
    row = api.org.reader.existing(sobject, record_id)
    changed = datetime.fromisoformat(row["LastModifiedDate"])
    unmodified_since(call.headers, changed, writing=False)
    if not_modified(call.headers, changed):
        return Answer(status=304)
    body = _with_attributes(call, sobject, row["Id"], values)
    return Answer(body=body, headers={"Last-Modified": http_date(changed)})


def update(api: Api, call: Call, name: str, record_id: str) -> Answer:
    """Change one record, on condition where the headers state one."""
    sobject = api.sobject(call, name)
    row = api.org.reader.existing(sobject, record_id)
    unmodified_since(call.headers, datetime.fromisoformat(row["LastModifiedDate"]), writing=True)
    api.org.writer.update(call.actor, sobject.name, row["Id"], values_of(call.record()))
    return Answer(status=204)


def delete(api: Api, call: Call, name: str, record_id: str) -> Answer:
    """Delete one record."""
    row = api.org.reader.existing(api.sobject(call, name), record_id)
    api.org.writer.delete(call.actor, row["Id"])
    return Answer(status=204)


def read_by_key(api: Api, call: Call, name: str, field: str, value: str) -> Answer:
    """Return the record that has a value in an external id field."""
    return read(api, call, name, _record_with(api, call, name, field, value))


def upsert(api: Api, call: Call, name: str, field: str, value: str) -> Answer:
    """Update the record that has the external id, or create it."""
    sobject = api.sobject(call, name)
    record_id, created = api.org.writer.upsert(call.actor, sobject.name, field, value, values_of(call.record()))
    return _saved(call, sobject, record_id, status=201 if created else 200, created=created)


def delete_by_key(api: Api, call: Call, name: str, field: str, value: str) -> Answer:
    """Delete the record that has a value in an external id field."""
    return delete(api, call, name, _record_with(api, call, name, field, value))


def values_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's field values without its `attributes`."""
    return {name: value for name, value in record.items() if name != "attributes"}


def _with_attributes(call: Call, sobject: SObject, record_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as REST writes it, type and URL first."""
    url = f"{call.data_path}/sobjects/{sobject.name}/{record_id}"
    return {"attributes": {"type": sobject.name, "url": url}, **values}


def _key_field(api: Api, call: Call, sobject: SObject, name: str) -> Field:
    """Return the external id field (or Id) of that name, or refuse it."""
    field = sobject.field(name)
    readable = api.org.access.readable(call.actor, sobject.name)
    if field is None or field.name not in readable or not (field.external_id or field.name == "Id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise Refusal("NOT_FOUND", message, status=404)
    return field


def _record_with(api: Api, call: Call, name: str, field: str, value: str) -> str:
    sobject = api.sobject(call, name)
    key = _key_field(api, call, sobject, field)
    wanted = parse_id(value) if key.name == "Id" else value.strip()
    found = list(api.org.storage.rows(sobject.name, f'"{key.name}" = ? AND "IsDeleted" = 0', (wanted,)))
    if not found:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    if len(found) > 1:
        raise Refusal("DUPLICATE_EXTERNAL_ID", f"{field} {value} is on {len(found)} records", status=300)
    return str(found[0]["Id"])


def _saved(call: Call, sobject: SObject, record_id: str, *, status: int, created: bool | None = None) -> Answer:
    location = f"{call.data_path}/sobjects/{sobject.name}/{quote(record_id)}"
    body: dict[str, Any] = {"id": record_id, "success": True, "errors": []}
    if created is not None:
        body["created"] = created
    return Answer(status=status, body=body, headers={"Location": location} if status == HTTPStatus.CREATED else {})

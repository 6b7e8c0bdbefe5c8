"""How records look in JSON, made from the mapping: the names are the same in every layer.

Numbers are text such as "12.5", so that no digit is lost on the way; a choice of several is a list; a reference is
our id. What an org's overlay adds stands under `extra`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import Schema, fields

from service.domain.faults import Fault
from service.domain.merging import Direction
from service.domain.progress import Status, measure, status
from service.domain.values import Kind, Row, Value, canonical
from service.mapping.model import FieldMapping, ObjectMapping
from service.plans.records import Found
from service.plans.refusals import Invalid

NULL = "null"
SHAPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.RICH_TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.DATETIME: {"type": "string", "format": "date-time"},
    Kind.CHOICE: {"type": "string"},
    Kind.CHOICES: {"type": "array", "items": {"type": "string"}},
    Kind.REFERENCE: {"type": "string", "format": "uuid"},
}
"""The JSON of each kind of value."""
STANDING: Mapping[str, Mapping[str, Any]] = {
    "progress": {**SHAPES[Kind.NUMBER], "description": "Percent of the way from baseline to target"},
    "status": {"type": "string", "enum": list(Status), "description": "On the org's day"},
}
"""What the CRM computes for each KPI, and we do likewise."""
STANDS_ON = frozenset({"baseline_value", "current_value", "target_value", "direction", "target_date"})
"""What that is computed from: who may not read all of it is not told what comes of it."""


class Shown(Schema):
    """What is shown stands ready: values are canonical already."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Return the value as it is."""
        return obj


class Sent(Schema):
    """What is sent is read by the use cases, which name each fault and the way out."""

    def load(self, data: Any, **_options: Any) -> dict[str, Any]:
        """Return the JSON values by column."""
        return columns_of(data)


def columns_of(data: Any) -> dict[str, Any]:
    """Return the JSON values by column, those of the overlay among them; Invalid when there are none to be read."""
    if not isinstance(data, dict):
        raise Invalid([Fault(field="", code="unreadable", message="Send an object of fields and values")])
    extra = data.get("extra", {})
    if not isinstance(extra, dict):
        # Its own record is refused for it, and no other.
        return data
    return {name: value for name, value in data.items() if name != "extra"} | extra


def face(record: Found, instance_url: str, today: date, *, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return a record as the API shows it on the org's day, without the columns that are hidden from the caller."""
    stands = record.mapping.name == "objective_kpi" and STANDS_ON.isdisjoint(hidden)
    return {
        "id": str(record.id),
        "version": record.version,
        "crm_id": record.crm_id,
        "url": f"{instance_url}/{record.crm_id}" if record.crm_id else None,
        **values(record.mapping, record.row, hidden=hidden),
        **(_standing(record.row, today) if stands else {}),
    }


def _standing(kpi: Row, today: date) -> dict[str, Any]:
    return {"progress": canonical(Kind.NUMBER, measure(kpi).percent), "status": status(kpi, today)}


def values(mapping: ObjectMapping, row: Row, *, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return canonical values as the API shows them, without the columns that are hidden from the caller."""
    shown: dict[str, Any] = {"extra": {}}
    for field in mapping.fields:
        if field.column in row and field.column not in hidden:
            value = row[field.column]
            (shown["extra"] if field.extra else shown)[field.column] = _listed(value) if _is_list(field) else value
    return shown


@lru_cache(maxsize=256)
def shown_schema(mapping: ObjectMapping) -> type[Schema]:
    """Return the schema of a record as it is shown."""
    own: dict[str, Any] = {
        "id": _documented({"type": "string", "format": "uuid"}),
        "version": _documented({"type": "integer", "description": "Changes with every change; the ETag"}),
        "crm_id": _documented({"type": ["string", NULL], "description": "Its id in the CRM, once it is there"}),
        "url": _documented({"type": ["string", NULL], "description": "Its page in the CRM"}),
        **_columns(mapping.fields, shape),
        **{name: _documented(known) for name, known in STANDING.items() if mapping.name == "objective_kpi"},
    }
    return Shown.from_dict(own, name=_name(mapping))


@lru_cache(maxsize=256)
def sent_schema(mapping: ObjectMapping, **along: Schema) -> type[Schema]:
    """Return the schema of what may be sent of a record: neither what the CRM sets nor what is computed.

    `along` are records that are made along with it.
    """
    lists: dict[str, Any] = {name: fields.List(fields.Nested(schema)) for name, schema in along.items()}
    return Sent.from_dict(
        {**_columns(filter(writable, mapping.fields), _bounded), **lists},
        name=f"{_name(mapping)}{'With' if along else ''}Values",
    )


def of_schema(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of such items."""
    end = {"type": ["string", NULL], "description": "The cursor of the next page; null: there is none"}
    items = fields.List(fields.Nested(item), required=True)
    return Shown.from_dict({"items": items, "next": _documented(end)}, name=f"{item.__name__}Page")


def writable(field: FieldMapping) -> bool:
    """Say whether people may set a field."""
    return field.direction is Direction.BOTH and not field.formula


def shape(field: FieldMapping) -> dict[str, Any]:
    """Return the JSON schema of a field."""
    known = dict(SHAPES[field.kind])
    if field.kind is not Kind.BOOLEAN and not _is_list(field):
        known["type"] = [known["type"], NULL]
    if field.refers_to is not None:
        known["description"] = f"The id of a {field.refers_to.replace('_', ' ')}"
    return known


def _bounded(field: FieldMapping) -> dict[str, Any]:
    # What is shown may be longer: it may have been written here before the CRM saw it.
    return shape(field) | ({} if field.length is None else {"maxLength": field.length})


def _columns(chosen: Iterable[FieldMapping], shape_of: Callable[[FieldMapping], dict[str, Any]]) -> dict[str, Any]:
    kept = list(chosen)
    own = {field.column: _documented(shape_of(field)) for field in kept if not field.extra}
    extra = {field.column: shape_of(field) for field in kept if field.extra}
    return {**own, "extra": _documented({"type": "object", "properties": extra})}


def _documented(known: Mapping[str, Any]) -> fields.Raw:
    return fields.Raw(metadata=dict(known))


def _is_list(field: FieldMapping) -> bool:
    return field.kind is Kind.CHOICES


def _listed(value: Value) -> list[str]:
    return str(value).split(";") if value else []


def _name(mapping: ObjectMapping) -> str:
    return "".join(part.capitalize() for part in mapping.name.split("_"))

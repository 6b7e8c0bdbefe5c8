"""Date functions, in UTC as Salesforce computes them, and the rules of aggregate functions."""

from __future__ import annotations

from service.localorg.schema.model import NUMERIC, Field, Type
from service.localorg.soql.ast import Call
from service.localorg.soql.session import Session
from service.localorg.soql.source import without_case
from service.localorg.soql.sql import Sql

_DATE_FUNCTIONS = {
    "CALENDAR_YEAR": "CAST(strftime('%Y', {}) AS INTEGER)",
    "CALENDAR_QUARTER": "(CAST(strftime('%m', {}) AS INTEGER) + 2) / 3",
    "CALENDAR_MONTH": "CAST(strftime('%m', {}) AS INTEGER)",
    "DAY_IN_MONTH": "CAST(strftime('%d', {}) AS INTEGER)",
    "DAY_IN_WEEK": "CAST(strftime('%w', {}) AS INTEGER) + 1",
    "DAY_IN_YEAR": "CAST(strftime('%j', {}) AS INTEGER)",
    "DAY_ONLY": "date({})",
    "HOUR_IN_DAY": "CAST(strftime('%H', {}) AS INTEGER)",
    "WEEK_IN_MONTH": "(CAST(strftime('%d', {}) AS INTEGER) + 6) / 7",
    "WEEK_IN_YEAR": "(CAST(strftime('%j', {}) AS INTEGER) + 6) / 7",
}
_OF_MOMENTS = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})
_AGGREGATES = {"COUNT": "COUNT({})", "COUNT_DISTINCT": "COUNT(DISTINCT {})"} | {
    name: name + "({})" for name in ("SUM", "AVG", "MIN", "MAX")
}
_COUNTS = frozenset({"COUNT", "COUNT_DISTINCT"})
_UNORDERED = frozenset({Type.BOOLEAN, Type.MULTIPICKLIST, Type.BASE64})

AGGREGATES = frozenset(_AGGREGATES)


def date_function(session: Session, call: Call, field: Field, sql: Sql) -> tuple[Field, Sql]:
    """Return the SQL of a date function of a field, and a field that says its type."""
    template = _DATE_FUNCTIONS.get(call.name)
    if template is None:
        raise session.malformed(f"Unknown function: {call.name}", call.at)
    allowed = {Type.DATETIME} if call.name in _OF_MOMENTS else {Type.DATE, Type.DATETIME}
    if field.type not in allowed:
        raise session.invalid_field(
            f"{call.name} can not be used on field '{field.name}' of type {field.type}", call.at
        )
    type_ = Type.DATE if call.name == "DAY_ONLY" else Type.INT
    return Field(name=call.name, label=call.name, type=type_), Sql(template.format(sql.text), sql.bound)


def aggregate(session: Session, call: Call, field: Field, sql: Sql) -> tuple[Field, Sql]:
    """Return the SQL of an aggregate of a field, and a field that says its type."""
    if not _aggregatable(call.name, field):
        raise session.malformed(f"field {field.name} does not support aggregate operator {call.name}", call.at)
    found = Sql(_AGGREGATES[call.name].format(sql.text), sql.bound)
    if call.name in _COUNTS:
        return Field(name=call.name, label=call.name, type=Type.INT), found
    if call.name in ("MIN", "MAX"):
        return field, without_case(field, found)
    kind = Type.DOUBLE if field.type is Type.INT and call.name == "AVG" else field.type
    if call.name == "SUM":
        found = found.wrapped("ROUND(", f", {field.scale})")
    return Field(name=call.name, label=call.name, type=kind), found


def _aggregatable(name: str, field: Field) -> bool:
    if not field.filterable:
        return False
    if name in ("SUM", "AVG"):
        return field.type in NUMERIC
    return name in _COUNTS or field.type not in _UNORDERED

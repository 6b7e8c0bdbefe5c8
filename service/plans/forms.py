"""Forms: reading what a client sent into canonical values, field by field, with a fault for each that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from service.domain.checks import MOST_DIGITS, shown
from service.domain.faults import Fault
from service.domain.merging import Direction
from service.domain.values import Kind, NotCanonical, Row, Value, canonical
from service.mapping.model import FieldMapping, ObjectMapping

_UNTEXT = re.compile("[\x00\ud800-\udfff]")
_WANTED = {
    Kind.TEXT: "text",
    Kind.RICH_TEXT: "text",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date such as 2026-11-23",
    Kind.DATETIME: "a moment with its time zone, such as 2026-11-23T09:30:00Z",
    Kind.CHOICE: "one of the choices, as text",
    Kind.CHOICES: "a list of choices",
    Kind.REFERENCE: "the id of a record",
}
RULED = {
    "owner_id": "follows the allocated resource, else whoever makes the record; choose another resource",
    "template_version": "counts what was published; publish the template",
    "source_template_id": "tells what a record was cloned from; clone that template",
}
"""The columns that nobody enters, since rules set them (OB-59): whom they follow, and the way to change them."""


class _Unread(Exception):  # noqa: N818 - named for what became of the value
    """A value that its field does not take: what is wrong with it, for machines and for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def read(mapping: ObjectMapping, given: Mapping[str, Any], *, locked: Collection[str] = ()) -> tuple[Row, list[Fault]]:
    """Return the canonical values of what a client sent (JSON values by column), and what is wrong with the rest.

    `locked` are the columns that field-level security keeps this client from.
    """
    row: Row = {}
    faults = []
    for column, raw in given.items():
        try:
            row[column] = _value(_settable(mapping, column, locked), raw)
        except _Unread as unread:
            faults.append(Fault(field=column, code=unread.code, message=unread.message))
    return row, faults


def kept_from(column: str) -> str:
    """Say that field-level security keeps a client from setting a column."""
    way = "leave it out, or ask an administrator of the org for edit access to it"
    return f"The org's field-level security keeps you from setting {column}; {way}"


def _settable(mapping: ObjectMapping, column: str, locked: Collection[str]) -> FieldMapping:
    try:
        field = mapping.field(column)
    except KeyError:
        near = get_close_matches(column, [field.column for field in mapping.fields], n=1)
        way = f"did you mean {near[0]}?" if near else "leave it out"
        raise _Unread("unknown", f"{mapping.name} has no field {shown(column)}; {way}") from None
    if Direction.PULL in (field.direction, mapping.direction):
        raise _Unread("read_only", f"{column} is set in the CRM only; leave it out")
    if field.direction is Direction.PUSH:
        raise _Unread("read_only", f"{column} is computed; leave it out")
    if column in RULED:
        raise _Unread("read_only", f"{column} {RULED[column]}, or leave it out")
    if column in locked:
        raise _Unread("read_only", kept_from(column))
    return field


def _value(field: FieldMapping, raw: Any) -> Value:
    """Return one canonical value; _Unread says why there is none."""
    if raw is not None and not _ACCEPTS[field.kind](raw):
        raise _unreadable(field, raw)
    if field.kind is Kind.NUMBER:
        raw = _bounded(field, raw)
    if field.kind is Kind.REFERENCE and raw is not None:
        raw = raw.lower()
    try:
        value = canonical(field.kind, raw)
    except NotCanonical:
        raise _unreadable(field, raw) from None
    if field.length is not None and isinstance(value, str) and len(value) > field.length:
        message = f"{field.column} keeps {field.length} characters, and {shown(value)} has {len(value)}; shorten it"
        raise _Unread("too_long", message)
    return value


def _bounded(field: FieldMapping, raw: Any) -> Decimal | None:
    """Return a number that can be written out: an exponent may stand for millions of digits."""
    if raw is None or raw == "":
        return None
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        raise _unreadable(field, raw) from None
    if not number.is_finite():
        raise _unreadable(field, raw)
    if number and number.adjusted() >= MOST_DIGITS:
        message = f"{field.column} keeps {MOST_DIGITS} digits before the point, and {shown(raw)} has more"
        raise _Unread("out_of_range", f"{message}; choose another unit")
    most = field.scale or 0
    if number and (number.adjusted() < -most or len(format(number, "f").rstrip("0").partition(".")[2]) > most):
        raise _Unread("too_precise", f"{field.column} keeps {most} decimals, and {shown(raw)} has more; round it")
    return number


def _unreadable(field: FieldMapping, raw: Any) -> _Unread:
    return _Unread("unreadable", f"{field.column} takes {_WANTED[field.kind]}, not {shown(raw)}")


def _is_text(raw: Any) -> bool:
    # NUL and halves of surrogate pairs are text to JSON and to no database.
    return isinstance(raw, str) and not _UNTEXT.search(raw)


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float | Decimal | str) and not isinstance(raw, bool)


def _are_choices(raw: Any) -> bool:
    return _is_text(raw) or (isinstance(raw, list) and all(map(_is_text, raw)))


def _is_id(raw: Any) -> bool:
    try:
        return isinstance(raw, str) and (raw == "" or str(UUID(raw)) == raw.lower())
    except ValueError:
        return False


_ACCEPTS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: _is_text,
    Kind.RICH_TEXT: _is_text,
    Kind.NUMBER: _is_number,
    Kind.BOOLEAN: lambda raw: isinstance(raw, bool),
    Kind.DATE: _is_text,
    Kind.DATETIME: _is_text,
    Kind.CHOICE: _is_text,
    Kind.CHOICES: _are_choices,
    Kind.REFERENCE: _is_id,
}
"""What a JSON value must be before a field looks at what it says."""

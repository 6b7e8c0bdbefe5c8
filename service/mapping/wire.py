"""Between a row as the CRM sends it and canonical values by column; the hot path of every sync."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from service.domain.values import CANON, Kind, NotCanonical, Row, Value, at_scale
from service.errors import PlansyncError
from service.mapping.model import FieldMapping, ObjectMapping
from service.mapping.transforms import TRANSFORMS, their_kind

Read = Callable[[Any], Value]
Sent = str | Decimal | bool | None
Write = Callable[[Value], Sent]

# Mappings are compared by identity and live as long as the process: their plans are looked up, never built twice.
_plan = lru_cache(maxsize=1024)


class Unreadable(PlansyncError):  # noqa: N818 - named for what is wrong with the value
    """A value of the CRM that its field of the mapping cannot hold."""

    def __init__(self, mapping: ObjectMapping, field: FieldMapping, reason: NotCanonical) -> None:
        super().__init__(
            f"{mapping.sobject}.{field.crm}: {reason}; correct the value in the CRM or the kind of {field.column} "
            f"in the mapping of {mapping.name}"
        )
        self.column = field.column


def canonical_row(mapping: ObjectMapping, raw: Mapping[str, Any]) -> Row:
    """Return the canonical values of the mapped fields that a row of the CRM brings."""
    try:
        return {column: read(raw[crm]) for column, crm, read in _readers(mapping) if crm in raw}
    except NotCanonical as reason:
        raise Unreadable(mapping, _culprit(mapping, raw), reason) from None


def wire_row(mapping: ObjectMapping, values: Mapping[str, Value]) -> dict[str, Sent]:
    """Return what is sent for these columns, numbers as Decimals; references must hold CRM ids already."""
    writers = _writers(mapping)
    return {writers[column][0]: writers[column][1](value) for column, value in values.items()}


@_plan
def _readers(mapping: ObjectMapping) -> tuple[tuple[str, str, Read], ...]:
    return tuple((field.column, field.crm, _reader(field)) for field in mapping.fields)


@_plan
def _writers(mapping: ObjectMapping) -> Mapping[str, tuple[str, Write]]:
    return {field.column: (field.crm, _writer(field)) for field in mapping.fields}


def _reader(field: FieldMapping) -> Read:
    """Return the function that makes our canonical value of what the CRM sent."""
    canon, scale = CANON[their_kind(field.kind, field.transform)], field.scale
    if field.transform is None:
        return canon if scale is None else lambda raw: at_scale(canon(raw), scale)
    to_ours = TRANSFORMS[field.transform].to_ours
    return lambda raw: to_ours(canon(raw))


def _writer(field: FieldMapping) -> Write:
    write = _number if their_kind(field.kind, field.transform) is Kind.NUMBER else _as_it_is
    if field.transform is None:
        return write
    to_theirs = TRANSFORMS[field.transform].to_theirs
    return lambda value: write(to_theirs(value))


def _as_it_is(value: Value) -> Sent:
    return value


def _number(value: Value) -> Sent:
    return Decimal(value) if isinstance(value, str) else value


def _culprit(mapping: ObjectMapping, raw: Mapping[str, Any]) -> FieldMapping:
    return next(field for field in mapping.fields if field.crm in raw and _refuses(_reader(field), raw[field.crm]))


def _refuses(read: Read, raw: Any) -> bool:
    try:
        read(raw)
    except NotCanonical:
        return True
    return False

"""What a mapping file must mean, beyond its shape; each rule reads the part of the file that has its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.domain.merging import Direction, Policy
from service.domain.values import Kind, NotCanonical, canonical
from service.mapping.closed import Fault
from service.mapping.model import Operator
from service.mapping.transforms import TRANSFORMS, their_kind

Shape = Mapping[str, Any]
Columns = Mapping[str, Shape]

_RESERVED = {"id", "org_id", "extra"}
_TEXTS = {Kind.TEXT, Kind.RICH_TEXT}
_UNFILTERABLE = {Kind.RICH_TEXT, Kind.CHOICES}


def object_faults(shape: Shape) -> Iterator[Fault]:
    """Yield what is wrong with an object beside its fields."""
    yield from _direction_faults(shape)
    if shape.get("on_delete") == Policy.OURS and not sends(shape, "creates"):
        yield "on_delete", "'ours' would create the record again, which this mapping does not send; write theirs or ask"
    for place, condition in enumerate(shape.get("where", ())):
        yield from _condition_faults(f"where.{place}", condition, shape.get("columns"))


def _direction_faults(shape: Shape) -> Iterator[Fault]:
    direction = shape.get("direction")
    if direction == Direction.PUSH:
        yield "direction", "'push' is for fields; write both, and the direction beside each field"
    if direction == Direction.BOTH and "key" not in shape:
        yield "key", "is missing; name the external id field of ours, or write direction: pull"
    if direction == Direction.PULL:
        for key in ("creates", "deletes"):
            if shape.get(key):
                yield key, "nothing is sent for an object with direction: pull; leave it out"


def column_faults(columns: Columns, *, object_direction: str | None) -> Iterator[Fault]:
    """Yield what is wrong with the fields of an object, by `column.key`."""
    for column, field in columns.items():
        if column in _RESERVED:
            yield column, "is a column that every table has; choose another name"
        if object_direction == Direction.PULL and field.get("direction", Direction.PULL) != Direction.PULL:
            yield f"{column}.direction", f"{field['direction']!r} in an object with direction: pull; leave it out"
        for key, message in _field_faults(field):
            yield f"{column}.{key}", message
        if field.get("formula") and Direction.PULL not in (field.get("direction"), object_direction):
            yield f"{column}.formula", "the CRM computes it and nobody writes it; write direction: pull beside it"


def twice_mapped(columns: Columns, *, taken: Mapping[str, str] | None = None) -> Iterator[Fault]:
    """Yield the columns whose CRM field is mapped already; `taken` holds columns by CRM field."""
    first_of = {crm.casefold(): column for crm, column in (taken or {}).items()}
    for column, field in columns.items():
        if "crm" in field:
            first = first_of.setdefault(field["crm"].casefold(), column)
            if first != column:
                yield f"{column}.crm", f"{field['crm']!r} is the field of {first} already; map it once"


def _field_faults(field: Shape) -> Iterator[Fault]:
    kind = field.get("kind")
    if kind is None:
        return
    if kind == Kind.REFERENCE and "refers_to" not in field:
        yield "refers_to", "is missing; name the object that a reference points at"
    for key, kinds in (("refers_to", {Kind.REFERENCE}), ("length", _TEXTS), ("scale", {Kind.NUMBER})):
        if key in field and kind not in kinds:
            yield key, f"does not go with kind: {kind}; leave it out"
    transform = field.get("transform")
    if transform is not None and TRANSFORMS[transform].ours != kind:
        yield "transform", f"{transform!r} makes a {TRANSFORMS[transform].ours}, not a {kind}; change one of them"


def _condition_faults(place: str, condition: Shape, columns: Columns | None) -> Iterator[Fault]:
    if condition.get(Operator.NOT_NULL) is False:
        yield f"{place}.not_null", "False says nothing; write true"
    name = condition.get("field")
    if name is None or columns is None:
        return
    fields = [field for field in columns.values() if field.get("crm", name) == name]
    if not fields:
        yield f"{place}.field", f"{name!r} is not mapped; add it to the fields"
    elif {"crm", "kind"} <= fields[0].keys():
        yield from _value_faults(place, condition, condition_kind(fields[0]))


def _value_faults(place: str, condition: Shape, kind: Kind) -> Iterator[Fault]:
    if kind in _UNFILTERABLE:
        yield (
            f"{place}.field",
            f"{condition['field']!r} is of kind {kind}, which cannot be filtered; choose another field",
        )
        return
    for word in (Operator.EQUALS, Operator.NOT_EQUALS, Operator.IN):
        for value in condition_values(condition, word):
            if not _FITS.get(kind, _is_text)(value) or not _has_canon(kind, value):
                yield f"{place}.{word}", f"{value!r} is not a {kind}; write one (text in quotes)"


def condition_values(condition: Shape, word: Operator) -> list[Any]:
    """Return the values that a condition gives to one of its tests."""
    if word not in condition:
        return []
    return list(condition[word]) if word is Operator.IN else [condition[word]]


def condition_kind(field: Shape) -> Kind:
    """Return the kind of a field's value as the CRM holds it."""
    return their_kind(Kind(field["kind"]), field.get("transform"))


def sends(shape: Shape, what: str) -> bool:
    """Say whether creates or deletes are sent: what the file says, else yes unless the object is only pulled."""
    return bool(shape.get(what, shape.get("direction") != Direction.PULL))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _has_canon(kind: Kind, value: Any) -> bool:
    try:
        return canonical(kind, value) is not None
    except NotCanonical:
        return False

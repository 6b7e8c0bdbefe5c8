"""The shape of a mapping file: which keys there are and what each may hold; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema
from marshmallow.exceptions import SCHEMA

from service.domain.merging import Direction, Policy
from service.domain.values import Kind
from service.mapping.model import Operator
from service.mapping.transforms import TRANSFORMS

Fault = tuple[str, str]
"""The key path in a file and what is wrong there."""

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OUR_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EMPTY: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is missing; write it",
    "null": "is empty; give it a value or leave the key out",
}


class _Strict(fields.Field[Any]):
    """A value that fits or is refused with itself and the way out; nothing is guessed."""

    default_error_messages = _EMPTY

    def __init__(self, fits: Callable[[Any], bool], advice: str, **options: Any) -> None:
        super().__init__(**options)
        self.fits, self.advice = fits, advice

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not self.fits(value):
            raise ValidationError(f"{value!r} {self.advice}")
        return value


def _api_name(**options: Any) -> _Strict:
    advice = "is no API name; write it as the CRM does, letters, digits and _"
    return _Strict(lambda value: isinstance(value, str) and bool(_API_NAME.fullmatch(value)), advice, **options)


def _our_name(**options: Any) -> _Strict:
    advice = "is no name of ours; write small letters, digits and _"
    return _Strict(is_our_name, advice, **options)


def is_our_name(value: Any) -> bool:
    """Say whether a value can name a column, a table or an object of ours."""
    return isinstance(value, str) and bool(_OUR_NAME.fullmatch(value))


def _word(words: Iterable[str], **options: Any) -> _Strict:
    known = tuple(words)
    advice = f"is not known here; write one of {', '.join(known)}"
    return _Strict(lambda value: isinstance(value, str) and value in known, advice, **options)


def _flag() -> _Strict:
    return _Strict(lambda value: isinstance(value, bool), "is neither true nor false; write one of them")


def _count() -> _Strict:
    advice = "is not a whole number; write 0 or more"
    return _Strict(lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0, advice)


class _Table(fields.Field[Any]):
    """Things of one shape by their name."""

    default_error_messages = _EMPTY

    def __init__(self, shape: type[Schema], **options: Any) -> None:
        super().__init__(required=True, **options)
        self.name_field = _our_name()
        self.shape_field = fields.Nested(shape, error_messages=_EMPTY)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValidationError(f"{value!r} holds no names; write one below the other, each with its keys")
        valid: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, item in value.items():
            valid[str(name)], messages = self._read(name, item)
            if messages:
                errors[str(name)] = messages
        if errors:
            raise ValidationError(errors, valid_data=valid)
        return valid

    def _read(self, name: Any, item: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        valid, messages = _valid_part(self.shape_field.deserialize, item)
        _, name_messages = _valid_part(self.name_field.deserialize, name)
        faults = [*messages.get(SCHEMA, []), *name_messages.get(SCHEMA, [])]
        return valid, {**messages, SCHEMA: faults} if faults else messages


def _valid_part(load: Callable[[Any], Any], raw: Any) -> tuple[Any, dict[str, Any]]:
    """Return what can be read and the messages about the rest."""
    try:
        return load(raw), {}
    except ValidationError as error:
        messages = error.messages if isinstance(error.messages, dict) else {SCHEMA: error.messages}
        return error.valid_data if isinstance(error.valid_data, dict) else {}, messages


class _Closed(Schema):
    """A set of keys with no others beside them."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = sorted(field.data_key or name for name, field in self.load_fields.items())
        self.error_messages = {
            "type": "holds no keys; see mappings/README.md for the form",
            "unknown": f"is not a key; known here: {', '.join(known)}",
        }


class FieldShape(_Closed):
    """One field: a column and what stands on its right."""

    crm = _api_name(required=True)
    kind = _word(Kind, required=True)
    direction = _word(Direction)
    conflict = _word(Policy)
    refers_to = _our_name()
    required = _flag()
    length = _count()
    scale = _count()
    transform = _word(TRANSFORMS)
    formula = _flag()


def _is_filled_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


_NO_LIST = "is not a list; write one condition a line, each after a dash"


class ConditionShape(_Closed):
    """One test of the record filter."""

    field = _api_name(required=True)
    equals = fields.Raw(error_messages=_EMPTY)
    not_equals = fields.Raw(error_messages=_EMPTY)
    any_of = _Strict(_is_filled_list, "is not a list; write [one, two]", data_key="in", attribute="in")
    not_null = _flag()

    @validates_schema
    def has_one_test(self, condition: Mapping[str, Any], **_: Any) -> None:
        """Refuse a condition that tests nothing, or two things."""
        if len(condition.keys() & set(Operator)) != 1:
            raise ValidationError(f"needs exactly one of {', '.join(Operator)}")


class ObjectShape(_Closed):
    """One file of the folder: one object."""

    object = _api_name(required=True)
    table = _our_name()
    key = _api_name()
    direction = _word(Direction, load_default=Direction.BOTH)
    creates = _flag()
    deletes = _flag()
    on_delete = _word(Policy)
    where = fields.List(
        fields.Nested(ConditionShape), load_default=list, error_messages={**_EMPTY, "invalid": _NO_LIST}
    )
    columns = _Table(FieldShape, data_key="fields")


class ExtrasShape(_Closed):
    """What an org adds to one object."""

    columns = _Table(FieldShape, data_key="fields")


class OverlayShape(_Closed):
    """The small file of one org: its own fields, by object."""

    overlay = _Table(ExtrasShape)


def read_shape(shape: Schema, document: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the part of a document that has its shape, and what is wrong with the rest."""
    valid, messages = _valid_part(shape.load, document)
    return valid, list(_flatten(messages, ()))


def _flatten(messages: Any, path: tuple[str, ...]) -> Iterator[Fault]:
    if isinstance(messages, list):
        for message in messages:
            yield ".".join(path), message
        return
    for part, below in messages.items():
        # marshmallow files a fault of a whole object under "_schema": it stands for the object itself.
        yield from _flatten(below, path if part == SCHEMA else (*path, str(part)))

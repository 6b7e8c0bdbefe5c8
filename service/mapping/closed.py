"""Closed forms: keys that are known, values that fit, and every fault told at once with its way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.exceptions import SCHEMA

Fault = tuple[str, str]
"""The key path in a file and what is wrong there."""

_OUR_NAME = re.compile(r"[a-z][a-z0-9_]*")
EMPTY: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is missing; write it",
    "null": "is empty; give it a value or leave the key out",
}
"""What is said of a key that is missing or holds nothing."""


class Strict(fields.Field[Any]):
    """A value that fits or is refused with itself and the way out; nothing is guessed."""

    default_error_messages = EMPTY

    def __init__(self, fits: Callable[[Any], bool], advice: str, **options: Any) -> None:
        super().__init__(**options)
        self.fits, self.advice = fits, advice

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not self.fits(value):
            raise ValidationError(f"{value!r} {self.advice}")
        return value


def our_name(**options: Any) -> Strict:
    """Return a field that holds a name of ours."""
    advice = "is no name of ours; write small letters, digits and _"
    return Strict(is_our_name, advice, **options)


def is_our_name(value: Any) -> bool:
    """Say whether a value can name a column, a table or an object of ours."""
    return isinstance(value, str) and bool(_OUR_NAME.fullmatch(value))


def word(words: Iterable[str], **options: Any) -> Strict:
    """Return a field that holds one of a few words."""
    known = tuple(words)
    advice = f"is not known here; write one of {', '.join(known)}"
    return Strict(lambda value: isinstance(value, str) and value in known, advice, **options)


def flag() -> Strict:
    """Return a field that is true or false."""
    return Strict(lambda value: isinstance(value, bool), "is neither true nor false; write one of them")


def count() -> Strict:
    """Return a field that counts."""
    advice = "is not a whole number; write 0 or more"
    return Strict(lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0, advice)


class Table(fields.Field[Any]):
    """Things of one shape by their name."""

    default_error_messages = EMPTY

    def __init__(self, shape: type[Schema], **options: Any) -> None:
        super().__init__(**{"required": True, **options})
        self.name_field = our_name()
        self.shape_field = fields.Nested(shape, error_messages=EMPTY)

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


class Closed(Schema):
    """A set of keys with no others beside them; `guide` names the page that documents them."""

    guide: ClassVar[str] = "mappings/README.md"

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = sorted(field.data_key or name for name, field in self.load_fields.items())
        self.error_messages = {
            "type": f"holds no keys; see {self.guide} for the form",
            "unknown": f"is not a key; known here: {', '.join(known)}",
        }


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

"""What a template's file may hold in each of its keys, each refused with the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from service.domain.checks import shown
from service.mapping.closed import EMPTY, Strict, is_our_name
from service.mapping.model import ObjectMapping
from service.plans import forms

FARTHEST = 36_500
"""As many days may lie between the anchor and a date."""

_ROLE_LENGTH = 80
Rule = tuple[Callable[[Any], bool], str]
"""What fits, and what is said of what does not."""


class ColumnValue(fields.Field[Any]):
    """A value of a mapped field, in canonical form."""

    default_error_messages = EMPTY

    def __init__(self, mapping: ObjectMapping, column: str) -> None:
        super().__init__(required=mapping.field(column).required)
        self.mapping, self.column = mapping, column

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        row, faults = forms.read(self.mapping, {self.column: value})
        if faults:
            raise ValidationError([fault.message for fault in faults])
        if row[self.column] is None:
            raise ValidationError(str(EMPTY["null"]))
        return row[self.column]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= FARTHEST


def day() -> Strict:
    """Return a field that holds days from the anchor."""
    return Strict(_whole, "is no number of days; write +4 for the fourth day after the anchor")


def length() -> Strict:
    """Return a field that holds the days from start to end."""
    return Strict(lambda value: _whole(value) and value >= 0, "is no number of days; write 0 or more")


def anchor() -> Strict:
    """Return a field that holds the day from which the others count."""
    return Strict(_is_day, "is no day; write it like 2026-01-05")


def _is_day(value: Any) -> bool:
    try:
        return date(1900, 1, 1) <= date.fromisoformat(value) < date(2900, 1, 1)
    except (TypeError, ValueError):
        return False


class Pairs(fields.Field[Any]):
    """Names, each with a value or with nothing."""

    default_error_messages = EMPTY

    def __init__(self, name: Rule, value: Rule) -> None:
        super().__init__()
        self.name_rule, self.value_rule = name, value

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValidationError(f"{shown(value)} holds no names; write one below the other, each with a colon")
        faults = {str(name): found for name, given in value.items() if (found := self._faults(name, given))}
        if faults:
            raise ValidationError(faults)
        return value

    def _faults(self, name: Any, given: Any) -> list[str]:
        checks = [(name, self.name_rule), *([] if given is None else [(given, self.value_rule)])]
        return [f"{shown(what)} {advice}" for what, (fits, advice) in checks if not fits(what)]


TASK_KEY: Rule = (is_our_name, "is no key of a task; write small letters, digits and _")
LAG: Rule = (lambda value: _whole(value) and value >= 0, "is no number of days; write 0 or more, or nothing")
PERSON: Rule = (_is_text, "names nobody; write an e-mail address or a name")
ROLE: Rule = (
    lambda value: _is_text(value) and len(value) <= _ROLE_LENGTH,
    f"is no role; write up to {_ROLE_LENGTH} characters, or nothing",
)

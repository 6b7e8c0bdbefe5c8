"""The record filter of a mapping: in Python on fetched rows, and in SOQL where rows are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from service.domain.values import CANON, Kind, Value
from service.mapping.model import Condition, ObjectMapping, Operator

Test = Callable[[Value], bool]

_BARE = {Kind.NUMBER, Kind.DATE, Kind.DATETIME}
"""The kinds whose canonical text is a SOQL literal as it stands."""


def matches(mapping: ObjectMapping, raw: Mapping[str, Any]) -> bool:
    """Say whether a row of the CRM passes the mapping's filter."""
    return all(test(read(raw.get(crm))) for crm, read, test in _tests(mapping))


def where_soql(mapping: ObjectMapping, *, quote: Callable[[str], str]) -> str:
    """Return the filter as a SOQL condition ('' for none); `quote` turns text into a SOQL string literal."""
    return " AND ".join(_soql(condition, quote) for condition in mapping.filter)


@lru_cache(maxsize=1024)
def _tests(mapping: ObjectMapping) -> tuple[tuple[str, Callable[[Any], Value], Test], ...]:
    return tuple((condition.crm, CANON[condition.kind], _test(condition)) for condition in mapping.filter)


def _test(condition: Condition) -> Test:
    if condition.operator is Operator.NOT_NULL:
        return lambda value: value is not None
    wanted = {_folded(value) for value in condition.values}
    if condition.operator is Operator.NOT_EQUALS:
        return lambda value: _folded(value) not in wanted
    return lambda value: _folded(value) in wanted


def _folded(value: Value) -> Value:
    # SOQL compares text without regard to case; a filter must not mean two things.
    return value.casefold() if isinstance(value, str) else value


def _soql(condition: Condition, quote: Callable[[str], str]) -> str:
    if condition.operator is Operator.NOT_NULL:
        return f"{condition.crm} != null"
    literals = [_literal(condition.kind, value, quote) for value in condition.values]
    if condition.operator is Operator.IN:
        return f"{condition.crm} IN ({', '.join(literals)})"
    sign = "=" if condition.operator is Operator.EQUALS else "!="
    return f"{condition.crm} {sign} {literals[0]}"


def _literal(kind: Kind, value: str | bool, quote: Callable[[str], str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if kind in _BARE else quote(value)

"""The tree of a SOQL query as frozen values; `at` is a position in its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Sort(StrEnum):
    """Sorts of literals."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    DATE = "date"
    DATETIME = "dateTime"
    RANGE = "date literal"


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps over parents: `Account.Owner.Name`."""

    parts: tuple[str, ...]
    at: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a field: `COUNT(Id)`, `CALENDAR_YEAR(CloseDate)`; COUNT() has no field."""

    name: str
    """In upper case."""
    path: Path | None
    at: int


Expression = Path | Call


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written; of a string, the text between the quotes with its escapes."""

    sort: Sort
    value: str | float | bool | date | datetime | Range | None
    at: int


@dataclass(frozen=True, slots=True)
class Range:
    """A date literal: `TODAY`, `LAST_N_DAYS:7`."""

    name: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one value: =, !=, <, <=, >, >=, LIKE."""

    left: Expression
    operator: str
    right: Literal


@dataclass(frozen=True, slots=True)
class Membership:
    """A field against several values: IN, NOT IN, INCLUDES, EXCLUDES."""

    left: Expression
    operator: str
    right: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """A semi-join or anti-join: `Id [NOT] IN (SELECT ...)`."""

    left: Expression
    negated: bool
    right: Query


@dataclass(frozen=True, slots=True)
class Both:
    """Conditions that all must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Conditions of which one must hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """A condition that must not hold."""

    part: Condition


Condition = Comparison | Membership | Join | Both | Either | Negation


@dataclass(frozen=True, slots=True)
class Item:
    """One expression of the select list."""

    expression: Expression
    alias: str | None


@dataclass(frozen=True, slots=True)
class Fields:
    """FIELDS(ALL), FIELDS(CUSTOM) or FIELDS(STANDARD)."""

    group: str
    at: int


@dataclass(frozen=True, slots=True)
class Ordering:
    """One expression of ORDER BY."""

    expression: Expression
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query or subquery."""

    items: tuple[Item | Fields | Query, ...]
    source: Path
    alias: str | None
    where: Condition | None
    groups: tuple[Expression, ...]
    having: Condition | None
    orders: tuple[Ordering, ...]
    limit: int | None
    offset: int | None
    at: int

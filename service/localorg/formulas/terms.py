"""Compiled parts of a formula: what kind of value a part gives and how to compute it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from service.localorg.formulas.errors import FormulaError
from service.localorg.schema.model import NUMERIC, Type

Value = str | float | bool | date | datetime | None


class Kind(StrEnum):
    """Kinds of values in formulas, by the names that Salesforce's messages use."""

    TEXT = "Text"
    NUMBER = "Number"
    BOOLEAN = "Boolean"
    DATE = "Date"
    DATETIME = "DateTime"
    PICKLIST = "Picklist"
    MULTIPICKLIST = "Multipicklist"
    NULL = "Null"


Kinds = tuple[Kind, ...]

_KINDS = {
    Type.BOOLEAN: Kind.BOOLEAN,
    Type.DATE: Kind.DATE,
    Type.DATETIME: Kind.DATETIME,
    Type.PICKLIST: Kind.PICKLIST,
    Type.MULTIPICKLIST: Kind.MULTIPICKLIST,
}


@dataclass(frozen=True, slots=True)
class Context:
    """The moment, time zone and save that a formula is evaluated in."""

    now: datetime
    time_zone: str
    is_new: bool = False
    prior: Callable[[str], Value] | None = None
    permission: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One evaluation: the record's reader and the context."""

    read: Callable[[str], Value]
    context: Context


Run = Callable[[Scope], Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A compiled part; `path` is set where it is a field itself."""

    kind: Kind
    run: Run
    path: str | None = None


def kind_of(type_: Type) -> Kind:
    """Return the kind of value that a field of this type has in formulas."""
    return Kind.NUMBER if type_ in NUMERIC else _KINDS.get(type_, Kind.TEXT)


def demand(term: Term, kinds: Kinds, where: str) -> None:
    """Refuse a part of a wrong kind, in Salesforce's words; NULL goes everywhere."""
    if term.kind is Kind.NULL or term.kind in kinds:
        return
    if term.kind in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        field = term.path or "value"
        raise FormulaError(
            field, f"Field {field} is a picklist field. Picklist fields are only supported in certain functions."
        )
    expected = ", ".join(kinds)
    raise FormulaError(where, f"Incorrect parameter type for {where}. Expected {expected}, received {term.kind}")


def common(terms: list[Term], where: str) -> Kind:
    """Return the one kind that several parts share."""
    kind = next((t.kind for t in terms if t.kind is not Kind.NULL), Kind.NULL)
    for term in terms:
        demand(term, (kind,), where)
    return kind

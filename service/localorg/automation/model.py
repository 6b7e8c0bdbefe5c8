"""What a customer's flow or trigger does, as values; what it computes is written as a formula of the org."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    """Before the row is checked and written, or after, within the same transaction."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Set a field of the record: `UPPER(Name)`, or `"mine"` for always the same."""

    field: str
    formula: str


@dataclass(frozen=True, slots=True)
class TouchParent:
    """Set a field of the record that a lookup points at; the formula reads the record that is saved."""

    lookup: str
    field: str
    formula: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse a record that meets a condition: by `addError`, which stops it alone, or by an exception, which nobody
    catches and which takes along all rows that were saved with it."""

    condition: str
    message: str
    field: str | None = None
    throws: bool = False


Action = Rewrite | TouchParent | Reject


@dataclass(frozen=True, slots=True)
class Automation:
    """Do something whenever a record of an object is created or changed."""

    sobject: str
    when: When
    action: Action

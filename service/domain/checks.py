"""Checks that several nouns share: what is required, what may be chosen, ranges, decimals and dates."""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal

from service.domain.faults import Fault
from service.domain.values import Row, Value

Choices = Mapping[str, Set[str]]
"""What may be chosen, by column; a column that is not named takes anything."""

SHOWN = 40
"""Characters of a value that a message repeats."""
MOST_DIGITS = 14
"""Digits before the point: the package's numbers have 18, 4 of them behind it."""


def shown(value: object) -> str:
    """Return a value as a message repeats it: quoted, cut when it is long, and printable anywhere."""
    text = str(value).encode(errors="replace").decode()
    return f"'{text[:SHOWN]}...'" if len(text) > SHOWN else f"'{text}'"


def required(row: Row, **ways_out: str) -> list[Fault]:
    """Name the columns that are empty, each with its way out."""
    return [
        Fault(field=column, code="required", message=way) for column, way in ways_out.items() if not row.get(column)
    ]


def chosen(row: Row, choices: Choices) -> list[Fault]:
    """Name what was chosen and is no choice; of a multi-select every value counts."""
    return [
        Fault(
            field=column,
            code="not_a_choice",
            message=f"{shown(value)} is no choice of {column}; choose from {', '.join(sorted(allowed))}",
        )
        for column, allowed in choices.items()
        for value in _values(row.get(column))
        if value not in allowed
    ]


def whole_within(row: Row, column: str, least: int, most: int) -> list[Fault]:
    """Refuse a number that is not a whole one in its range."""
    number = decimal(row.get(column))
    if number is None or (number == number.to_integral_value() and least <= number <= most):
        return []
    message = f"{column} goes from {least} to {most} in whole numbers, not {shown(row[column])}"
    return [Fault(field=column, code="out_of_range", message=f"{message}; enter one of them or leave it empty")]


def not_negative(row: Row, column: str) -> list[Fault]:
    """Refuse a number below zero."""
    number = decimal(row.get(column))
    if number is None or number >= 0:
        return []
    message = f"{column} cannot be negative, as {shown(row[column])} is; enter 0 or more, or leave it empty"
    return [Fault(field=column, code="out_of_range", message=message)]


def precise(row: Row, *columns: str, decimals: int = 4) -> list[Fault]:
    """Refuse numbers with more digits than a field keeps."""
    return [fault for column in columns for fault in _precise(column, row.get(column), decimals)]


def in_order(row: Row, start: str = "start_date", end: str = "end_date") -> list[Fault]:
    """Refuse an end before its start."""
    first, last = row.get(start), row.get(end)
    # Canonical dates sort as text.
    if not first or not last or str(first) <= str(last):
        return []
    message = f"{end} {last} lies before {start} {first}; choose a later end or an earlier start"
    return [Fault(field=end, code="before_start", message=message)]


def decimal(value: Value) -> Decimal | None:
    """Return a canonical number as a Decimal."""
    return Decimal(value) if isinstance(value, str) else None


def _values(value: Value) -> list[str]:
    return value.split(";") if isinstance(value, str) else []


def _precise(column: str, value: Value, decimals: int) -> list[Fault]:
    whole, _, behind = str(value or "").lstrip("-").partition(".")
    if len(behind) > decimals:
        message = f"{column} keeps {decimals} decimals, and {shown(value)} has {len(behind)}; round it"
        return [Fault(field=column, code="too_precise", message=message)]
    if len(whole) > MOST_DIGITS:
        message = (
            f"{column} keeps {MOST_DIGITS} digits before the point, and {shown(value)} has more; choose another unit"
        )
        return [Fault(field=column, code="out_of_range", message=message)]
    return []

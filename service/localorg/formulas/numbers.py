"""Number functions, over decimals: rounding is half away from zero, as Salesforce rounds."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

_ONE = Decimal(1)


def rounded(number: Decimal, places: Decimal) -> Decimal:
    """Round half away from zero; negative places round to tens."""
    return number.quantize(_ONE.scaleb(-int(places)), ROUND_HALF_UP) + 0


def floor(number: Decimal) -> Decimal:
    """Round down, towards zero where negative (so FLOOR does; MFLOOR does not)."""
    return number.quantize(_ONE, ROUND_DOWN)


def ceiling(number: Decimal) -> Decimal:
    """Round up, away from zero where negative (so CEILING does; MCEILING does not)."""
    return number.quantize(_ONE, ROUND_UP)


def mathematical_floor(number: Decimal) -> Decimal:
    """Round towards negative infinity."""
    return number.quantize(_ONE, ROUND_FLOOR)


def mathematical_ceiling(number: Decimal) -> Decimal:
    """Round towards positive infinity."""
    return number.quantize(_ONE, ROUND_CEILING)


def as_text(number: Decimal) -> str:
    """Write a number without exponent and trailing zeros."""
    return format(number.normalize() + 0, "f")

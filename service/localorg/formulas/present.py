"""What a formula field shows: its formula's value, brought to the field's type."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from service.localorg.formulas.terms import Context, Value
from service.localorg.schema.model import NUMERIC, Field, Type

_LONGEST = 1_300


def computed(field: Field, read: Callable[[str], Value], context: Context) -> Value:
    """Evaluate a formula field: numbers rounded to its scale, percents as 40.0, checkboxes never null."""
    if field.formula is None:
        raise ValueError(f"{field.name} is not a formula field")
    value = field.formula.evaluate(read, context)
    if field.type is Type.BOOLEAN:
        return bool(value)
    if isinstance(value, float) and field.type in NUMERIC:
        return _scaled(field, value)
    return value[:_LONGEST] if isinstance(value, str) else value


def _scaled(field: Field, value: float) -> float:
    number = Decimal(str(value)) * (100 if field.type is Type.PERCENT else 1)
    return float(number.quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP))

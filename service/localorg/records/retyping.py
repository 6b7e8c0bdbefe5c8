"""What becomes of a field's values when its type changes, and which changes no org makes."""

from __future__ import annotations

from typing import Any

from service.localorg.records.values import round_half_up, to_csv
from service.localorg.schema.model import NUMERIC, Field, Type

_MOMENTS = frozenset({Type.DATE, Type.DATETIME})
_FROM_LONG_TEXT = frozenset({Type.EMAIL, Type.PHONE, Type.STRING, Type.TEXTAREA, Type.URL})
_WHOLE_TEXT = 255


def conversion_refusal(old: Field, new: Field) -> str | None:
    """Return why an org does not turn one field into the other, or None."""
    if bool(old.formula) != bool(new.formula):
        way = "to a Formula from something else" if new.formula else "from a Formula to something else"
        return f"Cannot update a field {way}"
    if bool(old.reference) != bool(new.reference):
        return f"Cannot change which type of field this is: {old.type} to {new.type}"
    if old.reference and new.reference and old.reference.to != new.reference.to:
        return "Cannot change the object that a relationship field refers to"
    if old.html != new.html and not _is_long_text(new if old.html else old):
        return "A rich text area can only be converted to a long text area"
    return None


def reshaped(old: Field, new: Field) -> bool:
    """Say whether stored values have to be looked at when a field becomes the other."""
    if old.type != new.type or old.case_sensitive != new.case_sensitive or old.auto_number != new.auto_number:
        return True
    return new.length < old.length or new.scale < old.scale


def carried(old: Field, new: Field, stored: Any) -> Any:
    """Return the value that a record keeps, None where the conversion loses it."""
    if new.type is Type.BOOLEAN:
        return stored if old.type is Type.BOOLEAN else 0
    if stored is None or _lost(old, new):
        return None
    if new.type in NUMERIC:
        return round_half_up(float(stored), new.scale)
    if old.type in NUMERIC:
        return to_csv(old, stored)[: new.length]
    if new.picklist and stored not in dict(new.picklist.values):
        return None if old.type is not new.type else stored
    return stored[: new.length] if new.length else stored


def _lost(old: Field, new: Field) -> bool:
    """Say whether Salesforce's list of conversions with data loss has this one."""
    if old.type is new.type:
        return bool(old.auto_number) and not new.auto_number
    if _MOMENTS & {old.type, new.type} or Type.BOOLEAN is old.type:
        return True
    if old.auto_number or Type.MULTIPICKLIST is old.type:
        return True
    if new.type in NUMERIC:
        return old.type not in NUMERIC
    if new.type is Type.MULTIPICKLIST:
        return old.type is not Type.PICKLIST
    return _is_long_text(old) and new.type not in _FROM_LONG_TEXT


def _is_long_text(field: Field) -> bool:
    return field.type is Type.TEXTAREA and field.length > _WHOLE_TEXT

"""Values on their way in and out: JSON to stored, stored to JSON, CSV and Python."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.ids import parse_id
from service.localorg.schema.model import NUMERIC, Field, Type

Stored = str | float | int | None
Python = str | float | bool | date | datetime | None

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ZONE_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})$")
_DAY = len("2026-01-31")
_FIRST_YEAR, _LAST_YEAR = 1700, 4000


def to_stored(field: Field, value: Any) -> Stored:
    """Check a JSON value against its field and return what the column holds."""
    if isinstance(value, str):
        value = value.strip() or None
    if value is None:
        _check_null(field)
        return None
    return _TO_STORED[field.type](field, value)


def to_json(field: Field, stored: Any) -> Any:
    """Return a stored value as the REST API writes it."""
    if field.type is Type.BOOLEAN:
        return bool(stored)
    if stored is None:
        return None
    if field.type is Type.DATETIME:
        return str(stored)[:-1] + "+0000"
    if field.type in NUMERIC:
        return int(stored) if field.type is Type.INT else float(stored)
    return json.loads(stored) if field.type is Type.COMPLEX else str(stored)


def to_csv(field: Field, stored: Any) -> str:
    """Return a stored value as the Bulk API writes it."""
    if field.type is Type.BOOLEAN:
        return "true" if stored else "false"
    if stored is None:
        return ""
    if field.type in NUMERIC:
        return str(int(stored)) if field.type is Type.INT else _plain(float(stored))
    return str(stored)


def to_python(field: Field, stored: Any) -> Python:
    """Return a stored value as formulas calculate with it."""
    if field.type is Type.BOOLEAN:
        return bool(stored)
    if stored is None:
        return None
    if field.type in NUMERIC:
        return float(stored)
    if field.type is Type.DATE:
        return date.fromisoformat(stored)
    if field.type is Type.DATETIME:
        return datetime.fromisoformat(stored)
    return str(stored)


def from_python(field: Field, value: Python) -> Stored:
    """Return what a formula calculated as a column would hold it; percents are ratios in formulas."""
    if value is None:
        return 0 if field.type is Type.BOOLEAN else None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value or None
    # In decimals: as a float, 0.57005 * 100 lies just below 57.005.
    exact = Decimal(repr(value)) * (100 if field.type is Type.PERCENT else 1)
    return round_half_up(exact, field.scale)


def stamp(moment: datetime) -> str:
    """Write a moment the way datetime columns hold it, which sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def round_half_up(number: float | Decimal, scale: int) -> float:
    """Round to a number of decimals, halves away from zero, on the decimal digits as written."""
    exact = Decimal(str(number)).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    return float(exact) + 0.0


def _plain(number: float) -> str:
    text = format(Decimal(repr(number)), "f")
    return text if "." in text else text + ".0"


def _check_null(field: Field) -> None:
    if field.type is Type.BOOLEAN:
        raise Refusal(
            "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: null", fields=(field.name,)
        )


def _parser_error(kind: str, value: Any) -> Refusal:
    token, shown = {
        bool: ("VALUE_TRUE" if value is True else "VALUE_FALSE", str(value).lower()),
        int: ("VALUE_NUMBER_INT", str(value)),
        float: ("VALUE_NUMBER_FLOAT", str(value)),
        list: ("START_ARRAY", "["),
        dict: ("START_OBJECT", "{"),
    }.get(type(value), ("VALUE_STRING", str(value)))
    return Refusal(
        "JSON_PARSER_ERROR",
        f"Cannot deserialize instance of {kind} from {token} value {shown}"
        " or request may be missing a required field at [line:1, column:1]",
    )


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _parser_error("string", value)
    if len(value) > field.length:
        raise Refusal(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            fields=(field.name,),
        )
    return value


def _email(field: Field, value: Any) -> str:
    text = _text(field, value)
    if not _EMAIL.fullmatch(text):
        raise Refusal("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", fields=(field.name,))
    return text


def _boolean(field: Field, value: Any) -> int:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return int(value.lower() == "true")
    if not isinstance(value, bool):
        raise _parser_error("boolean", value)
    return int(value)


def _number(field: Field, value: Any) -> float:
    kind = "int" if field.type is Type.INT else "double"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _parser_error(kind, value)
    try:
        exact = Decimal(str(value))
        rounded = exact.quantize(Decimal(1).scaleb(-field.scale), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise _parser_error(kind, value) from None
    if abs(rounded) >= 10 ** (field.precision - field.scale):
        raise Refusal(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            fields=(field.name,),
        )
    return float(rounded) + 0.0


def _date(_field: Field, value: Any) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value[:_DAY]):
        try:
            day = date.fromisoformat(value) if len(value) == _DAY else _moment(value).date()
        except ValueError:
            raise _parser_error("date", value) from None
        if _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return day.isoformat()
    raise _parser_error("date", value)


def _datetime(_field: Field, value: Any) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value[:_DAY]):
        try:
            moment = _moment(value)
        except ValueError:
            raise _parser_error("datetime", value) from None
        if _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return stamp(moment.replace(microsecond=0))
    raise _parser_error("datetime", value)


def _moment(text: str) -> datetime:
    """Read an ISO moment; a day alone is its midnight in UTC, a time without zone is refused."""
    if len(text) == _DAY:
        text += "T00:00:00Z"
    moment = datetime.fromisoformat(_ZONE_WITHOUT_COLON.sub(r"\1:\2", text))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _choice(field: Field, value: Any) -> str:
    text = _text(field, value)
    if field.picklist and field.picklist.restricted and all(text != name for name, _ in field.picklist.values):
        raise _bad_choice(field, text)
    return text


def _choices(field: Field, value: Any) -> str | None:
    if not isinstance(value, str):
        raise _parser_error("string", value)
    given = list(dict.fromkeys(part.strip() for part in value.split(";") if part.strip()))
    order = {name: at for at, (name, _) in enumerate(field.picklist.values if field.picklist else ())}
    unknown = [name for name in given if name not in order]
    if unknown and field.picklist and field.picklist.restricted:
        raise _bad_choice(field, unknown[0])
    return ";".join(sorted(given, key=lambda name: order.get(name, len(order)))) or None


def _bad_choice(field: Field, value: str) -> Refusal:
    return Refusal(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        f"{field.label}: bad value for restricted picklist field: {value}",
        fields=(field.name,),
    )


def _record_id(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise _parser_error("string", value)
    found = parse_id(value)
    if found is None:
        raise Refusal("MALFORMED_ID", f"{field.label}: id value of incorrect type: {value}", fields=(field.name,))
    return found


_TO_STORED: dict[Type, Callable[[Field, Any], Stored]] = {
    Type.ID: _record_id,
    Type.REFERENCE: _record_id,
    Type.STRING: _text,
    Type.TEXTAREA: _text,
    Type.PHONE: _text,
    Type.URL: _text,
    Type.BASE64: _text,
    Type.EMAIL: _email,
    Type.BOOLEAN: _boolean,
    Type.PICKLIST: _choice,
    Type.MULTIPICKLIST: _choices,
    Type.DATE: _date,
    Type.DATETIME: _datetime,
} | dict.fromkeys(NUMERIC, _number)

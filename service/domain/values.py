"""Canonical values: one form for what both sides hold, so that equal means equal (P12).

A canonical value is text, a boolean or None. Numbers and dates are canonical text, so a base
can live in JSON and be compared without losing a digit.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Value = str | bool | None
Row = dict[str, Value]
"""Canonical values by column; references hold our id."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class Kind(StrEnum):
    """What a field holds, seen from both sides."""

    TEXT = "text"
    RICH_TEXT = "rich_text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"


class NotCanonical(ValueError):  # noqa: N818 - named for what is wrong with the value
    """A value that its kind cannot hold; the message names both."""

    def __init__(self, kind: Kind, raw: object) -> None:
        super().__init__(f"{raw!r} is not a {kind.value}")
        self.kind, self.raw = kind, raw


def canonical(kind: Kind, raw: Any) -> Value:
    """Return the canonical form of a value of either side; NotCanonical when it has none."""
    return CANON[kind](raw)


def _text(raw: Any) -> Value:
    # Salesforce trims text and stores '' as null; PostgreSQL cannot hold NUL.
    return (str(raw).replace("\x00", "").strip() or None) if raw is not None else None


def _number(raw: Any) -> Value:
    if raw is None or raw == "":
        return None
    try:
        number = raw if isinstance(raw, Decimal) else Decimal(str(raw))
    except InvalidOperation:
        raise NotCanonical(Kind.NUMBER, raw) from None
    if not number.is_finite():
        raise NotCanonical(Kind.NUMBER, raw)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def at_scale(value: Value, scale: int) -> Value:
    """Return a canonical number with no more decimals than a field keeps, rounded half up as the CRM rounds."""
    if not isinstance(value, str) or len(value.partition(".")[2]) <= scale:
        return value
    return _number(Decimal(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))


def _boolean(raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    if raw in (None, "", "false", "False"):
        return False
    if raw in ("true", "True"):
        return True
    raise NotCanonical(Kind.BOOLEAN, raw)


def _date(raw: Any) -> Value:
    if raw is None or raw == "":
        return None
    try:
        # A datetime is a date, too: it must not slip through as one.
        day = raw if isinstance(raw, date) and not isinstance(raw, datetime) else date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise NotCanonical(Kind.DATE, raw) from None
    return day.isoformat()


def _datetime(raw: Any) -> Value:
    if raw is None or raw == "":
        return None
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
        if moment.tzinfo is None:
            raise NotCanonical(Kind.DATETIME, raw)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError, OverflowError):
        raise NotCanonical(Kind.DATETIME, raw) from None


def _choices(raw: Any) -> Value:
    try:
        text = raw if isinstance(raw, str) else ";".join(raw or ())
    except TypeError:
        raise NotCanonical(Kind.CHOICES, raw) from None
    chosen = {part.strip() for part in text.split(";")} - {""}
    return ";".join(sorted(chosen)) or None


def _reference(raw: Any) -> Value:
    return to_18(str(raw)) if raw else None


CANON: dict[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: _text,
    Kind.RICH_TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.CHOICE: _text,
    Kind.CHOICES: _choices,
    Kind.REFERENCE: _reference,
}
"""The canonical form by kind: look a function up once and call it for many rows."""


def to_18(crm_id: str) -> str:
    """Return the case-safe 18-character form of a record id (anything else is returned as it is)."""
    if len(crm_id) != 15:  # noqa: PLR2004 - the length of a case-sensitive id
        return crm_id
    chunks = (crm_id[i : i + 5] for i in (0, 5, 10))
    return crm_id + "".join(_ALPHABET[sum(1 << i for i, c in enumerate(chunk) if c.isupper())] for chunk in chunks)

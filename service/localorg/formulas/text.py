"""Text functions, over text that is never None."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from service.localorg.formulas.errors import NoResult

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT_ID = 15


def value(text: str) -> Decimal | None:
    """Read a number; blank text is a blank number."""
    if not text.strip():
        return None
    if not is_number(text):
        raise NoResult(text)
    return Decimal(text.strip())


def is_number(text: str) -> bool:
    """Say whether a text reads as a number."""
    try:
        return Decimal(text.strip()).is_finite()
    except InvalidOperation:
        return False


def left(text: str, count: Decimal) -> str:
    """Return the first characters."""
    return text[: max(int(count), 0)]


def right(text: str, count: Decimal) -> str:
    """Return the last characters."""
    return text[-int(count) :] if count >= 1 else ""


def mid(text: str, start: Decimal, count: Decimal) -> str:
    """Return characters from a position that counts from one."""
    begin = max(int(start), 1) - 1
    return text[begin : begin + max(int(count), 0)]


def find(wanted: str, text: str, start: Decimal = Decimal(1)) -> Decimal:
    """Return the position of a text, counted from one, or zero."""
    return Decimal(text.find(wanted, max(int(start), 1) - 1) + 1)


def pad_left(text: str, width: Decimal, filler: str = " ") -> str:
    """Fill up on the left; cut what is too long."""
    missing = int(width) - len(text)
    return _filling(filler, missing) + text if missing > 0 else left(text, width)


def pad_right(text: str, width: Decimal, filler: str = " ") -> str:
    """Fill up on the right; cut what is too long."""
    missing = int(width) - len(text)
    return text + _filling(filler, missing) if missing > 0 else left(text, width)


def matches(text: str, pattern: str) -> bool:
    """Say whether the whole text matches a regular expression."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error as error:
        raise NoResult(pattern) from error


def case_safe_id(short: str) -> str:
    """Return the 18-character form of a 15-character id."""
    if len(short) != _SHORT_ID:
        return short
    chunks = (short[at : at + 5] for at in range(0, _SHORT_ID, 5))
    return short + "".join(
        _CHECKSUM[sum(c.isascii() and c.isupper() and 1 << i for i, c in enumerate(k))] for k in chunks
    )


def _filling(filler: str, length: int) -> str:
    return (filler * length)[:length]

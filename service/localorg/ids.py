"""Record ids: 15 case-sensitive characters, and the three that make them safe where case is lost."""

from __future__ import annotations

import re
import string
from functools import lru_cache

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SUFFIX = string.ascii_uppercase + "012345"
_POD = "Ls0"
_SHORT = 15
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def make_id(prefix: str, number: int) -> str:
    """Return the 18-character id of the n-th record with a key prefix."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return to_18(f"{prefix}{_POD}{digits:0>9}")


def to_18(short: str) -> str:
    """Append the three characters that encode which of the fifteen are upper case."""
    return short + _suffix(short[:5]) + _suffix(short[5:10]) + _suffix(short[10:])


@lru_cache
def _suffix(five: str) -> str:
    return _SUFFIX[sum(1 << at for at, letter in enumerate(five) if "A" <= letter <= "Z")]


def parse_id(text: str) -> str | None:
    """Return the 18-character form of a well-formed id of either length, else None."""
    if not _SHAPE.fullmatch(text):
        return None
    full = to_18(text[:_SHORT])
    return full if len(text) == _SHORT or full == text else None

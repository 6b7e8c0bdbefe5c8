"""JSON whose numbers keep every digit: a Decimal leaves as its number text and comes back as a Decimal."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

# Not ASCII only: an emoji leaves as UTF-8 and not as a pair of escapes.
_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def dumps(value: Any) -> str:
    """Write a value as JSON; a value that JSON cannot hold raises TypeError or ValueError."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_plain(key)}:{dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(dumps, value)) + "]"
    if isinstance(value, Decimal):
        return _number(value)
    return _plain(value)


def loads(text: str | bytes) -> Any:
    """Read JSON; numbers with a point become Decimals."""
    return json.loads(text, parse_float=Decimal)


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number that JSON can hold")
    return format(value, "f")

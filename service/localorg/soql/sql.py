"""Pieces of SQL that carry their bound values with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL text and the values of its placeholders, in order."""

    text: str
    bound: tuple[Any, ...] = ()

    def wrapped(self, before: str, after: str = "") -> Sql:
        """Return this piece with text around it."""
        return Sql(before + self.text + after, self.bound)


def value(stored: Any) -> Sql:
    """Return a placeholder for one value."""
    return Sql("?", (stored,))


def values(stored: Sequence[Any]) -> Sql:
    """Return placeholders for several values, in parentheses."""
    return Sql(f"({', '.join('?' * len(stored))})", tuple(stored))


def joined(parts: Iterable[Sql], separator: str) -> Sql:
    """Return several pieces as one."""
    found = list(parts)
    return Sql(separator.join(p.text for p in found), tuple(b for p in found for b in p.bound))


def balanced(parts: Sequence[Sql], separator: str) -> Sql:
    """Join conditions as a tree that stays shallow, since SQLite limits its depth."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return joined([balanced(parts[:half], separator), balanced(parts[half:], separator)], separator).wrapped("(", ")")

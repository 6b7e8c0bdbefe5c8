"""Passwords: hashed with scrypt, and compared in a time that does not tell whether the account exists."""

from __future__ import annotations

from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

METHOD = "scrypt"
SHORTEST, LONGEST = 12, 1024


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return generate_password_hash(password, method=METHOD)


def fits(password: str, known: str | None) -> bool:
    """Say whether a password is the one that was hashed; without one, no, after the same work."""
    right = check_password_hash(known or _nobodys(), password)
    return right and known is not None


@cache
def _nobodys() -> str:
    return hashed("of nobody")

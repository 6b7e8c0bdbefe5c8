"""Passwords and security tokens, for the clients that still sign in with them."""

from __future__ import annotations

import hmac
from enum import Enum, auto


class Verdict(Enum):
    """What a password that was presented is worth."""

    GOOD = auto()
    WRONG = auto()
    NO_TOKEN = auto()


class Passwords:
    """Keep users' passwords; a user without one cannot sign in that way."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}

    def set(self, user_id: str, password: str, security_token: str = "") -> None:
        """Give a user a password, and a token that has to follow it."""
        self._known[user_id] = (password, security_token)

    def judge(self, user_id: str, presented: str) -> Verdict:
        """Compare what a client sends, password and token in one, with what the user has."""
        if user_id not in self._known:
            return Verdict.WRONG
        password, token = self._known[user_id]
        if hmac.compare_digest(presented.encode(), (password + token).encode()):
            return Verdict.GOOD
        bare = hmac.compare_digest(presented.encode(), password.encode())
        return Verdict.NO_TOKEN if bare else Verdict.WRONG

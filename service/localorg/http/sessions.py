"""Sessions: who may call with which token, and what refresh tokens are worth."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from service.localorg.errors import Refusal


@dataclass(frozen=True, slots=True)
class Grant:
    """A user and the client application that acts for him."""

    user_id: str
    client_id: str | None


class Sessions:
    """Issue access and refresh tokens for one org and recognise them again."""

    def __init__(self, org_id: str) -> None:
        self._org = org_id[:15]
        self._live: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}

    def open(self, user_id: str, client_id: str | None = None) -> str:
        """Start a session and return its access token; a user can have several."""
        token = f"{self._org}!AQ{secrets.token_hex(40)}"
        self._live[token] = Grant(user_id, client_id)
        return token

    def token_of(self, user_id: str) -> str:
        """Return the user's newest live token, or a new one."""
        mine = [token for token, grant in self._live.items() if grant.user_id == user_id]
        return mine[-1] if mine else self.open(user_id)

    def find(self, authorization: str | None) -> Grant:
        """Return whose token an Authorization header carries, or refuse it."""
        if not authorization:
            raise Refusal("INVALID_AUTH_HEADER", "INVALID_AUTH_HEADER", status=401)
        scheme, _, token = authorization.partition(" ")
        grant = self._live.get(token.strip())
        if scheme.lower() not in ("bearer", "oauth") or grant is None:
            raise Refusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        return grant

    def close(self, token: str) -> None:
        """End one session."""
        self._live.pop(token, None)

    def expire(self, user_id: str | None = None) -> int:
        """End a user's sessions, or everybody's, and return how many; refresh tokens stay."""
        ended = [token for token, grant in list(self._live.items()) if user_id in (None, grant.user_id)]
        for token in ended:
            self._live.pop(token, None)
        return len(ended)

    def grant_refresh(self, user_id: str, client_id: str) -> str:
        """Return a refresh token, as the web-server flow would have given the client."""
        token = f"5Aep{secrets.token_hex(40)}"
        self._refresh[token] = Grant(user_id, client_id)
        return token

    def redeem(self, refresh_token: str, client_id: str) -> Grant | None:
        """Return what a refresh token of this client stands for."""
        grant = self._refresh.get(refresh_token)
        return grant if grant and grant.client_id == client_id else None

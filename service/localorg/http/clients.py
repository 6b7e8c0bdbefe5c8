"""Client applications that may sign in, and the assertions that they sign."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MILLISECONDS = 10**11
"""An `exp` past this is not in seconds: the sf command line sends milliseconds."""


class GrantError(Exception):
    """A token request that OAuth refuses: its error code and description."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True, slots=True)
class Client:
    """One External Client App: its secret, its certificate's key and the user it runs as."""

    client_id: str
    secret: str | None
    key: RSAPublicKey | None
    run_as: str | None


class Clients:
    """Register clients and check what they present."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def register(
        self,
        client_id: str,
        secret: str | None = None,
        certificate_pem: str | bytes | None = None,
        run_as: str | None = None,
    ) -> None:
        """Let a client sign in, by its secret, by a certificate, or by both."""
        self._clients[client_id] = Client(client_id, secret, _public_key(certificate_pem), run_as)

    def known(self, client_id: str | None) -> Client:
        """Return a registered client, or refuse the id."""
        if client_id not in self._clients:
            raise GrantError("invalid_client_id", "client identifier invalid")
        return self._clients[client_id]

    def proven(self, client_id: str | None, secret: str | None) -> Client:
        """Return the client if it knows its secret."""
        client = self.known(client_id)
        if client.secret is None or not hmac.compare_digest(client.secret.encode(), (secret or "").encode()):
            raise GrantError("invalid_client", "invalid client credentials")
        return client

    def asserted(self, assertion: str, audiences: frozenset[str]) -> tuple[Client, str]:
        """Return the client and the username of a JWT bearer assertion that holds."""
        client = self.known(_unverified(assertion).get("iss"))
        claims = _verified(assertion, client.key)
        if str(claims.get("aud", "")).rstrip("/") not in audiences:
            raise GrantError("invalid_grant", "audience is invalid")
        if _expired(claims.get("exp")):
            raise GrantError("invalid_grant", "token expired")
        return client, str(claims.get("sub", ""))


def _unverified(assertion: str) -> dict[str, Any]:
    try:
        return dict(jwt.decode(assertion, options={"verify_signature": False}))
    except jwt.InvalidTokenError:
        raise GrantError("invalid_grant", "invalid assertion") from None


def _verified(assertion: str, key: RSAPublicKey | None) -> dict[str, Any]:
    if key is None:
        raise GrantError("invalid_grant", "invalid assertion")
    options = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_sub": False}
    try:
        return dict(jwt.decode(assertion, key, algorithms=["RS256"], options=options))  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise GrantError("invalid_grant", "invalid assertion") from None


def _expired(exp: Any) -> bool:
    """Compare with real time, by which two machines agree; the org's clock may have been set."""
    if not str(exp).isdigit():
        return True
    seconds = int(exp) / 1000 if int(exp) > _MILLISECONDS else int(exp)
    return seconds <= datetime.now(UTC).timestamp()


def _public_key(certificate_pem: str | bytes | None) -> RSAPublicKey | None:
    if certificate_pem is None:
        return None
    pem = certificate_pem.encode() if isinstance(certificate_pem, str) else certificate_pem
    key = x509.load_pem_x509_certificate(pem).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("a client's certificate must hold an RSA key")
    return key

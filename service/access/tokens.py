"""Tokens: who a user of the CRM is, in the org's own word, which it signs anew for every request.

A token is a JWT by RS256: `iss` the org's id, `sub` the user's, `aud` our URL, `iat`, `exp` at most five minutes later,
`jti` used once, `permissions` the custom permissions that the org found the user to hold, and his `name`.
Nothing is written before the signature holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options
from sqlalchemy import Engine

from service.access import certificates
from service.access.certificates import Certificate
from service.access.claims import LEEWAY, Claims, TokenRefused, read_claims
from service.domain.permissions import Right, User
from service.mirror.links import our_ids
from service.store import orgs, seen_tokens
from service.store.database import transaction
from service.store.orgs import Org

ALGORITHM = "RS256"
LONGEST = 8_192
_ORG_ID = re.compile(r"00D[0-9A-Za-z]{15}")
_SIGNATURE_ONLY: Options = {
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""The claims are judged by us, at the moment that the caller names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: a user of an org, with the rights that the org signed."""

    org: Org
    user: User


def verify(engine: Engine, token: str, *, audience: str, now: datetime) -> Caller:
    """Return who signed in with a token, which is then used up; TokenRefused says why it does not count."""
    issuer = _issuer(token)
    org, payload = _signed(engine, token, issuer, now)
    claims = read_claims(payload, audience=audience, now=now)
    with transaction(engine, org.id) as connection:
        if not seen_tokens.note(connection, org.id, claims.jti, expires_at=claims.expires_at + LEEWAY):
            raise TokenRefused("token_replayed", "This token was used before; sign a new one for every request")
        seen_tokens.sweep(connection, now=now)
        known = our_ids(connection, [claims.user_id])
    return Caller(org=org, user=_user(claims, known.get(claims.user_id)))


def _issuer(token: str) -> str:
    """Return which org a token says it comes from."""
    if not token:
        raise TokenRefused(
            "token_missing", "No token was given; send `Authorization: Bearer` with one that the org signed"
        )
    try:
        if len(token) > LONGEST or jwt.get_unverified_header(token).get("alg") != ALGORITHM:
            raise jwt.InvalidTokenError
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise _malformed() from error
    if not isinstance(issuer, str) or not _ORG_ID.fullmatch(issuer):
        raise _malformed()
    return issuer


def _malformed() -> TokenRefused:
    return TokenRefused(
        "token_malformed",
        f"This is no token by {ALGORITHM} with an issuer; call from Salesforce, which makes such ones",
    )


def _signed(engine: Engine, token: str, issuer: str, now: datetime) -> tuple[Org, dict[str, Any]]:
    """Return the org whose key signed a token, and what the token says."""
    connected = orgs.of_crm_id(engine, issuer)
    if not connected:
        raise TokenRefused(
            "token_issuer", "The org that issued this token is not connected; connect it with `plansync connect`"
        )
    registered = [(org, each) for org in connected for each in certificates.in_use(engine, org.id, now=now)]
    if not registered:
        raise TokenRefused(
            "token_signature",
            "No certificate of this org is registered; register one with `plansync connect --certificate FILE`",
        )
    for org, certificate in registered:
        payload = _opened(token, certificate)
        if payload is not None:
            _check_time(certificate, now)
            return org, payload
    raise TokenRefused(
        "token_signature",
        "No registered certificate of this org signed this token; register the one that the org signs with, by "
        "`plansync connect --certificate FILE`",
    )


def _opened(token: str, certificate: Certificate) -> dict[str, Any] | None:
    try:
        return jwt.decode(token, certificate.key, algorithms=[ALGORITHM], options=_SIGNATURE_ONLY)
    except jwt.InvalidTokenError:
        return None


def _check_time(certificate: Certificate, now: datetime) -> None:
    if not certificate.holds(now):
        raise TokenRefused(
            "token_signature",
            f"The certificate that signed this token holds from {certificate.begins_at:%Y-%m-%d} to "
            f"{certificate.ends_at:%Y-%m-%d}, not now; give the org a new one and register it with "
            "`plansync connect --certificate FILE`",
        )


def _user(claims: Claims, our_id: str | None) -> User:
    rights = frozenset(right for right in Right if right in claims.permissions)
    return User(crm_id=claims.user_id, id=our_id, name=claims.name, rights=rights)

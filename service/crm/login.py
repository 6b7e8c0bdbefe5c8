"""The ways in: each trades what it holds for a short-lived token, and keeps its secrets out of every repr."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt

from service.crm.errors import SignInNeeded

Post = Callable[[str, dict[str, str]], dict[str, Any]]
"""Post a form to a URL and return the JSON of the answer, good or bad."""

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine itself."""
_LIFETIME = timedelta(minutes=3)
_ORG = re.compile(r"/id/(\w+)/")
"""The identity URL ends with the ids of the org and the user."""
_CONNECT_AGAIN = "connect the org again with `plansync connect`"
_WAYS_OUT = (
    (
        "hasn't approved this consumer",
        "pre-authorise the integration user: in the External Client App's policies choose 'Admin approved users are "
        "pre-authorized' and add a permission set that the user has",
    ),
    ("audience is invalid", "give the org's My Domain URL, https://<name>.my.salesforce.com, as the instance URL"),
    ("app_not_found", "sign in at the org's My Domain URL: External Client Apps do not work at login or test"),
    ("invalid assertion", "check that the app holds the certificate of this private key and that the clock is right"),
    ("expired authorization", "check this machine's clock: Salesforce takes an assertion for three minutes"),
    ("no client credentials user", "name a run-as user in the External Client App's client credentials policy"),
    ("expired access/refresh token", f"the refresh token was revoked or already used: {_CONNECT_AGAIN}"),
    ("invalid_client_id", "check the client id: it is the consumer key of the External Client App"),
    ("invalid_client", "check the client secret of the External Client App"),
    ("inactive", "activate the integration user, or lift the freeze"),
    ("ip restricted", "allow this machine's address in the app's or the profile's IP ranges"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Hold a token and where it is good."""

    token: str = field(repr=False)
    instance_url: str
    org_id: str | None = None
    scope: str | None = None

    def __post_init__(self) -> None:
        _private(self.instance_url)

    @property
    def host(self) -> str:
        """Return the host for people to read."""
        return urlsplit(self.instance_url).netloc


class Login(Protocol):
    """Let Plansync in; called again whenever the token has expired."""

    def sign_in(self, post: Post) -> Grant:
        """Return a fresh grant, or raise SignInNeeded with the reason and the way out."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtBearer:
    """Sign in with a certificate's private key, as a pre-authorised user."""

    my_domain: str
    client_id: str
    username: str
    private_key: str = field(repr=False)
    now: Callable[[], datetime] = field(default=_now, repr=False)

    def sign_in(self, post: Post) -> Grant:
        """Trade a signed assertion for a token; the audience is the org's My Domain URL."""
        audience = self.my_domain.rstrip("/")
        claims = {"iss": self.client_id, "sub": self.username, "aud": audience, "exp": self.now() + _LIFETIME}
        try:
            assertion = jwt.encode(claims, self.private_key, algorithm="RS256")
        except (ValueError, TypeError, jwt.InvalidKeyError):
            # Not chained: the parser's words may quote the key.
            raise SignInNeeded("the private key cannot be read", "give an RSA key in PEM form") from None
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        return _grant(post(_token_url(self.my_domain), form))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """Sign in as the app's run-as user."""

    my_domain: str
    client_id: str
    secret: str = field(repr=False)

    def sign_in(self, post: Post) -> Grant:
        """Trade the client id and secret for a token."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret}
        return _grant(post(_token_url(self.my_domain), form))


@dataclass(slots=True, kw_only=True)
class RefreshToken:
    """Sign in as the user who connected the org; a rotated token is handed to `on_rotation` before it is used."""

    my_domain: str
    client_id: str
    refresh_token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    on_rotation: Callable[[str], None] = field(repr=False)

    def sign_in(self, post: Post) -> Grant:
        """Trade the refresh token for an access token; under rotation each is good once."""
        form = {"grant_type": "refresh_token", "client_id": self.client_id, "refresh_token": self.refresh_token}
        if self.secret is not None:
            form["client_secret"] = self.secret
        answer = post(_token_url(self.my_domain), form)
        grant = _grant(answer)
        if rotated := answer.get("refresh_token"):
            self.on_rotation(rotated)
            self.refresh_token = rotated
        return grant


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """Use a token that somebody else got; when it expires, so does the connection."""

    token: str = field(repr=False)
    instance_url: str

    def sign_in(self, post: Post) -> Grant:
        """Return the token as it is."""
        return Grant(token=self.token, instance_url=self.instance_url.rstrip("/"))


def _private(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise SignInNeeded(f"{url} is not https", "give a URL that begins with https://")
    return url.rstrip("/")


def _token_url(my_domain: str) -> str:
    return f"{_private(my_domain)}/services/oauth2/token"


def _grant(answer: dict[str, Any]) -> Grant:
    if "access_token" not in answer:
        raise _refusal(answer)
    org = _ORG.search(str(answer.get("id")))
    return Grant(
        token=answer["access_token"],
        instance_url=answer["instance_url"].rstrip("/"),
        org_id=org[1] if org else None,
        scope=answer.get("scope"),
    )


def _refusal(answer: dict[str, Any]) -> SignInNeeded:
    error, words = str(answer.get("error", "no token")), str(answer.get("error_description", "")).strip()
    reason = f"{error}: {words}" if words else error
    way_out = next((way for sign, way in _WAYS_OUT if sign in reason.lower()), _CONNECT_AGAIN)
    return SignInNeeded(reason, way_out)

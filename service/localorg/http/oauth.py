"""The token endpoint: JWT bearer, client credentials, password and refresh, with Salesforce's refusals."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.http.api import Api
from service.localorg.http.clients import Client, GrantError
from service.localorg.http.messages import Answer
from service.localorg.http.passwords import Verdict
from service.localorg.http.users import find_user

LOGIN_HOSTS = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(api: Api, request: Request) -> Answer:
    """Exchange a grant for an access token."""
    try:
        return Answer(body=_token(api, request), headers={"Cache-Control": "no-store"})
    except GrantError as error:
        return Answer(status=error.status, body={"error": error.error, "error_description": error.description})


def _token(api: Api, request: Request) -> dict[str, Any]:
    grant_type = request.form.get("grant_type")
    if grant_type == _JWT_BEARER:
        return _by_assertion(api, request)
    if grant_type == "client_credentials":
        return _by_credentials(api, request)
    if grant_type == "refresh_token":
        return _by_refresh_token(api, request)
    if grant_type == "password":
        return _by_password(api, request)
    raise GrantError("unsupported_grant_type", "grant type not supported")


def _by_assertion(api: Api, request: Request) -> dict[str, Any]:
    audiences = LOGIN_HOSTS | {request.host_url.rstrip("/")}
    client, username = api.clients.asserted(request.form.get("assertion", ""), audiences)
    user = find_user(api.org, username)
    if user is None:
        raise GrantError("invalid_grant", "user hasn't approved this consumer")
    return _granted(api, request, client, user)


def _by_credentials(api: Api, request: Request) -> dict[str, Any]:
    client = api.clients.proven(*_presented(request))
    user = find_user(api.org, client.run_as) if client.run_as else None
    if user is None:
        raise GrantError("invalid_grant", "no client credentials user enabled")
    return _granted(api, request, client, user)


def _by_password(api: Api, request: Request) -> dict[str, Any]:
    client = api.clients.proven(*_presented(request))
    user = find_user(api.org, request.form.get("username", ""))
    if user is None or api.passwords.judge(user["Id"], request.form.get("password", "")) is not Verdict.GOOD:
        raise GrantError("invalid_grant", "authentication failure")
    return _granted(api, request, client, user)


def _by_refresh_token(api: Api, request: Request) -> dict[str, Any]:
    client_id, secret = _presented(request)
    client = api.clients.known(client_id)
    if client.secret is not None:
        api.clients.proven(client_id, secret)
    grant = api.sessions.redeem(request.form.get("refresh_token", ""), client.client_id)
    user = api.org.storage.row("User", grant.user_id) if grant else None
    if user is None:
        raise GrantError("invalid_grant", "expired access/refresh token")
    return _granted(api, request, client, user)


def _granted(api: Api, request: Request, client: Client, user: dict[str, Any]) -> dict[str, Any]:
    if not user["IsActive"]:
        raise GrantError("invalid_grant", "inactive user")
    host = request.host_url.rstrip("/")
    identity = f"{host}/id/{api.org.org_id}/{user['Id']}"
    issued_at = str(int(datetime.now(UTC).timestamp() * 1000))
    return {
        "access_token": api.sessions.open(user["Id"], client.client_id),
        "signature": _signature(client, identity + issued_at),
        "scope": "id api",
        "instance_url": host,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def _signature(client: Client, text: str) -> str:
    digest = hmac.new((client.secret or client.client_id).encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _presented(request: Request) -> tuple[str | None, str | None]:
    """Return the client id and secret of the form, or of Basic authorization."""
    basic = request.authorization
    if basic is not None and basic.type == "basic":
        return basic.username, basic.password
    return request.form.get("client_id"), request.form.get("client_secret")

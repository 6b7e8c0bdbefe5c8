"""Users as the sign-in resources know them: found by username, shown as identity and userinfo."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import NEWEST, Api
from service.localorg.http.messages import Answer
from service.localorg.org import LocalOrg

User = dict[str, Any]


def find_user(org: LocalOrg, username: str) -> User | None:
    """Return the user with a username, active or not."""
    return next(org.storage.rows("User", '"Username" = ?', (username,)), None)


def signed_in(api: Api, request: Request) -> User:
    """Return the user whose token a request carries, or refuse it."""
    return user_of(api, request.headers.get("Authorization"))


def user_of(api: Api, authorization: str | None) -> User:
    """Return the active user whose token an Authorization header holds, or refuse it."""
    grant = api.sessions.find(authorization)
    user = api.org.storage.row("User", grant.user_id)
    if user is None or not user["IsActive"]:
        raise Refusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
    return user


def userinfo(api: Api, request: Request) -> Answer:
    """Return OpenID Connect's view of the user."""
    user = signed_in(api, request)
    host = request.host_url.rstrip("/")
    return Answer(
        body={
            "sub": f"{host}/id/{api.org.org_id}/{user['Id']}",
            "user_id": user["Id"],
            "organization_id": api.org.org_id,
            "preferred_username": user["Username"],
            "nickname": user["Alias"],
            "name": user["Name"],
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "email": user["Email"],
            "email_verified": True,
            "zoneinfo": user["TimeZoneSidKey"],
            "locale": user["LocaleSidKey"],
            "language": user["LanguageLocaleKey"],
            "user_type": "STANDARD",
            "active": True,
            "urls": _urls(host, user),
        }
    )


def identity(api: Api, request: Request, org_id: str, user_id: str) -> Answer:
    """Return Salesforce's own view of the user, at the URL that a token answer names."""
    user = signed_in(api, request)
    if (org_id, user_id) != (api.org.org_id, user["Id"]):
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    host = request.host_url.rstrip("/")
    return Answer(
        body={
            "id": f"{host}/id/{org_id}/{user_id}",
            "asserted_user": True,
            "user_id": user_id,
            "organization_id": org_id,
            "username": user["Username"],
            "nick_name": user["Alias"],
            "display_name": user["Name"],
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "email": user["Email"],
            "email_verified": True,
            "timezone": user["TimeZoneSidKey"],
            "locale": user["LocaleSidKey"],
            "language": user["LanguageLocaleKey"],
            "user_type": "STANDARD",
            "active": True,
            "urls": _urls(host, user),
        }
    )


def _urls(host: str, user: User) -> dict[str, str]:
    rest = f"{host}/services/data/v{NEWEST}.0"
    return {
        "rest": f"{rest}/",
        "query": f"{rest}/query/",
        "sobjects": f"{rest}/sobjects/",
        "profile": f"{host}/{user['Id']}",
        "custom_domain": host,
    }

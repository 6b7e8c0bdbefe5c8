"""Controls for tests and demos under `/localorg/`: what no real org offers, and only loopback may use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.asking import asked, check_near, moment, number
from service.localorg.http.messages import Answer
from service.localorg.http.users import find_user


def state(api: Api, request: Request) -> Answer:
    """Return the org's time, its users with a token each, its record counts and its API usage."""
    check_near(request)
    counts = {sobject.name: api.count(sobject) for sobject in api.org.schema.objects.values()}
    return Answer(
        body={
            "org_id": api.org.org_id,
            "namespace": api.org.schema.namespace,
            "now": api.org.clock.now().isoformat(),
            "users": [_user(api, row) for row in api.org.storage.rows("User", '"IsActive" = 1')],
            "counts": {name: count for name, count in counts.items() if count},
            "api_requests": {"used": api.usage.used, "allowed": api.usage.allowance},
        }
    )


def clock(api: Api, request: Request) -> Answer:
    """Set the clock to a moment, move it on, or let it run."""
    given = asked(request, "at", "advance_seconds", "run")
    if "at" in given:
        api.org.clock.set(moment(given["at"]))
    if "advance_seconds" in given:
        api.org.clock.advance(timedelta(seconds=float(number(given["advance_seconds"]))))
    if given.get("run") is True:
        api.org.clock.run()
    return Answer(body={"now": api.org.clock.now().isoformat()})


def limits(api: Api, request: Request) -> Answer:
    """Set how many API requests a day allows; counting starts anew."""
    given = asked(request, "api_requests", "used")
    used = int(number(given.get("used", 0)))
    api.usage.reset(allowance=int(number(given.get("api_requests", api.usage.allowance))), used=used)
    return Answer(body={"used": api.usage.used, "allowed": api.usage.allowance})


def sessions(api: Api, request: Request) -> Answer:
    """Expire sessions, everybody's or one user's, or give a user a refresh token for a client."""
    given = asked(request, "expire", "username", "client_id")
    user = find_user(api.org, given["username"]) if "username" in given else None
    if "username" in given and user is None:
        raise Refusal("NOT_FOUND", f"There is no user {given['username']}", status=404)
    user_id = user["Id"] if user else None
    answer: dict[str, Any] = {"expired": api.sessions.expire(user_id) if given.get("expire") is True else 0}
    if user_id and "client_id" in given:
        answer["refresh_token"] = api.sessions.grant_refresh(user_id, api.clients.known(given["client_id"]).client_id)
    return Answer(body=answer)


def clients(api: Api, request: Request) -> Answer:
    """Register a client application: its secret, its certificate, the user it runs as."""
    given = asked(request, "client_id", "secret", "certificate", "run_as")
    if not given.get("client_id"):
        raise Refusal("INVALID_INPUT", "client_id is required")
    api.clients.register(given["client_id"], given.get("secret"), given.get("certificate"), given.get("run_as"))
    return Answer(status=201, body={"client_id": given["client_id"]})


def passwords(api: Api, request: Request) -> Answer:
    """Give a user a password, and the security token that has to follow it."""
    given = asked(request, "username", "password", "security_token")
    user = find_user(api.org, str(given.get("username")))
    if user is None or not given.get("password"):
        raise Refusal("INVALID_INPUT", "the username of a user and a password are required")
    api.passwords.set(user["Id"], str(given["password"]), str(given.get("security_token", "")))
    return Answer(status=201, body={"username": user["Username"]})


def merge(api: Api, request: Request) -> Answer:
    """Merge records as the administrator; children keep their clock unless they are told to move it."""
    given = asked(request, "winner", "losers", "moves_children_clock")
    losers, moves_clock = given.get("losers"), given.get("moves_children_clock") is True
    if not isinstance(losers, list):
        raise Refusal("INVALID_INPUT", "losers must be a list of ids")
    writer, admin = api.org.writer, api.org.admin()
    merged = writer.merge(admin, str(given.get("winner")), losers, moves_children_clock=moves_clock)
    return Answer(body={"winner": merged.winner, "losers": list(merged.losers), "children": list(merged.children)})


def jobs(api: Api, request: Request) -> Answer:
    """Say how many polls a new bulk job stays in progress."""
    api.held_polls = int(number(asked(request, "held_polls").get("held_polls", 0)))
    return Answer(body={"held_polls": api.held_polls})


CONTROLS: dict[str, Callable[[Api, Request], Answer]] = {
    "clock": clock,
    "limits": limits,
    "sessions": sessions,
    "clients": clients,
    "jobs": jobs,
    "merge": merge,
    "passwords": passwords,
}


def _user(api: Api, row: dict[str, Any]) -> dict[str, str]:
    return {
        "username": row["Username"],
        "name": row["Name"],
        "id": row["Id"],
        "access_token": api.sessions.token_of(row["Id"]),
    }

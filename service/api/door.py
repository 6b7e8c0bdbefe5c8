"""The door: who calls, which request it is, and how often somebody may ask; nothing is open but what is listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import cast
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from service.access import tokens
from service.api.problems import Told
from service.domain.permissions import Action, decide
from service.plans.desk import Desk
from service.plans.refusals import Denied
from service.store import buckets
from service.store.buckets import Bucket
from service.store.orgs import Org
from service.store.sealing import Seal
from service.sync.sides import Sides
from service.wiring import Services

Admit = Callable[[str], tokens.Caller]
"""Reads a token; raises TokenRefused."""

OPEN = {
    "api-docs.openapi_json": "describes the API and holds nothing of anybody",
    "page.show": "a page to try the API from, which asks for a token itself",
    "page.static": "that page's script and style",
}
"""The endpoints that ask for no token, and why."""
FOR_ALL = frozenset({"me.rights"})
"""What somebody without a permission set may ask: why they may do nothing."""
REQUEST_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
BEARER = re.compile(r"Bearer +([\w.~+/=-]+)", re.ASCII)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: from which org it comes, the desk at which the use cases work for whoever calls, and what seals."""

    org: Org
    desk: Desk
    seal: Seal


def guard(app: Flask, services: Services, sides: Sides, admit: Admit) -> None:
    """Name every request, and ask whoever calls for a token that the org signed."""
    app.before_request(_name)
    app.before_request(lambda: _enter(services, sides, admit))
    app.after_request(_leave)
    # What a thread does next is not this request's.
    app.teardown_request(lambda _: clear_contextvars())


def visit() -> Visit:
    """Return who calls."""
    return cast(Visit, g.visit)


def desk() -> Desk:
    """Return the desk of this request."""
    return visit().desk


def _name() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else str(uuid4())
    bind_contextvars(request_id=g.request_id)


def _enter(services: Services, sides: Sides, admit: Admit) -> None:
    if request.endpoint in OPEN:
        return
    known = admit(_token())
    org, user = known.org, known.user
    bind_contextvars(org=org.name, user=user.crm_id)
    at = services.clock()
    at_work = Desk(org=sides.of(org), user=user, now=at, zone=org.time_zone)
    _count(services, at_work)
    entry = decide(user.rights, Action.VIEW, "objective")
    if not entry.allowed and request.endpoint not in FOR_ALL:
        raise Denied(entry.reason)
    g.visit = Visit(org, at_work, services.seal)


def _token() -> str:
    found = BEARER.fullmatch(request.headers.get("Authorization", "").strip())
    return found[1] if found else ""


def _count(services: Services, desk: Desk) -> None:
    """Take this request out of the caller's bucket, then out of the org's."""
    rate = services.settings.api_rate
    for bucket in (
        Bucket(caller=desk.user.crm_id, size=rate, refill=rate / 60),
        Bucket(caller="", size=rate * 10, refill=rate / 6),
    ):
        with desk.org.writing(by=desk.by) as connection:
            wait = buckets.draw(connection, desk.org.org_id, bucket, now=desk.now)
        if wait:
            who = "You have" if bucket.caller else "Your org has"
            sentence = f"{who} asked too often; ask again in {ceil(wait)} s"
            raise Told(HTTPStatus.TOO_MANY_REQUESTS, "asked_too_often", sentence, retry_after=ceil(wait))


def _leave(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    log.info("answered", method=request.method, path=request.path, status=response.status_code)
    return response

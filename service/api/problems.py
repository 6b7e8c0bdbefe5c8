"""Problem details (RFC 9457): one form for whatever went wrong, with the faults field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, json
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from service.access.claims import TokenRefused
from service.crm.errors import CrmError, LimitReached, Refused, Retryable, SignInNeeded, Unreachable
from service.domain.faults import Fault
from service.errors import PlansyncError
from service.plans.keeping import Crowded
from service.plans.refusals import Changed, Denied, Held, Invalid, Lost, Missing, Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 30
"""Seconds after which it is worth asking an org again that gave no answer."""
STATUS: Mapping[type[PlansyncError], HTTPStatus] = {
    Denied: HTTPStatus.FORBIDDEN,
    Crowded: HTTPStatus.TOO_MANY_REQUESTS,
    Missing: HTTPStatus.NOT_FOUND,
    Held: HTTPStatus.CONFLICT,
    Changed: HTTPStatus.PRECONDITION_FAILED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Lost: HTTPStatus.SERVICE_UNAVAILABLE,
    LimitReached: HTTPStatus.SERVICE_UNAVAILABLE,
    Retryable: HTTPStatus.SERVICE_UNAVAILABLE,
    SignInNeeded: HTTPStatus.SERVICE_UNAVAILABLE,
    Unreachable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What each of our errors is to the caller; the others are conflicts."""


class Told(PlansyncError):  # noqa: N818 - named for what it carries
    """Report what this door itself has to say: a status, a code and a sentence."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        sentence: str,
        *,
        faults: Sequence[Fault] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.faults, self.retry_after = status, code, faults, retry_after


def add_problems(app: Flask) -> None:
    """Answer every error with problem details."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Told, _told)
    app.register_error_handler(TokenRefused, _stranger)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(PlansyncError, _ours)
    app.register_error_handler(OperationalError, _without_database)
    app.register_error_handler(RecursionError, _too_deep)


def problem(
    status: HTTPStatus, code: str, detail: str, faults: Sequence[Fault] = (), *, retry_after: int | None = None
) -> Response:
    """Return an answer that says what went wrong, and the way out."""
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "code": code,
        "errors": [asdict(fault) for fault in faults],
        "request_id": g.get("request_id", ""),
    }
    answer = Response(json.dumps(body), status=status.value, content_type=MEDIA_TYPE)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def status_of(error: PlansyncError) -> HTTPStatus:
    """Return what one of our errors is to the caller."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), HTTPStatus.CONFLICT)


def _stranger(error: TokenRefused) -> Response:
    answer = problem(HTTPStatus.UNAUTHORIZED, error.code, str(error))
    answer.headers["WWW-Authenticate"] = "Bearer" if error.code == "token_missing" else 'Bearer error="invalid_token"'
    return answer


def _refusal(error: Refusal) -> Response:
    return problem(status_of(error), error.code, str(error), error.faults)


def _told(error: Told) -> Response:
    return problem(error.status, error.code, str(error), error.faults, retry_after=error.retry_after)


def _ours(error: PlansyncError) -> Response:
    status = status_of(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, "crm_unavailable", str(error), retry_after=RETRY_AFTER)
    return problem(status, "crm_refused" if isinstance(error, CrmError) else "not_done", str(error))


def _without_database(_error: OperationalError) -> Response:
    sentence = "The database does not answer; try again in a while"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "no_database", sentence, retry_after=RETRY_AFTER)


def _too_deep(_error: RecursionError) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, "too_deep", "This JSON is nested too deeply; send it flatter")


def _http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    faults = [*_unread("", getattr(error, "data", {}).get("messages", {}))]
    detail = (
        "; ".join(": ".join(filter(None, (fault.field, fault.message))) for fault in faults)
        or error.description
        or status.phrase
    )
    answer = problem(status, status.name.lower(), detail, faults)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            answer.headers[name] = value
    return answer


def _unread(path: str, messages: Any) -> Iterator[Fault]:
    """Yield the faults of a body or a query that could not be read; the first key says which of both it was."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            named = "" if key in ("json", "query", "_schema") else str(key)
            yield from _unread(".".join(filter(None, (path, named))), inner)
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield Fault(field=path, code="invalid", message=str(message))

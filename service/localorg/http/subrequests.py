"""Subrequests of composite calls: read, checked, run through the same resources, and reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.datastructures import Headers

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, refused, unreadable
from service.localorg.http.references import resolve_body, resolve_url

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_INHERITED = frozenset({"accept", "authorization", "content-type"})
_REFERENCE_ID = re.compile(r"[A-Za-z0-9]\w*", re.ASCII)
_URL = re.compile(r"/services/data/v\d+\.0/.*")

_HALTED = Refusal(
    "PROCESSING_HALTED", "The transaction was rolled back since another operation in the same transaction failed."
)


class _RolledBack(Exception):  # noqa: N818 - leaves a transaction, is no failure
    """Undo what the subrequests have written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subrequest:
    """One request within another."""

    reference_id: str
    method: str
    url: str
    headers: Headers
    body: Any

    @property
    def resource(self) -> str:
        """Return the path below the version: `sobjects/Account/001...`."""
        return "/".join(self.url.partition("?")[0].split("/")[4:]).rstrip("/")


Runner = Callable[[Subrequest, Mapping[str, Any]], Answer]
"""Answers one subrequest with the bodies of the answers before it."""


def read_subrequests(given: Any) -> list[Subrequest]:
    """Return the subrequests of a body, or refuse the whole request for one that is malformed."""
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise unreadable("A list of subrequests is required in compositeRequest.")
    subrequests = [_read(each) for each in given]
    seen: set[str] = set()
    for each in subrequests:
        if each.reference_id in seen:
            raise Refusal("INVALID_INPUT", f"Duplicate referenceId provided in the request: {each.reference_id}")
        seen.add(each.reference_id)
    return subrequests


def run(api: Api, call: Call, subrequest: Subrequest, answers: Mapping[str, Any]) -> Answer:
    """Answer one subrequest with what the answers before it gave."""
    try:
        url = urlsplit(resolve_url(subrequest.url, answers))
        body = resolve_body(subrequest.body, answers)
    except Refusal as refusal:
        return refused(refusal)
    inner = Call(
        method=subrequest.method,
        path=unquote(url.path),
        actor=call.actor,
        host=call.host,
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers=subrequest.headers,
        body=body,
    )
    return api.dispatch(inner)


def report(subrequest: Subrequest, answer: Answer) -> dict[str, Any]:
    """Return the result of a subrequest."""
    return {
        "body": answer.body,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": subrequest.reference_id,
    }


def run_whole(api: Api, subrequests: Sequence[Subrequest], answer_one: Runner) -> list[dict[str, Any]]:
    """Run all subrequests or none: once one fails, what was written is undone and the others are halted."""
    answers: dict[str, Answer] = {}
    try:
        with api.org.transaction():
            for each in subrequests:
                bodies = {name: answer.body for name, answer in answers.items()}
                answers[each.reference_id] = answer = answer_one(each, bodies)
                if _failed(answer):
                    raise _RolledBack
    except _RolledBack:
        return report_halted(subrequests, {name: each for name, each in answers.items() if _failed(each)})
    return [report(each, answers[each.reference_id]) for each in subrequests]


def report_halted(subrequests: Iterable[Subrequest], answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Return the results of a rollback: the answers given stand, all others were halted."""
    halted = refused(_HALTED)
    return [report(each, answers.get(each.reference_id, halted)) for each in subrequests]


def _failed(answer: Answer) -> bool:
    """A collection with a row that failed counts as failed, whatever its own status."""
    rows = answer.body if isinstance(answer.body, list) else []
    return answer.failed or any(isinstance(row, dict) and row.get("success") is False for row in rows)


def _read(given: Mapping[str, Any]) -> Subrequest:
    for name in ("method", "url", "referenceId"):
        if not isinstance(given.get(name), str) or not given[name]:
            raise Refusal("INVALID_INPUT", f"Missing required field in subrequest: {name}")
    _check_form(given["referenceId"], given["method"], given["url"])
    headers = Headers(given.get("httpHeaders") or {})
    own = next((name for name in headers.keys() if name.lower() in _INHERITED), None)  # noqa: SIM118 - yields pairs
    if own:
        raise Refusal("INVALID_INPUT", f"The header {own} cannot be specified in a subrequest.")
    return Subrequest(
        reference_id=given["referenceId"],
        method=given["method"],
        url=given["url"],
        headers=headers,
        body=given.get("body"),
    )


def _check_form(reference_id: str, method: str, url: str) -> None:
    if not _REFERENCE_ID.fullmatch(reference_id):
        message = (
            f"Provided referenceId ('{reference_id}') must start with a letter or a number,"
            " and it can contain only letters, numbers and underscores ('_')."
        )
        raise Refusal("INVALID_INPUT", message)
    if method not in _METHODS:
        raise Refusal("INVALID_INPUT", f"The method {method} is not supported.")
    if not _URL.fullmatch(url):
        raise Refusal("INVALID_INPUT", f"The url of a subrequest must start with /services/data/vXX.X/: {url}")

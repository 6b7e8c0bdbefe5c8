"""Composite batch: up to 25 requests in one, each on its own and each counted as a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.messages import Answer, Call, refused, unreadable

MOST = 25
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_URL = re.compile(r"/?(?:services/data/)?(v\d+\.0)/((?:limits|query|queryAll|sobjects)\b.*)")
_HALTED = Refusal("BATCH_PROCESSING_HALTED", "Batch processing halted as requested by the client", status=412)


def batch(api: Api, call: Call) -> Answer:
    """Run the subrequests in order; after one that fails the others are halted where the call says so."""
    asked = call.record()
    given = _read(asked.get("batchRequests"))
    answers: list[Answer] = []
    for number, each in enumerate(given):
        halted = asked.get("haltOnError") is True and any(answer.failed for answer in answers)
        answers.append(refused(_HALTED) if halted else _answer(api, call, each, counted=number == 0))
    results = [{"statusCode": answer.status, "result": answer.body} for answer in answers]
    return Answer(body={"hasErrors": any(answer.failed for answer in answers), "results": results})


def _answer(api: Api, call: Call, given: Mapping[str, Any], *, counted: bool) -> Answer:
    """Answer one subrequest; the first is counted already, as the call that brought it."""
    try:
        inner = _inner(call, given)
        if not counted:
            api.usage.count()
    except Refusal as refusal:
        return refused(refusal)
    with api.org.faults.apex_transaction():
        return api.dispatch(inner)


def _inner(call: Call, given: Mapping[str, Any]) -> Call:
    method, url = str(given.get("method")).upper(), _URL.fullmatch(str(given.get("url")))
    if method not in _METHODS:
        raise Refusal("INVALID_BATCH_REQUEST", f"The method {given.get('method')} is not supported.")
    if url is None:
        raise Refusal("INVALID_BATCH_REQUEST", f"The url {given.get('url')} is not supported in a batch request.")
    if float(url[1].removeprefix("v")) > call.version:
        message = f"The API version of a subrequest cannot be later than that of the batch request: {url[1]}"
        raise Refusal("INVALID_BATCH_REQUEST", message)
    parts = urlsplit(f"/services/data/{url[1]}/{url[2]}")
    return Call(
        method=method,
        path=unquote(parts.path),
        actor=call.actor,
        host=call.host,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        body=given.get("richInput"),
    )


def _read(given: Any) -> list[Mapping[str, Any]]:
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        raise unreadable("A list of subrequests is required in batchRequests.")
    if len(given) > MOST:
        raise Refusal("LIMIT_EXCEEDED", f"The request can't contain more than {MOST} operations.")
    return given

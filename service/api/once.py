"""Requests that may come twice are worked on once: the second is told what the first was told (P4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus
from itertools import count
from typing import Any
from uuid import UUID

from flask import Response, g, request

from service.api.door import Visit, visit
from service.api.problems import Told
from service.domain.faults import Fault
from service.plans.refusals import Invalid
from service.store import answers
from service.store.answers import Answer, Asked

KEY = "Idempotency-Key"
LONGEST = 200
KEPT = ("Content-Type", "Location", "ETag")
"""The headers of an answer that belong to it."""
HEADER = {
    "in": "header",
    "name": KEY,
    "required": True,
    "description": "Made up by the caller; the same key and body get the same answer for a day",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
}


def once(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Work on a request once per key; what is made gets ids that follow from the key, so that a repeat makes the same."""

    @wraps(handler)
    def worked(*args: Any, **values: Any) -> Response:
        who = visit()
        asked = _asked(who)
        with who.desk.org.writing(by=who.desk.by) as connection:
            known = answers.claim(connection, who.desk.org.org_id, asked, now=who.desk.now)
        if known is not None:
            return _again(asked, known)
        return _settled(who, asked, lambda: handler(*args, **values))

    return worked


def _asked(who: Visit) -> Asked:
    key = request.headers.get(KEY, "")
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        message = f"Send an {KEY} of 1 to {LONGEST} ASCII characters, such as a UUID"
        raise Invalid([Fault(field=KEY, code="required", message=message)])
    what = f"{request.method} {request.full_path}\n".encode() + request.get_data()
    return Asked(caller=who.desk.user.crm_id, key=key, request=hashlib.sha256(what).digest())


def _settled(who: Visit, asked: Asked, work: Callable[[], Response]) -> Response:
    """Do the work and remember its answer; of what came to nothing nothing is remembered."""
    g.visit = replace(who, desk=replace(who.desk, org=replace(who.desk.org, new_id=_ids_of(asked))))
    told = False
    try:
        answer = work()
        told = answer.status_code < HTTPStatus.BAD_REQUEST
    finally:
        with who.desk.org.writing(by=who.desk.by) as connection:
            if told:
                answers.keep(connection, asked, _kept(asked, answer))
            else:
                answers.release(connection, asked)
    return answer


def _kept(asked: Asked, answer: Response) -> Answer:
    headers = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    body = answer.get_data(as_text=True)
    return Answer(request=asked.request, status=answer.status_code, headers=headers, body=body)


def _again(asked: Asked, known: Answer) -> Response:
    if known.request != asked.request:
        message = "This key was used for another request; make up a new one for each"
        raise Invalid([Fault(field=KEY, code="used", message=message)])
    if known.status is None:
        sentence = "The same request is being worked on; ask again in a moment"
        raise Told(HTTPStatus.CONFLICT, "under_way", sentence, retry_after=1)
    return Response(known.body, status=known.status, headers=known.headers)


def _ids_of(asked: Asked) -> Callable[[], UUID]:
    """Return a maker of ids that makes the same ones for the same key of the same caller."""
    seed, numbers = f"{asked.caller}\n{asked.key}".encode() + asked.request, count()

    def new_id() -> UUID:
        return UUID(bytes=hashlib.sha256(seed + next(numbers).to_bytes(8, "big")).digest()[:16], version=4)

    return new_id

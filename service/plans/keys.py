"""Keys of requests: each stands for one request, and another one under it is refused for a day (P4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid5

from service.domain.faults import Fault
from service.plans.desk import Desk
from service.plans.refusals import Invalid
from service.store import answers
from service.store.answers import Answer, Asked


@contextmanager
def under_key(desk: Desk, key: str, document: Mapping[str, Any]) -> Iterator[UUID]:
    """Give the id of a request, the same one for the same request; one that comes to nothing leaves its key free."""
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).digest()
    asked = Asked(caller=desk.user.crm_id, key=f"request {key}", request=digest)
    with desk.org.writing(by=desk.by) as connection:
        known = answers.claim(connection, desk.org.org_id, asked, now=desk.now)
    if known and known.request != digest:
        message = "This key was used for another request; make up a new one for each"
        raise Invalid([Fault(field="key", code="used", message=message)])
    done = None
    try:
        yield uuid5(desk.org.org_id, f"{asked.caller} {key} {digest.hex()}")
        done = Answer(request=digest, status=HTTPStatus.CREATED, headers=None, body=None)
    finally:
        with desk.org.writing(by=desk.by) as connection:
            if done:
                answers.keep(connection, asked, done)
            else:
                answers.release(connection, asked)

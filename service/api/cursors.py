"""The cursor of a list's next page: sealed, since where a page ends may be a record that the caller does not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.api.door import visit
from service.domain.faults import Fault
from service.plans.listing import Place
from service.plans.refusals import Invalid
from service.store.sealing import SealingError


def cursor(noun: str, sort: str, end: Place | None) -> str | None:
    """Return the cursor behind a place, to be sent back as it is."""
    if end is None:
        return None
    document = {"cursor": _list(noun, sort), "value": end.value, "id": str(end.id)}
    return visit().seal.seal(document).decode()


def place(noun: str, query: Mapping[str, Any]) -> Place | None:
    """Return where the page before ended; Invalid when the cursor is none of this list, order and caller."""
    if not query["cursor"]:
        return None
    try:
        document = visit().seal.open(query["cursor"].encode())
    except SealingError:
        document = {}
    if document.get("cursor") != _list(noun, query["sort"]):
        message = "This cursor does not go with this list and order; begin without one"
        raise Invalid([Fault(field="cursor", code="unreadable", message=message)])
    return Place(document["value"], UUID(document["id"]))


def _list(noun: str, sort: str) -> list[str]:
    """Return what a cursor is good for: one order of one list, for one user of one org."""
    return [str(visit().org.id), visit().desk.user.crm_id, noun, sort]

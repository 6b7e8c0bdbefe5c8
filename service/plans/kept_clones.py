"""Making the clones whose org did not answer: each as it was asked for, on the day on which it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from service.crm.errors import CrmError, Refused
from service.crm.requests import query
from service.crm.soql import compare, select
from service.mirror.connected import Connected
from service.plans.clone import Cloned, carry_out
from service.plans.clone_requests import CloneRequest
from service.plans.keeping import desk_of
from service.plans.refusals import Refusal
from service.store import kept_requests
from service.store.kept_requests import KeptRequest

PATIENCE = timedelta(days=1)
"""How long a request is kept: who asked yesterday does not expect it today."""
AT_ONCE = 20
"""Requests that one run takes up."""
DONE, REFUSED, WAITING = "done", "refused", "waiting"


def make_kept(org: Connected, *, now: datetime) -> Counter[str]:
    """Try the kept requests again, the oldest first, until the org does not answer; return how many ended how."""
    with org.writing(by="") as connection:
        waiting = kept_requests.waiting(connection, limit=AT_ONCE)
    counts: Counter[str] = Counter()
    for kept in waiting:
        how = _try(org, kept, now=now)
        counts[how] += 1
        if how == WAITING:
            break
    return counts


def _try(org: Connected, kept: KeptRequest, *, now: datetime) -> str:
    if now - kept.created_at > PATIENCE:
        message = f"The org did not answer for a day, last: {kept.last_error}"
        return _end(org, kept, now, refused={"code": "unanswered", "reason": message, "faults": []})
    try:
        came = kept.body["making"] if _landed(org, kept) else _made(org, kept)
    except Refusal as refusal:
        told = {"code": refusal.code, "reason": str(refusal), "faults": [asdict(fault) for fault in refusal.faults]}
        return _end(org, kept, now, refused=told)
    except Refused as no:
        return _end(org, kept, now, refused={"code": no.code.lower(), "reason": str(no), "faults": []})
    except CrmError as lost:
        came = str(lost)
    if not isinstance(came, str):
        return _end(org, kept, now, outcome={"made": came})
    with org.writing(by="") as connection:
        kept_requests.note(connection, kept.id, at=now, error=came)
    return WAITING


def _landed(org: Connected, kept: KeptRequest) -> bool:
    """Ask whether the lost answer was a yes: the last record is there, and with it all the others."""
    if not kept.body["making"]:
        return False
    last = kept.body["making"][-1]
    mapping = org.mappings[last["noun"]]
    it = compare(mapping.key or "Id", "=", last["id"])
    found = org.client.call(query(select(mapping.sobject, ["Id"], where=[it])))
    return bool(found.rows)


def _made(org: Connected, kept: KeptRequest) -> list[dict[str, str]] | str:
    """Make the clone; return what was made, or why it has to wait on."""
    cloned = carry_out(desk_of(org, kept), CloneRequest.of(kept.body["request"]), kept.id)
    return [each.document() for each in cloned.made] if isinstance(cloned, Cloned) else cloned.reason


def _end(org: Connected, kept: KeptRequest, now: datetime, **how: dict[str, Any]) -> str:
    with org.writing(by="") as connection:
        kept_requests.end(connection, kept.id, at=now, **how)
    return DONE if "outcome" in how else REFUSED

"""Making the clones whose org did not answer: each as it was asked for, on the day on which it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.crm.composite import MOST_NODES
from service.crm.errors import CrmError, Refused
from service.mirror.connected import Connected
from service.mirror.uprooting import standing, uproot
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


class Unanswered(Refusal):
    """Report a request that nobody answered for as long as it is kept."""

    code = "unanswered"


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
    try:
        came = kept.body["making"] if _landed(org, kept) else _made(org, kept, now=now)
    except Refusal as refusal:
        told = {"code": refusal.code, "reason": str(refusal), "faults": [asdict(fault) for fault in refusal.faults]}
        return _refuse(org, kept, now, told)
    except Refused as no:
        return _refuse(org, kept, now, {"code": no.code.lower(), "reason": str(no), "faults": []})
    except CrmError as lost:
        came = str(lost)
    if isinstance(came, str):
        return _wait(org, kept, now, came)
    return _end(org, kept, now, outcome={"made": came})


def _landed(org: Connected, kept: KeptRequest) -> bool:
    """Ask whether the lost answer was a yes: of each part the last record is there, and with it all the others."""
    making = _making(kept)
    lasts = [*making[MOST_NODES - 1 :: MOST_NODES], *making[-1:]]
    return bool(lasts) and {our_id for _, our_id in lasts} <= standing(org, lasts).keys()


def _making(kept: KeptRequest) -> list[tuple[str, UUID]]:
    return [(each["noun"], UUID(each["id"])) for each in kept.body["making"]]


def _made(org: Connected, kept: KeptRequest, *, now: datetime) -> list[dict[str, str]] | str:
    """Make the clone; return what was made, or why it has to wait on."""
    if now - kept.created_at > PATIENCE:
        raise Unanswered(f"The org did not answer for a day, last: {kept.last_error}")
    cloned = carry_out(desk_of(org, kept, now=now), CloneRequest.of(kept.body["request"]), kept.id)
    return [each.document() for each in cloned.made] if isinstance(cloned, Cloned) else cloned.reason


def _refuse(org: Connected, kept: KeptRequest, now: datetime, told: dict[str, Any]) -> str:
    """End a request for good, once nothing of it stands in the org any more."""
    try:
        left = [str(error) for error in uproot(org, _making(kept))]
    except Refused as no:
        left = [str(no)]
    except CrmError as lost:
        return _wait(org, kept, now, str(lost))
    if left:
        told["reason"] += f"; some of it stands in the org and cannot be taken back: {left[0]}"
    return _end(org, kept, now, refused=told)


def _wait(org: Connected, kept: KeptRequest, now: datetime, error: str) -> str:
    with org.writing(by="") as connection:
        kept_requests.note(connection, kept.id, at=now, error=error)
    return WAITING


def _end(org: Connected, kept: KeptRequest, now: datetime, **how: dict[str, Any]) -> str:
    with org.writing(by="") as connection:
        kept_requests.end(connection, kept.id, at=now, **how)
    return DONE if "outcome" in how else REFUSED

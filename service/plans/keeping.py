"""Keeping a request whose org does not answer, and telling what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from service.domain.faults import Fault
from service.domain.permissions import Right, User
from service.mirror.connected import Connected
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.refusals import Changed, Denied, Held, Invalid, Missing, Refusal
from service.store import kept_requests
from service.store.assignments import held_since
from service.store.kept_requests import KeptRequest
from service.store.ledger import links as ledger
from service.store.records import RECORDS

CLONE = "clone"
MOST_WAITING = 20
"""Requests that are kept for one user at a time."""


class Crowded(Refusal):
    """Report that so many requests of a user wait for the org that no further one is kept."""

    code = "too_many_waiting"


@dataclass(frozen=True, slots=True)
class Made:
    """One record that a request makes, or made."""

    noun: str
    id: UUID

    def document(self) -> dict[str, str]:
        """Return it as JSON."""
        return {"noun": self.noun, "id": str(self.id)}


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that waits until the org answers, or did; `outcome` tells what became of it."""

    id: UUID
    reason: str


def keep(desk: Desk, request: CloneRequest, request_id: UUID, making: Sequence[Made], *, reason: str) -> Kept:
    """Keep a request for a clone with what was sent of it; one of which nothing had been sent learns what was.

    Crowded where too many of the user's wait already.
    """
    kept = KeptRequest(
        id=request_id,
        kind=CLONE,
        body={"request": request.document(), "making": [each.document() for each in making]},
        asked_by=_asked_by(desk),
        created_at=desk.now,
        tried_at=desk.now,
        last_error=reason,
    )
    with desk.org.writing(by=desk.by) as connection:
        is_new = kept_requests.of_id(connection, request_id) is None
        if is_new and kept_requests.count_waiting(connection, desk.user.crm_id) >= MOST_WAITING:
            raise Crowded(
                f"The org gives no answer ({reason}), and {MOST_WAITING} requests of yours wait for it already; "
                "send this one again, under the same key, once it answers"
            )
        kept_requests.keep(connection, desk.org.org_id, kept)
    return Kept(request_id, reason)


def kept_before(desk: Desk, request_id: UUID) -> KeptRequest | None:
    """Return the same request as it was kept before; None when it was not."""
    with desk.org.writing(by=desk.by) as connection:
        return kept_requests.of_id(connection, request_id)


def refusal(refused: Mapping[str, Any]) -> Refusal:
    """Return the refusal with which a kept request ended."""
    faults = [Fault(**fault) for fault in refused["faults"]]
    kinds = {kind.code: kind for kind in (Denied, Missing, Changed)}
    return Invalid(faults) if faults else kinds.get(refused["code"], Held)(refused["reason"])


def outcome(desk: Desk, request_id: UUID) -> KeptRequest:
    """Return a kept request of the acting user with what became of it; nobody else's is there for them."""
    with desk.org.writing(by=desk.by) as connection:
        kept = kept_requests.of_id(connection, request_id)
    if kept is None or kept.asked_by["crm_id"] != desk.user.crm_id:
        raise Missing(f"There is no request {request_id} of yours")
    return kept


def desk_of(org: Connected, kept: KeptRequest, *, now: datetime) -> Desk:
    """Return the desk of a kept request: the same user on the same day, with the rights that a later look at the org shows.

    Denied where the user is not active any more.
    """
    who = kept.asked_by
    with org.writing(by="") as connection:
        held = held_since(connection, who["crm_id"], kept.created_at, now=now)
        is_inactive = connection.execute(_INACTIVE, {"crm_id": who["crm_id"]}).first() is not None
    if is_inactive:
        raise Denied("Whoever asked for this is not active in Salesforce any more; somebody who is has to ask anew")
    rights = frozenset(Right(right) for right in (who["rights"] if held is None else held))
    user = User(crm_id=who["crm_id"], id=who["id"], name=who["name"], rights=rights)
    return Desk(org=org, user=user, now=kept.created_at, zone=who["zone"])


_USERS = RECORDS["user_"]
_INACTIVE = (
    select(_USERS.c.id)
    .join(ledger, ledger.c.id == _USERS.c.id)
    .where(ledger.c.crm_id == bindparam("crm_id"), _USERS.c.active.is_(False))
)


def _asked_by(desk: Desk) -> dict[str, Any]:
    user = desk.user
    return {
        "crm_id": user.crm_id,
        "id": user.id,
        "name": user.name,
        "rights": sorted(right.value for right in user.rights),
        "zone": desk.zone,
    }

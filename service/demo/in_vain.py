"""What people try with a template and are refused: by their permission sets, or by what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from service.demo.callers import desk_of
from service.demo.definitions import Definitions
from service.demo.stage import Stage
from service.plans import listing
from service.plans.clone import clone
from service.plans.clone_requests import CloneRequest
from service.plans.create import Given
from service.plans.delete import delete
from service.plans.desk import Desk
from service.plans.refusals import Refusal

KEY = "in vain"
TOO_LONG = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Something that is not allowed, who tried it, and why it was refused; None when nobody did."""

    who: str
    what: str
    reason: str | None


def try_in_vain(
    stage: Stage, definitions: Definitions, requests: Sequence[CloneRequest], kpi_id: UUID
) -> Iterator[Tried]:
    """Try what is not allowed, each by somebody to whom it is not."""
    members = (definitions.team[0], definitions.participant, definitions.outsider)
    csm, participant, outsider = (desk_of(stage, member.username) for member in members)
    for request in requests:
        yield _clone(participant, "clone the template", request)
    yield _try(participant, "delete a KPI", lambda: delete(participant, "objective_kpi", kpi_id, version=0))
    yield _clone(outsider, "clone the template", requests[0])
    for what, values in _mistakes(csm, requests):
        yield _clone(csm, what, replace(requests[0], values=values))


def _mistakes(desk: Desk, requests: Sequence[CloneRequest]) -> Iterator[tuple[str, Given]]:
    """Yield values that no rule lets pass: a plan of somebody else, a name without end."""
    one, other = (request.values["success_plan_id"] for request in requests[:2])
    account_id = listing.one(desk, "success_plan", UUID(other)).row["account_id"]
    yield "put a clone for one customer into the plan of another", {"success_plan_id": one, "account_id": account_id}
    yield f"give a clone a name of {TOO_LONG:,} characters", {"success_plan_id": one, "name": "N" * TOO_LONG}


def _clone(desk: Desk, what: str, request: CloneRequest) -> Tried:
    return _try(desk, what, lambda: clone(desk, request, key=f"{KEY} {request.values['success_plan_id']}"))


def _try(desk: Desk, what: str, act: Callable[[], Any]) -> Tried:
    try:
        act()
    except Refusal as refusal:
        return Tried(who=desk.user.name, what=what, reason=str(refusal))
    return Tried(who=desk.user.name, what=what, reason=None)

"""The act between story and storm: a template cloned for ten customers, by somebody who may and by those who may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from rich.console import Console
from rich.table import Table

from service.demo.callers import desk_of, trust
from service.demo.clone_dates import Dated, Start, proof
from service.demo.customers import Customer
from service.demo.definitions import Definitions
from service.demo.in_vain import Tried, try_in_vain
from service.demo.stage import Stage
from service.demo.story import sync
from service.demo.template import KEY
from service.domain.templates import KPI, Template
from service.errors import PlansyncError
from service.mirror import links
from service.plans.clone import Cloned, clone
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.keeping import Kept
from service.plans.templates import template

CUSTOMERS = 10
"""So many customers get a clone: every other one starts today, the rest on a day chosen by hand."""
LATER = timedelta(days=9)


class CloneWaits(PlansyncError):  # noqa: N818 - named for what became of the clone
    """A clone of the act was not made now: its request is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What the act came to: the clones that were made, their dates, and what was tried in vain."""

    clones: tuple[Cloned, ...]
    dates: tuple[Dated, ...]
    tried: tuple[Tried, ...]

    @property
    def refusals(self) -> int:
        """Return how much of what is not allowed was refused."""
        return sum(tried.reason is not None for tried in self.tried)

    @property
    def ok(self) -> bool:
        """Say whether every clone was made in one call, on the days that the rules have, and nothing that is not allowed."""
        at_once = all(cloned.api_calls == 1 for cloned in self.clones)
        return at_once and all(dated.proven for dated in self.dates) and self.refusals == len(self.tried)


def deploy(stage: Stage, customers: Sequence[Customer], definitions: Definitions, console: Console) -> Deployed:
    """Play the act and tell it."""
    trust(stage)
    desk = desk_of(stage, definitions.team[0].username)
    requests = list(_requests(stage, customers[:CUSTOMERS], desk))
    source = template(desk, "objective", requests[0].template_id)
    console.print(
        f"\n[bold]A template for {len(requests)} customers.[/bold] {desk.user.name} clones {source.root.title!r}, "
        f"which starts on {source.anchor}, with {len(source.children)} children each."
    )
    # As the list that the template is picked from does: which fields this user may set is known before the clones.
    closed(desk, source.root.noun)
    clones = [_made(desk, request) for request in requests]
    tried = list(try_in_vain(stage, definitions, requests, _a_kpi(source)))
    sync(stage, console)
    starts = [
        Start(template=definitions.template.start, chosen=request.start or desk.today, today=desk.today)
        for request in requests
    ]
    ids = [record.id for record in source]
    dates = [proof(stage, ids, each.ids, start) for each, start in zip(clones, starts, strict=True)]
    _tell(dates, tried, console)
    return Deployed(clones=tuple(clones), dates=tuple(day for each in dates for day in each), tried=tuple(tried))


def _requests(stage: Stage, customers: Sequence[Customer], desk: Desk) -> Iterator[CloneRequest]:
    crm_ids = [stage.crm_ids[key] for key in (KEY, *(f"{customer.account.id}/plan" for customer in customers))]
    with stage.sync.transaction() as connection:
        our_ids = links.our_ids(connection, crm_ids)
    source, *plans = (our_ids[crm_id] for crm_id in crm_ids)
    for number, plan in enumerate(plans):
        yield CloneRequest(
            noun="objective",
            template_id=UUID(source),
            values={"success_plan_id": plan},
            start=desk.today + LATER if number % 2 else None,
        )


def _made(desk: Desk, request: CloneRequest) -> Cloned:
    cloned = clone(desk, request, key=request.values["success_plan_id"])
    if isinstance(cloned, Kept):
        raise CloneWaits(f"The org did not answer, so the clone waits: {cloned.reason}")
    return cloned


def _a_kpi(source: Template) -> UUID:
    return next(record.id for record in source.children if record.noun == KPI)


def _tell(dates: Sequence[Sequence[Dated]], tried: Sequence[Tried], console: Console) -> None:
    today, by_hand = dates[:2]
    table = Table("Date", "in the template", "start today", "start by hand", "held alike by both sides")
    for one, other in zip(today, by_hand, strict=True):
        proven = "yes" if one.proven and other.proven else f"{one.here} | {one.there}, {other.here} | {other.there}"
        table.add_row(f"{one.title}: {one.column}", str(one.template), _moved(one), _moved(other), proven)
    console.print(table)
    console.print("  A start changed by hand moves playbooks and tasks, but no KPIs (OB-38, OB-44).")
    for each, times in Counter(tried).items():
        what = f"{each.who} tries to {each.what}" + (f", {times} times" if times > 1 else "")
        console.print(f"  {what}: {each.reason or 'and nobody refuses it!'}", markup=False)


def _moved(dated: Dated) -> str:
    return f"{dated.expected} ({(dated.expected - dated.template).days:+d} days)"

"""The desk: what every use case is given; who acts, when, and on which org."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from service.domain.permissions import Action, User, decide
from service.mirror.connected import Connected
from service.mirror.sharing import touches
from service.plans.refusals import Denied


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Both sides of an org, the user who acts and the moment; `zone` is the org's time zone.

    An operator stands for no user of the CRM: whoever runs the connector sees all that it holds, and touches none of it.
    """

    org: Connected
    user: User
    now: datetime
    zone: str
    operator: bool = False

    @property
    def today(self) -> date:
        """Return the org's day (D11)."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def by(self) -> str:
        """Return how the writer stands in the ledger."""
        return f"user {self.user.crm_id}"

    def allow(self, action: Action, noun: str) -> None:
        """Refuse what the acting user may not do; Denied says why."""
        verdict = decide(self.user.rights, action, noun)
        if not verdict.allowed:
            raise Denied(verdict.reason)

    def reachable(self, action: Action, ids: Collection[UUID]) -> set[UUID]:
        """Return which of these records the CRM's sharing lets the acting user touch in this way."""
        return self.touchable(ids, action)[action]

    def touchable(self, ids: Collection[UUID], *actions: Action) -> dict[Action, set[UUID]]:
        """Return the same for several ways, asked in one question."""
        if self.operator:
            return {action: set(ids) if action is Action.VIEW else set() for action in actions}
        return touches(self.org, self.user.crm_id, ids, *actions)

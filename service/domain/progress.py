"""Progress: of a KPI as the package's formulas have it, of the work above it as the mean of its parts (D1, D2, D6).

Every progress is a percentage with two decimals, as the CRM shows it, so that anybody can recompute a mean from what
they see. What has no progress (a canceled task, a playbook without tasks) is None and counts in no mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from service.domain.checks import decimal
from service.domain.tasks import CANCELED, COMPLETED
from service.domain.values import Row, Value

DECREASE = "Decrease"
NONE, WHOLE, CENT = Decimal(0), Decimal(100), Decimal("0.01")


class Status(StrEnum):
    """How a KPI stands."""

    COMPLETED = "Completed"
    IN_PROGRESS = "In Progress"
    NOT_AVAILABLE = "Not Available"
    OVERDUE = "Overdue"


class Basis(StrEnum):
    """What the progress of an objective is the mean of."""

    KPIS = "Objective KPIs"
    WORK = "Playbooks and Tasks"
    OWN = "Own Values"


@dataclass(frozen=True, slots=True)
class Measure:
    """The values of a KPI, or an objective's own; without a direction they are meant to rise."""

    baseline: Decimal | None
    current: Decimal | None
    target: Decimal | None
    direction: str | None = None

    @property
    def known(self) -> Decimal | None:
        """Return how far the current value is from baseline to target, between 0 and 100; None where that is not said."""
        if self.baseline is None or self.current is None or self.target is None:
            return None
        # A target that does not lie beyond its baseline in the direction says nothing (D1).
        falls = self.target < self.baseline
        if self.target == self.baseline or falls != (self.direction == DECREASE):
            return None
        share = (self.current - self.baseline) / (self.target - self.baseline)
        return _rounded(max(NONE, min(WHOLE, share * 100)))

    @property
    def percent(self) -> Decimal:
        """Return the progress as the CRM's formula has it: 0 where nothing is known (OB-67 to OB-71)."""
        return self.known or NONE

    @property
    def reached(self) -> bool:
        """Say whether the current value has reached its target or passed it (D2)."""
        if self.current is None or self.target is None:
            return False
        return self.current <= self.target if self.direction == DECREASE else self.current >= self.target

    def status(self, target_date: date | None, today: date) -> Status:
        """Return how it stands on the org's day (OB-71, OB-72)."""
        if self.known is None:
            return Status.NOT_AVAILABLE
        if self.reached:
            return Status.COMPLETED
        return Status.OVERDUE if target_date is not None and target_date < today else Status.IN_PROGRESS


def measure(row: Row) -> Measure:
    """Return the values of a KPI or objective from its canonical row."""
    direction = row.get("direction")
    return Measure(
        decimal(row.get("baseline_value")),
        decimal(row.get("current_value")),
        decimal(row.get("target_value")),
        direction if isinstance(direction, str) else None,
    )


def status(kpi: Row, today: date) -> Status:
    """Return how a KPI stands on the org's day."""
    target_date = kpi.get("target_date")
    return measure(kpi).status(date.fromisoformat(target_date) if isinstance(target_date, str) else None, today)


def of_task(status: Value, percent_complete: Decimal | None) -> Decimal | None:
    """Return the progress of a task: all when it is completed, else its percentage; a canceled one has none."""
    if status == CANCELED:
        return None
    return WHOLE if status == COMPLETED else percent_complete or NONE


def mean(parts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the mean of the parts that have a progress."""
    known = [part for part in parts if part is not None]
    return _rounded(sum(known, NONE) / len(known)) if known else None


def of_objective(
    kpis: Iterable[Decimal | None], work: Iterable[Decimal | None], own: Decimal | None
) -> tuple[Decimal | None, Basis | None]:
    """Return the progress of an objective and what it rests on: KPIs, else playbooks and direct tasks, else its own values."""
    by_kpis, by_work = mean(kpis), mean(work)
    if by_kpis is not None:
        return by_kpis, Basis.KPIS
    if by_work is not None:
        return by_work, Basis.WORK
    return own, Basis.OWN if own is not None else None


def _rounded(percent: Decimal) -> Decimal:
    return percent.quantize(CENT, ROUND_HALF_UP)

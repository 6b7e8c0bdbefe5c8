"""KPIs: what their values were, day by day."""

from __future__ import annotations

from uuid import UUID

from service.domain.permissions import Action
from service.plans.desk import Desk
from service.plans.field_security import demand
from service.plans.records import find
from service.store import kpi_values
from service.store.kpi_values import DatedValue


def history(desk: Desk, kpi_id: UUID) -> list[DatedValue]:
    """Return the dated changes of a KPI's current value, the oldest first (OB-81)."""
    desk.allow(Action.VIEW, "objective_kpi")
    find(desk, "objective_kpi", kpi_id)
    demand(desk, "objective_kpi", "current_value")
    with desk.org.writing(by=desk.by) as connection:
        return kpi_values.of_kpi(connection, kpi_id)

"""Objective KPIs: what is refused (OB-65, OB-66, OB-74)."""

from __future__ import annotations

from service.domain import checks
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.values import Row


def faults(row: Row, choices: Choices) -> list[Fault]:
    """Name everything that keeps a KPI from being saved; its length limits are those of every field."""
    return [
        *checks.required(
            row,
            objective_id="Choose the objective that this KPI measures",
            description="Describe what the KPI measures, in at most 255 characters",
        ),
        *checks.chosen(row, choices),
        *checks.precise(row, "baseline_value", "current_value", "target_value"),
    ]

"""Playbook tasks: what is filled in for them and what is refused."""

from __future__ import annotations

from service.domain import checks, places
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.places import Parents
from service.domain.values import Row

COMPLETED, CANCELED = "Completed", "Canceled"


def faults(row: Row, parents: Parents, choices: Choices) -> list[Fault]:
    """Name everything that keeps a task from being saved; dates may be left out (AG-19)."""
    return [
        *checks.required(row, name="Give the task a name"),
        *places.account_required(row, "task"),
        *places.faults(row, parents),
        *checks.chosen(row, choices),
        *checks.in_order(row),
        *checks.whole_within(row, "percent_complete", 0, 100),
        *checks.whole_within(row, "sequence", 0, 9999),
        *checks.not_negative(row, "estimated_hours"),
    ]

"""Success plans: what is refused."""

from __future__ import annotations

from service.domain import checks, places
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.values import Row


def faults(row: Row, choices: Choices) -> list[Fault]:
    """Name everything that keeps a success plan from being saved."""
    return [
        *checks.required(row, name="Give the success plan a name"),
        *places.account_required(row, "success plan"),
        *checks.chosen(row, choices),
        *checks.whole_within(row, "health", 1, 5),
        *checks.in_order(row),
    ]

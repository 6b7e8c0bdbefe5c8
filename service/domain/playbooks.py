"""Playbooks: what is refused."""

from __future__ import annotations

from service.domain import checks, places
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.places import Parents
from service.domain.values import Row


def faults(row: Row, parents: Parents, choices: Choices) -> list[Fault]:
    """Name everything that keeps a playbook from being saved."""
    return [
        *checks.required(row, name="Give the playbook a name"),
        *places.account_required(row, "playbook"),
        *places.faults(row, parents),
        *checks.chosen(row, choices),
        *checks.in_order(row),
        *checks.not_negative(row, "estimated_hours"),
    ]

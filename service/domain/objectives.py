"""Objectives: what is filled in for them and what is refused (OB-20, OB-21, CO-01 to CO-20)."""

from __future__ import annotations

from service.domain import checks, places
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.places import Parents
from service.domain.values import Row, Value

ATTRIBUTE_BASED = "Attribute Based"
COMPLETED, ABANDONED = "Completed", "Abandoned"
CLOSED = frozenset({COMPLETED, ABANDONED})
"""The statuses in which nothing is left to do."""
ARCHIVED = "Archived"
"""The sixth status, which is a flag (D14)."""
NAME_LENGTH = 80
"""The title may be longer than the name that lists and lookups show."""


def status(row: Row) -> Value:
    """Return the status under which a list has a record: of an archived objective the sixth, whatever its own is."""
    return ARCHIVED if row.get("archived") else row.get("status")


def filled(row: Row, parents: Parents) -> Row:
    """Return the row with its account taken from the plan, and of name and title the one from the other."""
    found = places.placed(row, parents)
    title, name = found.get("title"), found.get("name")
    if isinstance(title, str) and not name:
        found["name"] = title[:NAME_LENGTH].strip()
    if isinstance(name, str) and not title:
        found["title"] = name
    return found


def faults(row: Row, parents: Parents, choices: Choices) -> list[Fault]:
    """Name everything that keeps an objective from being saved."""
    return [
        *checks.required(row, title="Give the objective a title that says its aim"),
        *places.account_required(row, "objective"),
        *places.faults(row, parents),
        *_assignment(row),
        *checks.chosen(row, choices),
        *checks.whole_within(row, "health", 1, 5),
        *checks.in_order(row),
        *checks.precise(row, "baseline_value", "current_value", "target_value"),
        *_completion(row),
    ]


def _assignment(row: Row) -> list[Fault]:
    if not (row.get("assigned_contact_id") and row.get("assigned_user_id")):
        return []
    message = "An objective is assigned to a contact or to a user, not to both; clear one of the two"
    return [Fault(field="assigned_user_id", code="both", message=message)]


def _completion(row: Row) -> list[Fault]:
    if row.get("completion_type") != ATTRIBUTE_BASED:
        return []
    attribute = "Name the attribute whose value completes this objective, or choose the completion type Manual"
    target = "Enter the target value that the attribute has to reach, or choose the completion type Manual"
    return checks.required(row, source_attribute=attribute, target_value=target)

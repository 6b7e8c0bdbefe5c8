"""Which records of a template a clone takes: what was left out, and what cannot stand without it (OB-29 to OB-31)."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from service.domain.templates import ASSIGNMENT, DEPENDENCY, STANDS_AT, TASK, Choices, Record, Template

_HANGING = (DEPENDENCY, ASSIGNMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Something that somebody should know before the clone is made; `record` is the one of the template it is about."""

    code: str
    message: str
    record: UUID | None = None


def select(template: Template, choices: Choices) -> tuple[tuple[Record, ...], tuple[Caution, ...]]:
    """Return the records that are taken, parents first, and what becomes of others although nobody asked for it."""
    stay = {*template.by_id} - ({*map(str, choices.left_out)} - {str(template.root.id)})
    cautions = []
    for record in template.children:
        if str(record.id) in stay:
            if _falls(record, template, stay):
                stay.remove(str(record.id))
            cautions += _cautions(record, stays=stay)
    return tuple(record for record in template if str(record.id) in stay), tuple(cautions)


def _falls(record: Record, template: Template, stay: Set[str]) -> bool:
    """Say whether a record cannot stand: its task is left out, or the objective of a plan that it belongs to."""
    if record.noun in _HANGING:
        return any(record.row.get(column) not in stay for column in STANDS_AT[record.noun])
    objective = template.objective_of(record)
    return objective in template.by_id and objective not in stay


def _cautions(record: Record, *, stays: Set[str]) -> list[Caution]:
    if str(record.id) in stays:
        alone = record.noun == TASK and record.row.get("playbook_id") and record.row["playbook_id"] not in stays
        message = f"The task {record.title!r} will be created without its playbook"
        return [Caution(code="without_playbook", message=message, record=record.id)] if alone else []
    if record.noun in _HANGING:
        message = "A task no longer waits for another one: one of the two is left out"
        gone = [Caution(code="dependency_dropped", message=message, record=record.id)]
        return gone if record.noun == DEPENDENCY else []
    message = f"{record.title!r} is left out with its objective"
    return [Caution(code="left_with_objective", message=message, record=record.id)]

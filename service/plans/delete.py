"""Delete: what stands in the way, what goes along, and the deed itself (OB-61 to OB-63)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from service.domain.permissions import Action
from service.mirror import ours
from service.mirror.writing import remove
from service.plans import rules
from service.plans.desk import Desk
from service.plans.records import Found, as_seen, find, reach, said
from service.plans.refusals import Held

DETAILS = frozenset({"playbook_task_dependency", "playbook_task_assignment"})
"""Records that mean nothing without their task and go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What deleting a record would do, counted by noun: what keeps it, what goes along, what only loses it (G9)."""

    held_by: dict[str, int]
    deleted: dict[str, int]
    cleared: dict[str, int]


def deletion(desk: Desk, noun: str, record_id: UUID) -> Deletion:
    """Foresee what deleting a record would do; nothing is changed."""
    desk.allow(Action.VIEW, noun)
    return _foreseen(desk, find(desk, noun, record_id))


def delete(desk: Desk, noun: str, record_id: UUID, *, version: int) -> None:
    """Delete a record on both sides; Held says what has to go first (OB-62)."""
    desk.allow(Action.DELETE, noun)
    found = as_seen(noun, record_id, version, reach(desk, Action.DELETE, noun, [record_id]))
    held_by = _foreseen(desk, found).held_by
    if held_by:
        raise Held(f"Delete its {_counted(held_by)} first; then the {said(noun)} can be deleted")
    kept = remove(desk.org, noun, [record_id], by=desk.by)
    if error := kept.get(record_id):
        raise Held(f"The CRM keeps this {said(noun)}: {error}", rules.refused(found.mapping, error))


def _foreseen(desk: Desk, found: Found) -> Deletion:
    with desk.org.writing(by=desk.by) as connection:
        pointing = ours.pointing_at(connection, desk.org.mappings, found.mapping.name, [found.id])
    sorts: dict[str, Counter[str]] = {"held_by": Counter(), "deleted": Counter(), "cleared": Counter()}
    for mapping, field, _ in pointing:
        sort = "cleared" if not field.required else "deleted" if mapping.name in DETAILS else "held_by"
        sorts[sort][mapping.name] += 1
    return Deletion(**{sort: dict(counts) for sort, counts in sorts.items()})


def _counted(counts: dict[str, int]) -> str:
    return " and ".join(f"{n} {said(noun)}{'' if n == 1 else 's'}" for noun, n in counts.items())

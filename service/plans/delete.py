"""Delete: what stands in the way, what goes along, and the deed itself (OB-61 to OB-63)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from service.domain.permissions import Action
from service.mirror import ours
from service.mirror.removing import remove
from service.plans import rules
from service.plans.desk import Desk
from service.plans.records import Found, as_seen, find, hidden, reach, said
from service.plans.refusals import Held

DETAILS = frozenset({"playbook_task_dependency", "playbook_task_assignment"})
"""Records that mean nothing without their task and go with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What deleting a record would do, counted by noun: what keeps it, what goes along, what only loses it (G9).

    Only what the acting user sees is counted; `unseen` is how many records keep it besides.
    """

    held_by: dict[str, int]
    unseen: int
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
    foreseen = _foreseen(desk, found)
    if foreseen.held_by or foreseen.unseen:
        raise Held(f"Delete its {_counted(foreseen)} first; then the {said(noun)} can be deleted")
    kept = remove(desk.org, noun, [record_id], by=desk.by)
    if error := kept.get(record_id):
        raise Held(f"The CRM keeps this {said(noun)}: {error}", rules.refused(found.mapping, error))


def _foreseen(desk: Desk, found: Found) -> Deletion:
    with desk.org.writing(by=desk.by) as connection:
        pointing = ours.pointing_at(connection, desk.org.mappings, found.mapping.name, [found.id])
    kept = hidden(desk, Action.VIEW, {our_id for mapping, _, our_id in pointing if mapping.name not in DETAILS})
    sorts: dict[str, Counter[str]] = {"held_by": Counter(), "deleted": Counter(), "cleared": Counter()}
    unseen = set()
    for mapping, field, our_id in pointing:
        sort = "cleared" if not field.required else "deleted" if mapping.name in DETAILS else "held_by"
        if our_id not in kept:
            sorts[sort][mapping.name] += 1
        elif sort == "held_by":
            unseen.add(our_id)
    return Deletion(**{sort: dict(counts) for sort, counts in sorts.items()}, unseen=len(unseen))


def _counted(foreseen: Deletion) -> str:
    named = [(n, said(noun), "") for noun, n in foreseen.held_by.items()]
    named += [(foreseen.unseen, "record", " that you do not see")] if foreseen.unseen else []
    return " and ".join(f"{n} {what}{'' if n == 1 else 's'}{which}" for n, what, which in named)

"""What records point at, as the acting user sees it: what sharing hides is not there to be chosen (OB-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection

from service.domain.permissions import Action
from service.domain.values import Row
from service.mapping.model import Mappings
from service.plans.desk import Desk
from service.plans.records import hidden
from service.plans.rules import PARENTS, Pointed, pointed_at

MASTERS: Mapping[str, str] = {"playbook_task_assignment": "playbook_task_id"}
"""The column in which details name their master: the CRM lets only those make them who may edit it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record as it would be saved, and as it is now; of a new one nothing is."""

    noun: str
    row: Row
    before: Row = field(default_factory=dict)

    def changes(self, column: str) -> bool:
        """Say whether a column gets another value."""
        return self.row.get(column) != self.before.get(column)


def pointed_by(desk: Desk, drafts: Sequence[Draft]) -> list[Pointed]:
    """Read what drafts point at; the CRM is asked once about all of it, and once more about masters.

    What a draft newly points at counts as not there when sharing hides it. A parent that it keeps is judged, not named.
    """
    with desk.org.writing(by=desk.by) as connection:
        found = _read(connection, desk.org.mappings, drafts)
    asked = [_asked(desk.org.mappings, draft, pointed) for draft, pointed in zip(drafts, found, strict=True)]
    kept = hidden(desk, Action.VIEW, {our_id for one in asked for our_id in one.values()})
    masters = {ids[MASTERS[d.noun]] for d, ids in zip(drafts, asked, strict=True) if MASTERS.get(d.noun) in ids}
    kept |= hidden(desk, Action.EDIT, masters - kept)
    return [_seen(*one, kept) for one in zip(drafts, found, asked, strict=True)]


def _read(connection: Connection, mappings: Mappings, drafts: Sequence[Draft]) -> list[Pointed]:
    found = {
        noun: iter(pointed_at(connection, mappings, noun, [draft.row for draft in drafts if draft.noun == noun]))
        for noun in {draft.noun for draft in drafts}
    }
    return [next(found[draft.noun]) for draft in drafts]


def _asked(mappings: Mappings, draft: Draft, pointed: Pointed) -> dict[str, UUID]:
    """Return what is asked about, by column: what is new, and the parents that a new account or parent is held against."""
    parents = PARENTS.get(draft.noun, ())
    judged = parents if any(map(draft.changes, ("account_id", *parents))) else ()
    return {
        field.column: UUID(str(draft.row[field.column]))
        for field in mappings[draft.noun].references
        # Users are no records that people share with each other.
        if pointed.get(field.column) and field.refers_to != "user"
        if field.column in judged or draft.changes(field.column)
    }


def _seen(draft: Draft, pointed: Pointed, asked: Mapping[str, UUID], kept: set[UUID]) -> Pointed:
    out_of_reach = {column: str(our_id) for column, our_id in asked.items() if our_id in kept}
    return {
        **pointed,
        **{c: None if draft.changes(c) else {**(pointed[c] or {}), "name": named} for c, named in out_of_reach.items()},
    }

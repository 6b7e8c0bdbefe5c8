"""Behind: which records wait because another one waits, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from service.domain.values import Row
from service.mapping.model import Mappings
from service.mirror import links, ours
from service.store.questions import Question, questions
from service.store.record_list import names_of
from service.sync.park import Why

MOST = 5_000
"""Waiting records that are looked at, the longest waiting first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """One record that waits for another; it has no name before it is here."""

    object: str
    id: UUID
    crm_id: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.object} {self.name or self.crm_id or self.id}"


def behind(connection: Connection, mappings: Mappings) -> dict[str, tuple[Waiter, ...]]:
    """Return what waits, by the record it waits for: our id as text, or the CRM's id of a record we never held."""
    waiting = questions(connection, [Why.WAITING.value], limit=MOST)
    held: dict[UUID, Row] = {}
    for mapping in mappings:
        held |= ours.read_rows(connection, mapping, [each.link_id for each in waiting if each.object == mapping.name])
    wanted = {each.link_id: _points_at(mappings, each, held.get(each.link_id)) for each in waiting}
    there = links.crm_ids(connection, {target for targets in wanted.values() for target in targets if "-" in target})
    lost = {target for targets in wanted.values() for target in targets if "-" not in target}
    known = links.our_ids(connection, lost, held=False)
    called = names_of(connection, [each.link_id for each in waiting])
    found: dict[str, list[Waiter]] = {}
    for each in waiting:
        for target in wanted[each.link_id]:
            if target not in there:
                found.setdefault(known.get(target, target), []).append(_waiter(each, called))
    return {target: tuple(waiters) for target, waiters in found.items()}


def told(waiters: Sequence[Waiter], *, most: int = 5) -> str:
    """Return some waiters by name, and how many more there are."""
    named = ", ".join(str(waiter) for waiter in waiters[:most])
    return f"{named} and {len(waiters) - most} more" if len(waiters) > most else named


def _points_at(mappings: Mappings, waiting: Question, held: Row | None) -> Iterable[str]:
    """Return what a waiting record points at: by our ids when it is here, else the CRM record that is not."""
    if held is None:
        return [target] if (target := waiting.details.get("points_at")) else []
    columns = (field.column for field in mappings[waiting.object].references)
    return sorted({str(held[column]) for column in columns if held.get(column)})


def _waiter(waiting: Question, called: Mapping[UUID, str]) -> Waiter:
    return Waiter(
        object=waiting.object, id=waiting.link_id, crm_id=waiting.crm_id, name=called.get(waiting.link_id, "")
    )

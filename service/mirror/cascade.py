"""Carry out cascades in the store: children take over what changed in their parent; the next push tells the CRM."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, select, true, update

from service.domain.cascades import LASTING, Follow, followers
from service.domain.values import Value
from service.mapping.model import Mappings
from service.mirror import ours
from service.store.database import among


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One column of a child that takes over its parent's value; ids are ours."""

    noun: str
    id: UUID
    column: str
    old: Value
    new: Value
    reason: str


def follow(
    connection: Connection, mappings: Mappings, noun: str, changed: Mapping[str, Collection[UUID]]
) -> list[Followed]:
    """Let the children of records follow them in the columns that changed (column -> records); return what did."""
    found: list[Followed] = []
    for step, column, ids in _steps(noun, changed):
        here = _differing(connection, mappings, step, column, ids)
        parent, child = ours.table(mappings[step.parent]), ours.table(mappings[step.child])
        connection.execute(
            update(child)
            .where(among(child.c.id, [one.id for one in here]))
            .where(child.c.org_id == parent.c.org_id, child.c[step.pointer] == parent.c.id)
            .values({column: parent.c[column]})
        )
        found += here
        found += follow(connection, mappings, step.child, {column: [one.id for one in here]})
    return found


def foresee(
    connection: Connection, mappings: Mappings, noun: str, ids: Collection[UUID], becomes: Mapping[str, Value]
) -> list[Followed]:
    """Return what would follow if these records took these values; nothing is changed (G9)."""
    found: list[Followed] = []
    moving = [column for column, value in becomes.items() if value or column not in LASTING]
    for step, column, parents in _steps(noun, dict.fromkeys(moving, ids)):
        child, new = ours.table(mappings[step.child]), becomes[column]
        query = select(child.c.id, child.c[column].label("old")).where(
            among(child.c[step.pointer], parents), child.c[column].is_distinct_from(UUID(str(new)) if new else None)
        )
        here = [
            Followed(noun=step.child, id=row.id, column=column, old=_text(row.old), new=new, reason=step.reason)
            for row in connection.execute(query.order_by(child.c.id))
        ]
        found += here
        found += foresee(connection, mappings, step.child, [one.id for one in here], {column: new})
    # A task is reached by its playbook and by its objective.
    return list({(one.id, one.column): one for one in found}.values())


def _steps(noun: str, changed: Mapping[str, Collection[UUID]]) -> Iterator[tuple[Follow, str, Collection[UUID]]]:
    for step, columns in followers(noun, changed):
        for column in columns:
            if changed[column]:
                yield step, column, changed[column]


def _differing(
    connection: Connection, mappings: Mappings, step: Follow, column: str, ids: Collection[UUID]
) -> list[Followed]:
    """Return the children that hold another value than their parent, locked."""
    parent, child = ours.table(mappings[step.parent]), ours.table(mappings[step.child])
    query = (
        select(child.c.id, child.c[column].label("old"), parent.c[column].label("new"))
        .join(parent, (child.c.org_id == parent.c.org_id) & (child.c[step.pointer] == parent.c.id))
        .where(among(parent.c.id, ids), child.c[column].is_distinct_from(parent.c[column]))
        .where(parent.c[column].isnot(None) if column in LASTING else true())
        .order_by(child.c.id)
        .with_for_update(of=child)
    )
    return [
        Followed(noun=step.child, id=row.id, column=column, old=_text(row.old), new=_text(row.new), reason=step.reason)
        for row in connection.execute(query)
    ]


def _text(our_id: UUID | None) -> Value:
    return None if our_id is None else str(our_id)

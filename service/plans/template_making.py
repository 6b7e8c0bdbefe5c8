"""Making the records of a template that a file tells, and what changes where the template is there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.domain import resources
from service.domain.permissions import User
from service.domain.templates import ASSIGNMENT, DEPENDENCY, NOUNS, TASK, Record, Template
from service.domain.values import Kind, Row, Value
from service.mapping.model import Mappings
from service.mirror.amending import Update
from service.mirror.planting import Create
from service.plans.blueprint import Blueprint, Piece, row_of, told
from service.plans.template_people import People
from service.plans.template_telling import place

_STANDING = ("account_id", "success_plan_id", "objective_id", "playbook_id")
_FIRST: Row = {"template_version": "1"}
_GIVEN_ONCE = {"owner_id", "template", "template_version"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What records are made with.

    `known` are the ids of those that are there, by their place; `home` is where the template itself stands.
    """

    mappings: Mappings
    people: People
    user: User
    known: Mapping[str, UUID]
    home: Row
    new_id: Callable[[], UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be done so that a template is as its file tells it."""

    creates: Sequence[Create]
    updates: Sequence[Update]
    removals: Mapping[str, Sequence[UUID]]

    @property
    def nothing(self) -> bool:
        """Say whether the template is as its file tells it."""
        return not (self.creates or self.updates or self.removals)


@dataclass(frozen=True, slots=True)
class Made:
    """All records of a template, parents first, and the id of each by its place."""

    root_id: UUID
    records: Sequence[Create]
    places: Mapping[str, str]


def make(blueprint: Blueprint, root_id: UUID, making: Making) -> Made:
    """Return all records of a template, with the ids of those that are there."""
    places = {place(*each): making.known.get(place(*each)) or making.new_id() for each in _within(blueprint.root)}
    ids = {**places, place(blueprint.root.noun, blueprint.root.key): root_id}
    made = [*_records(blueprint, blueprint.root, None, making, ids), *_of_tasks(blueprint.root, making, ids)]
    records = sorted(made, key=lambda create: NOUNS.index(create.noun))
    return Made(root_id, records, {where: str(our_id) for where, our_id in places.items()})


def _within(piece: Piece) -> Iterator[tuple[str, str]]:
    for part in piece.parts:
        yield part.noun, part.key
        yield from _within(part)


def _records(
    blueprint: Blueprint, piece: Piece, over: Row | None, making: Making, ids: Mapping[str, UUID]
) -> Iterator[Create]:
    """Yield a piece and all within it; `over` says where it stands, the root where it stood."""
    our_id = ids[place(piece.noun, piece.key)]
    columns = {field.column for field in making.mappings[piece.noun].fields}
    standing = _FIRST if over is None else {column: over.get(column) for column in _STANDING if column in columns}
    unticked = {f.column: False for f in told(making.mappings[piece.noun]) if f.kind is Kind.BOOLEAN}
    values = {**unticked, **row_of(blueprint, piece), **standing, **_belonging(piece, columns, making)}
    yield Create(noun=piece.noun, id=our_id, values=values)
    below = {**(making.home if over is None else over), f"{piece.noun}_id": str(our_id)}
    for part in piece.parts:
        yield from _records(blueprint, part, below, making, ids)


def _belonging(piece: Piece, columns: set[str], making: Making) -> Row:
    """Return whose a record is: the person's it is given to, else that of who makes it."""
    if not piece.resources or "resource_id" not in columns:
        return {"owner_id": resources.owner_of(None, making.user)}
    resource_id, resource = making.people.one(next(iter(piece.resources)))
    return {"resource_id": str(resource_id), "owner_id": resources.owner_of(resource, making.user)}


def _of_tasks(piece: Piece, making: Making, ids: Mapping[str, UUID]) -> Iterator[Create]:
    """Yield what tasks wait for and who works on them."""
    for part in piece.parts:
        yield from _of_tasks(part, making, ids)
    if piece.noun == TASK:
        task = str(ids[place(TASK, piece.key)])
        for other, lag in piece.after.items():
            values: Row = {
                "playbook_task_id": task,
                "predecessor_id": str(ids[place(TASK, other)]),
                "lag_days": str(lag) if lag else None,
            }
            yield _joined(DEPENDENCY, values, making)
        for person, role in piece.resources.items():
            values = {"playbook_task_id": task, "resource_id": str(making.people.one(person)[0]), "role": role}
            yield _joined(ASSIGNMENT, values, making)


def _joined(noun: str, values: Row, making: Making) -> Create:
    known = making.known.get(join_place(noun, values))
    return Create(noun=noun, id=known or making.new_id(), values=values)


def join_place(noun: str, values: Row) -> str:
    """Return under what the id of a dependency or an assignment is known: by the two that it joins."""
    other = "predecessor_id" if noun == DEPENDENCY else "resource_id"
    return place(noun, f"{values['playbook_task_id']} {values[other]}")


def known_places(template: Template, records: Mapping[str, str]) -> dict[str, UUID]:
    """Return the id of everything that a template has, by its place."""
    joins = {join_place(each.noun, each.row): each.id for each in template if each.noun in (DEPENDENCY, ASSIGNMENT)}
    return {**{where: UUID(our_id) for where, our_id in records.items()}, **joins}


def changes(template: Template | None, target: Sequence[Create], mappings: Mappings) -> Changes:
    """Say what makes a template into its target: records that come, values that change, records that go."""
    there = {record.id: record for record in template or ()}
    wanted = {create.id for create in target}
    updates = [_update(there[create.id], create, mappings) for create in target if create.id in there]
    gone = [record for record in there.values() if record.id not in wanted]
    return Changes(
        creates=[create for create in target if create.id not in there],
        updates=[update for update in updates if update.values],
        removals={
            noun: found for noun in reversed(NOUNS) if (found := [record.id for record in gone if record.noun == noun])
        },
    )


def _update(record: Record, create: Create, mappings: Mappings) -> Update:
    columns = {field.column for field in told(mappings[record.noun])} | (create.values.keys() - _GIVEN_ONCE)
    changed = {
        column: create.values.get(column)
        for column in sorted(columns)
        if not _alike(column, create.values.get(column), record.row.get(column))
    }
    if "resource_id" in changed:
        # The resource's user owns the record (OB-59).
        changed["owner_id"] = create.values["owner_id"]
    return Update(noun=record.noun, id=record.id, values=changed)


def _alike(column: str, wanted: Value, there: Value) -> bool:
    nothing = (None, False, "0") if column == "lag_days" else (None, False)
    return wanted == there or (wanted in nothing and there in nothing)

"""Look at records: one of them, or a page of those that were asked for (OB-53, CO-21, CO-27, CO-28)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from service.domain import objectives
from service.domain.permissions import Action
from service.domain.values import Kind, Value
from service.mapping.model import FieldMapping, ObjectMapping
from service.mirror import ours
from service.plans.desk import Desk
from service.plans.field_security import closed
from service.plans.records import Found, find, find_many, records, visible

NAMES = ("name", "title", "first_name", "last_name")
"""The columns that a search looks into, as far as an object has them."""

FURTHER = (200,) * 4
"""How many records are looked at in each further round, where some of a page are hidden: 200 are one question."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the value that is sorted by, and the id of the last record."""

    value: Value
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records, in which order; what is `equal` is compared as canonical values, a choice of several as a set."""

    equal: Mapping[str, Value] = field(default_factory=dict)
    search: str = ""
    searched: Collection[str] = NAMES
    sort: str = "id"
    descending: bool = False
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records, and where the next page begins; None when there is none."""

    records: tuple[Found, ...]
    end: Place | None


def listing(desk: Desk, noun: str, wanted: Wanted) -> Page:
    """Return a page of records that the acting user sees; those without the value that is sorted by come last.

    It ends behind the last record that it shows, and goes on only where there is another one to show: what is hidden
    leaves no gap. Behind too many hidden ones it stops where it looked last.
    """
    desk.allow(Action.VIEW, noun)
    if wanted.search:
        wanted = replace(wanted, searched=set(wanted.searched) - closed(desk, noun).hidden)
    seen: list[Found] = []
    after = wanted.after
    for size in (wanted.limit + 1, *FURTHER):
        looked, more = _looked_at(desk, noun, replace(wanted, after=after), size)
        seen += visible(desk, looked)
        if len(seen) > wanted.limit:
            return Page(records=tuple(seen[: wanted.limit]), end=_place(seen[wanted.limit - 1], wanted.sort))
        if not (more and looked):
            return Page(records=tuple(seen), end=None)
        after = _place(looked[-1], wanted.sort)
    return Page(records=tuple(seen), end=after)


def one(desk: Desk, noun: str, record_id: UUID) -> Found:
    """Return one record; Missing when it is not there."""
    desk.allow(Action.VIEW, noun)
    return find(desk, noun, record_id)


def several(desk: Desk, noun: str, ids: Collection[UUID]) -> dict[UUID, Found]:
    """Return those of these records that are there."""
    desk.allow(Action.VIEW, noun)
    return {found.id: found for found in visible(desk, find_many(desk, noun, ids).values())}


def _looked_at(desk: Desk, noun: str, wanted: Wanted, size: int) -> tuple[list[Found], bool]:
    """Return the next records, whoever may see them, and whether there may be more."""
    mapping = desk.org.mappings[noun]
    with desk.org.writing(by=desk.by) as connection:
        ids = list(connection.execute(_query(mapping, wanted).limit(size)).scalars())
        found = records(connection, mapping, ids)
    return found, len(ids) == size


def _place(record: Found, column: str) -> Place:
    match column:
        case "id":
            value: Value = str(record.id)
        case "status":
            value = objectives.status(record.row)
        case _:
            value = record.row[column]
    return Place(value, record.id)


def _sorted_by(table: Table, name: str) -> ColumnElement[Any]:
    """Return what a list is sorted by; archived objectives stand together, as those of any other status (D14)."""
    column = table.c[name]
    if name == "status" and "archived" in table.c:
        return case((table.c.archived, objectives.ARCHIVED), else_=column)
    return column


def _query(mapping: ObjectMapping, wanted: Wanted) -> Select[UUID]:
    table = ours.table(mapping)
    column = _sorted_by(table, wanted.sort)
    order = column.desc().nulls_last() if wanted.descending else column.asc().nulls_last()
    query = select(table.c.id).where(*_conditions(mapping, table, wanted)).order_by(order, table.c.id)
    if wanted.after is not None:
        query = query.where(_behind(table, wanted, wanted.after))
    return query


def _behind(table: Table, wanted: Wanted, place: Place) -> ColumnElement[bool]:
    column, later = _sorted_by(table, wanted.sort), table.c.id > place.id
    if place.value is None:
        return and_(column.is_(None), later)
    value = literal(place.value, column.type)
    beyond = column < value if wanted.descending else column > value
    return or_(beyond, and_(column == value, later), column.is_(None))


def _conditions(mapping: ObjectMapping, table: Table, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for name, value in wanted.equal.items():
        yield _equals(mapping, table, name, value)
    if wanted.search:
        named = [table.c[name].icontains(wanted.search, autoescape=True) for name in wanted.searched if name in table.c]
        yield or_(false(), *named)


def _equals(mapping: ObjectMapping, table: Table, name: str, value: Value) -> ColumnElement[bool]:
    field = mapping.field(name)
    column = _extra(table, field) if field.extra else table.c[name]
    if value is None:
        return column.is_(None)
    if field.kind is Kind.CHOICES:
        held = func.string_to_array(func.lower(column), ";", type_=ARRAY(Text))
        return held.contains(cast(literal(str(value).lower().split(";"), ARRAY(Text)), ARRAY(Text)))
    return column == literal(value, column.type)


def _extra(table: Table, field: FieldMapping) -> ColumnElement[Any]:
    held = table.c.extra[field.column]
    value: ColumnElement[Any] = held.as_boolean() if field.kind is Kind.BOOLEAN else held.as_string()
    return value

"""The select list: which SQL columns it takes, and where each value goes in a record."""

from __future__ import annotations

from dataclasses import dataclass

from service.localorg.schema.model import Field, Type
from service.localorg.soql.ast import Call, Fields, Item, Path, Query
from service.localorg.soql.functions import AGGREGATES
from service.localorg.soql.session import Session
from service.localorg.soql.source import Column, Place, Source
from service.localorg.soql.sql import Sql

_MOST_WITH_FIELDS = 200
_LABELLED = frozenset({Type.PICKLIST, Type.MULTIPICKLIST})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a record: under which parents and key, from which SQL column, of which field."""

    parents: tuple[str, ...]
    key: str
    index: int
    field: Field
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """A record within a record: its object's name (of a polymorphic parent: in a column) and where its id is."""

    entity: str
    id_index: int
    type_index: int | None


class Selection:
    """Collects the columns of a select list."""

    def __init__(self, session: Session, source: Source) -> None:
        self.columns: list[Sql] = []
        self.leaves: list[Leaf] = []
        self._session, self._source = session, source
        self._places: dict[tuple[str, ...], Place] = {(): source.start}

    def add(self, item: Item | Fields, limit: int | None) -> None:
        """Add one part of a select list."""
        if isinstance(item, Fields):
            self._add_fields(item, limit)
        elif isinstance(item.expression, Call):
            self._add_call(item.expression, item.alias)
        elif item.alias is not None:
            raise self._session.malformed("only aggregate expressions use field aliasing", item.expression.at)
        else:
            self._add_column(self._source.column(item.expression), item.expression.at)

    def identities(self) -> dict[tuple[str, ...], Identity]:
        """Add the columns that tell the records apart, and say where they are, parents before their parents."""
        return {names: self._identity(self._places[names]) for names in sorted(self._places, key=len)}

    def _add_fields(self, item: Fields, limit: int | None) -> None:
        if item.group != "STANDARD" and (limit is None or limit > _MOST_WITH_FIELDS):
            raise self._session.malformed(
                f"The SOQL FIELDS function must have a LIMIT of at most {_MOST_WITH_FIELDS}", item.at
            )
        readable = self._session.access.readable(self._session.actor, self._source.sobject.name)
        for field in self._source.sobject.fields.values():
            if field.name in readable and item.group in ("ALL", "CUSTOM" if field.custom else "STANDARD"):
                self._add_column(self._source.column(Path((field.name,), item.at)), item.at)

    def _add_call(self, call: Call, alias: str | None) -> None:
        if call.name in AGGREGATES or call.path is None:
            raise self._session.malformed(f"unexpected token: '{call.name}'", call.at)
        if call.name != "TOLABEL":
            raise self._session.malformed(f"{call.name} is not supported in the select list without GROUP BY", call.at)
        column = self._source.column(call.path)
        if column.field.type not in _LABELLED:
            raise self._session.invalid_field(f"toLabel can not be used on field '{call.path}'", call.at)
        self._add_column(column, call.at, labelled=True, alias=alias)

    def _add_column(self, column: Column, at: int, *, labelled: bool = False, alias: str | None = None) -> None:
        parents, key = column.place.names, alias or column.field.name
        if any((leaf.parents, leaf.key) == (parents, key) for leaf in self.leaves):
            raise self._session.invalid_field(f"duplicate field selected: {'.'.join([*parents, key])}", at)
        self.leaves.append(Leaf(parents, key, len(self.columns), column.field, labelled))
        self.columns.append(column.sql)
        self._remember(column.place)

    def _remember(self, place: Place) -> None:
        """Note the record at a place, and those on the way to it."""
        self._places.setdefault(place.names, place)
        for depth in range(1, len(place.names)):
            names = place.names[:depth]
            if names not in self._places:
                self._places[names] = self._source.place(names)

    def _identity(self, place: Place) -> Identity:
        self.columns.append(self._source.record_id(place))
        id_index = len(self.columns) - 1
        if len(place.tables) == 1:
            return Identity(place.entity, id_index, None)
        self.columns.append(self._source.type_name(place))
        return Identity(place.entity, id_index, id_index + 1)


def is_grouped(query: Query) -> bool:
    """Say whether a query gives groups rather than records."""
    calls = (i.expression for i in query.items if isinstance(i, Item) and isinstance(i.expression, Call))
    return bool(query.groups) or any(call.name in AGGREGATES for call in calls)

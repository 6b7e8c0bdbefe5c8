"""The objects a query reads from: its own and the parents that its paths lead to."""

from __future__ import annotations

from dataclasses import dataclass

from service.localorg.formulas.compile import Formula
from service.localorg.schema.model import NUMERIC, Field, SObject, Type
from service.localorg.soql.ast import Path
from service.localorg.soql.session import Session
from service.localorg.soql.sql import Sql, joined

_BINARY = NUMERIC | {Type.ID, Type.REFERENCE, Type.BOOLEAN, Type.DATE, Type.DATETIME}
_MOST_PARENTS = 5
_NAME_FIELDS = frozenset(
    {"id", "name", "alias", "email", "firstname", "isactive", "lastname", "phone"}
    | {"profileid", "title", "username", "userroleid"}
)
"""What a polymorphic parent shows: the fields of Salesforce's Name object, besides Type."""
_TYPE = Field(name="Type", label="Type", type=Type.STRING)


@dataclass(frozen=True, slots=True)
class Table:
    """An object in the FROM part, under an alias."""

    sobject: SObject
    alias: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path has led: one table, or several where a parent can be of several objects."""

    tables: tuple[Table, ...]
    names: tuple[str, ...] = ()
    """The relationships that led here, as the schema spells them."""

    @property
    def entity(self) -> str:
        """Return the name that messages give to the object."""
        return self.tables[0].sobject.name if len(self.tables) == 1 else "Name"

    def field_of(self, table: Table, name: str) -> Field | None:
        """Return a table's field; several objects share Name, whatever each of them calls its own."""
        shared = len(self.tables) > 1 and name.lower() == "name"
        return table.sobject.field((table.sobject.name_field if shared else name) or "")


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a query may use, and its SQL."""

    field: Field
    sql: Sql
    place: Place


class Source:
    """The FROM part of one query or subquery; parents are joined as paths ask for them."""

    def __init__(self, session: Session, sobject: SObject, alias: str | None, table: str) -> None:
        self.session, self.sobject = session, sobject
        self.start = Place((Table(sobject, table),))
        self._own_names = {sobject.name.lower(), (alias or sobject.name).lower()}
        self._joins: dict[str, str] = {}

    def from_sql(self) -> str:
        """Return the FROM part with the joins asked for so far."""
        table = self.start.tables[0]
        return " ".join([f'FROM "{self.sobject.name}" AS "{table.alias}"', *self._joins.values()])

    def column(self, path: Path) -> Column:
        """Return the column of a path, as far as the user may read it."""
        *parents, name = self._relative(path.parts)
        if len(parents) > _MOST_PARENTS:
            raise self.session.malformed(f"field path '{path}' leads over more than {_MOST_PARENTS} parents", path.at)
        place = self.start
        for parent in parents:
            if not self._leads_on(place, parent):
                raise self.session.no_relationship(parent, path)
            place = self._parent(place, parent)
        column = self._readable_field(place, name)
        if column is None:
            raise self.session.no_column(name, place.entity, path)
        return column

    def place(self, names: tuple[str, ...]) -> Place:
        """Return the place that relationships of a path in use lead to."""
        place = self.start
        for name in names:
            place = self._parent(place, name)
        return place

    def record_id(self, place: Place) -> Sql:
        """Return the SQL of the id of the record at a place."""
        return _first([Sql(f'"{t.alias}"."Id"') for t in place.tables])

    def type_name(self, place: Place) -> Sql:
        """Return the SQL of the object name of the record at a place; the names come from the schema."""
        cases = " ".join(f'WHEN "{t.alias}"."Id" IS NOT NULL THEN \'{t.sobject.name}\'' for t in place.tables)
        return Sql(f"CASE {cases} END")

    def field(self, table: Table, field: Field) -> Sql:
        """Return the SQL of a field of a table; a formula is calculated from what it reads."""
        if field.formula is None:
            return Sql(f'"{table.alias}"."{field.name}"')
        return without_case(field, self._calculated(Place((table,)), field, field.formula))

    def _relative(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        return parts[1:] if len(parts) > 1 and parts[0].lower() in self._own_names else parts

    def _leads_on(self, place: Place, name: str) -> bool:
        """Say whether a relationship leads to a parent that the user may read."""
        if len(place.tables) > 1:
            return False
        sobject = place.tables[0].sobject
        link = sobject.parent(name)
        if link is None or link.reference is None or link.name not in self._readable(sobject):
            return False
        return any(self._readable(self.session.schema.objects[target]) for target in link.reference.to)

    def _parent(self, place: Place, name: str) -> Place:
        """Join the parent (or parents) behind a relationship."""
        table = place.tables[0]
        link = table.sobject.parent(name)
        if link is None or link.reference is None:
            raise LookupError(name)
        targets = link.reference.to
        tables = []
        for target in targets:
            alias = f"{table.alias}.{link.reference.name}" + (f":{target}" if len(targets) > 1 else "")
            present = "" if self.session.all_rows else f' AND "{alias}"."IsDeleted" = 0'
            self._joins[alias] = (
                f'LEFT JOIN "{target}" AS "{alias}" ON "{alias}"."Id" = "{table.alias}"."{link.name}"{present}'
            )
            tables.append(Table(self.session.schema.objects[target], alias))
        return Place(tuple(tables), (*place.names, link.reference.name))

    def _readable_field(self, place: Place, name: str) -> Column | None:
        if len(place.tables) > 1:
            if name.lower() == "type":
                return Column(_TYPE, self.type_name(place), place)
            if name.lower() not in _NAME_FIELDS:
                return None
        return self._field(place, name, readable_only=True)

    def _field(self, place: Place, name: str, *, readable_only: bool) -> Column | None:
        """Return a field from whichever of the tables holds the record."""
        fields = [(table, field) for table in place.tables if (field := place.field_of(table, name))]
        if readable_only:
            fields = [(table, field) for table, field in fields if field.name in self._readable(table.sobject)]
        if not fields:
            return None
        found = [self.field(table, field) for table, field in fields]
        first = fields[0][1]
        return Column(first, found[0] if len(found) == 1 else without_case(first, _first(found)), place)

    def _calculated(self, place: Place, field: Field, formula: Formula) -> Sql:
        """Return a formula field's SQL; what it reads needs no right to read."""
        inputs: dict[str, tuple[Field, Sql]] = {}
        for reference in formula.references:
            *parents, name = reference.split(".")
            at = place
            for parent in parents:
                at = self._parent(at, parent)
            column = self._field(at, name, readable_only=False)
            if column is not None:
                inputs[reference] = (column.field, column.sql)
        return self.session.calculate(field, formula, inputs)

    def _readable(self, sobject: SObject) -> frozenset[str]:
        return self.session.access.readable(self.session.actor, sobject.name)


def without_case(field: Field, sql: Sql) -> Sql:
    """Return SQL that is computed so that text compares without regard to case, as a column does by itself."""
    return sql if field.type in _BINARY or field.case_sensitive else sql.wrapped("", " COLLATE NOCASE")


def _first(parts: list[Sql]) -> Sql:
    """Return the first of several values that is there."""
    return parts[0] if len(parts) == 1 else joined(parts, ", ").wrapped("COALESCE(", ")")

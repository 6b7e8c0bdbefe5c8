"""Semi-joins and anti-joins: ids that are, or are not, among those of a subquery."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from service.localorg.soql.ast import Call, Expression, Item, Join, Path, Query
from service.localorg.soql.functions import date_function
from service.localorg.soql.literals import IDS
from service.localorg.soql.session import Session
from service.localorg.soql.source import Column, Source
from service.localorg.soql.sql import Sql, joined
from service.localorg.soql.where import Compiler, Operand

_MOST = 2


def conditions_of(session: Session, source: Source) -> Compiler:
    """Return the compiler of a query's WHERE."""
    numbers = count(1)

    def join(condition: Join, top: bool) -> Sql:
        if not top:
            raise session.malformed(
                "Semi join sub-selects are only allowed at the top level WHERE expressions"
                " and not in nested WHERE expressions.",
                condition.right.at,
            )
        number = next(numbers)
        if number > _MOST:
            raise session.malformed(f"Maximum {_MOST} semi join sub-selects are allowed.", condition.right.at)
        return _Joined(session, source, f"s{number}").sql(condition)

    return Compiler(session, lambda expression: operand_of(session, source, expression), join)


def operand_of(session: Session, source: Source, expression: Expression) -> Operand:
    """Return a field, or a date function of one, as the left side of a comparison."""
    if isinstance(expression, Path):
        column = source.column(expression)
        return Operand(column.field, column.sql, expression.at)
    if expression.path is None:
        raise session.malformed(f"unexpected token: '{expression.name}'", expression.at)
    column = source.column(expression.path)
    return Operand(*date_function(session, expression, column.field, column.sql), expression.at)


@dataclass(frozen=True, slots=True)
class _Joined:
    session: Session
    outer: Source
    alias: str

    def sql(self, join: Join) -> Sql:
        query = join.right
        path = self._only_field(query)
        left = self._id_column(self.outer, join.left)
        inner = Source(self.session, self.session.object(_object_name(query), query.source.at), query.alias, self.alias)
        right = self._id_column(inner, path)
        self._check_same_object(left, right, path)
        conditions = [*self.session.visible(inner.sobject, self.alias), right.sql.wrapped("", " IS NOT NULL")]
        if query.where is not None:
            conditions.append(self._inner_conditions(inner).sql(query.where))
        where = joined(conditions, " AND ")
        found = joined([right.sql.wrapped("SELECT "), Sql(inner.from_sql()), where.wrapped("WHERE ")], " ")
        inside = joined([left.sql, found.wrapped("(", ")")], " IN ")
        return inside.wrapped("(NOT COALESCE(", ", 0))") if join.negated else inside.wrapped("(", ")")

    def _inner_conditions(self, inner: Source) -> Compiler:
        def nested(join: Join, top: bool) -> Sql:
            del top
            raise self.session.malformed("Nesting of semi join sub-selects is not supported", join.right.at)

        return Compiler(self.session, lambda expression: operand_of(self.session, inner, expression), nested)

    def _only_field(self, query: Query) -> Path:
        extras = (query.groups, query.orders, query.limit is not None, query.offset is not None)
        item = query.items[0]
        if any(extras) or len(query.items) != 1 or not isinstance(item, Item) or isinstance(item.expression, Call):
            raise self.session.malformed(
                "Semi join sub-selects must select one id or reference field, without GROUP BY, ORDER BY, LIMIT and OFFSET",
                query.at,
            )
        return item.expression

    def _id_column(self, source: Source, expression: Expression) -> Column:
        column = source.column(expression) if isinstance(expression, Path) else None
        if column is None or column.field.type not in IDS:
            shown = expression if isinstance(expression, Path) else expression.name
            raise self.session.malformed(
                f"Semi join sub-selects can only compare id and reference fields, cannot use: '{shown}'", expression.at
            )
        return column

    def _check_same_object(self, left: Column, right: Column, path: Path) -> None:
        if not _objects_of(left) & _objects_of(right):
            raise self.session.malformed(
                f"The selected field '{path}' in the subquery and the left operand field in the where expression"
                f" in the outer query '{left.field.name}' should point to the same object type",
                path.at,
            )


def _objects_of(column: Column) -> set[str]:
    """Return the objects that the ids in a column can be of."""
    if column.field.reference is not None:
        return set(column.field.reference.to)
    return {table.sobject.name for table in column.place.tables}


def _object_name(query: Query) -> str:
    return str(query.source)

"""Queries with GROUP BY or aggregates: their rows are AggregateResults."""

from __future__ import annotations

from service.localorg.schema.model import Type
from service.localorg.soql.ast import Call, Expression, Item, Join, Path, Query
from service.localorg.soql.functions import AGGREGATES, aggregate
from service.localorg.soql.joins import conditions_of, operand_of
from service.localorg.soql.ordering import order_sql, page_sql
from service.localorg.soql.select import Leaf
from service.localorg.soql.session import Session
from service.localorg.soql.source import Source
from service.localorg.soql.sql import Sql, joined
from service.localorg.soql.statement import Statement
from service.localorg.soql.where import Compiler, Operand

_UNGROUPABLE = frozenset({Type.DOUBLE, Type.CURRENCY, Type.PERCENT, Type.DATETIME, Type.MULTIPICKLIST, Type.BASE64})


def compile_groups(session: Session, query: Query, source: Source) -> Statement:
    """Compile a query that gives groups."""
    if query.limit is not None and not query.groups:
        raise session.malformed(
            "Non-grouped query that uses overall aggregate functions cannot also use LIMIT", query.at
        )
    return _Grouping(session, query, source).statement()


class _Grouping:
    def __init__(self, session: Session, query: Query, source: Source) -> None:
        self._session, self._query, self._source = session, query, source
        self._keys: dict[str, Operand] = {}
        for group in query.groups:
            self._keys[_identity(source, group)] = self._group(group)

    def statement(self) -> Statement:
        """Put the statement together."""
        columns, leaves = self._outputs()
        tail = self._tail()
        start = [joined(columns, ", ").wrapped("SELECT "), Sql(self._source.from_sql())]
        sql = joined([*start, *tail], " ")
        return Statement("AggregateResult", sql, tuple(leaves), {}, (), tuple(self._session.calculations))

    def _tail(self) -> list[Sql]:
        session, query = self._session, self._query
        parts = [where_sql(session, self._source, query)]
        if self._keys:
            parts.append(joined([o.sql for o in self._keys.values()], ", ").wrapped("GROUP BY "))
        if query.having is not None:
            parts.append(Compiler(session, self._operand, self._no_join).sql(query.having).wrapped("HAVING "))
        return [*parts, *order_sql(session, query.orders, self._operand), *page_sql(query)]

    def _outputs(self) -> tuple[list[Sql], list[Leaf]]:
        columns: list[Sql] = []
        leaves: list[Leaf] = []
        unnamed = 0
        for item in self._query.items:
            if not isinstance(item, Item):
                raise self._session.malformed("Grouped queries can not have subqueries or FIELDS()", item.at)
            operand = self._operand(item.expression)
            alias = item.alias or (f"expr{unnamed}" if isinstance(item.expression, Call) else operand.field.name)
            unnamed += alias.startswith("expr") and item.alias is None
            if any(leaf.key.lower() == alias.lower() for leaf in leaves):
                raise self._session.malformed(f"duplicate alias: {alias}", item.expression.at)
            leaves.append(Leaf((), alias, len(columns), operand.field))
            columns.append(operand.sql)
        return columns, leaves

    def _group(self, group: Expression) -> Operand:
        operand = operand_of(self._session, self._source, group)
        if operand.field.type in _UNGROUPABLE or not operand.field.filterable:
            raise self._session.malformed(f"field '{operand.field.name}' can not be grouped in a query call", group.at)
        return operand

    def _operand(self, expression: Expression) -> Operand:
        """Return a grouped field or an aggregate; nothing else has one value for a group."""
        if isinstance(expression, Call) and expression.name in AGGREGATES:
            return self._aggregate(expression)
        found = self._keys.get(_identity(self._source, expression))
        if found is not None:
            return found
        operand_of(self._session, self._source, expression)
        shown = expression if isinstance(expression, Path) else f"{expression.name}({expression.path})"
        raise self._session.malformed(f"Field must be grouped or aggregated: {shown}", expression.at)

    def _aggregate(self, call: Call) -> Operand:
        if call.path is None:
            if call.name != "COUNT":
                raise self._session.malformed(f"unexpected token: '{call.name}'", call.at)
            raise self._session.malformed(
                "COUNT() must be the only expression of the select list; use COUNT(Id)", call.at
            )
        column = self._source.column(call.path)
        return Operand(*aggregate(self._session, call, column.field, column.sql), call.at)

    def _no_join(self, join: Join, top: bool) -> Sql:
        del top
        raise self._session.malformed("Semi join sub-selects are not allowed in HAVING", join.right.at)


def where_sql(session: Session, source: Source, query: Query, *more: Sql) -> Sql:
    """Return the WHERE part: what the user may see, what the query asks for, and more."""
    conditions = [*more, *session.visible(source.sobject, source.start.tables[0].alias)]
    if query.where is not None:
        conditions.append(conditions_of(session, source).sql(query.where))
    return joined(conditions or [Sql("1")], " AND ").wrapped("WHERE ")


def _identity(source: Source, expression: Expression) -> str:
    """Return what tells whether two expressions are the same."""
    if isinstance(expression, Call):
        inner = _identity(source, expression.path) if expression.path else ""
        return f"{expression.name}({inner})"
    column = source.column(expression)
    return ".".join([*column.place.names, column.field.name])

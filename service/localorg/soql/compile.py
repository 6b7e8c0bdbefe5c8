"""Compile a parsed query to one SQL statement over the tables of the org."""

from __future__ import annotations

from service.localorg.errors import Refusal
from service.localorg.schema.model import Field, SObject
from service.localorg.soql.ast import Call, Item, Query
from service.localorg.soql.errors import ADVICE, refused
from service.localorg.soql.grouping import compile_groups, where_sql
from service.localorg.soql.joins import operand_of
from service.localorg.soql.ordering import order_sql, page_sql
from service.localorg.soql.select import Selection, is_grouped
from service.localorg.soql.session import Session
from service.localorg.soql.source import Source
from service.localorg.soql.sql import Sql, joined
from service.localorg.soql.statement import PARENT_ID, Child, Statement

_TABLE = "t"
_MOST_CHILDREN = 20
_NOT_IN_BULK = "API_ERROR"


def compile_query(session: Session, query: Query) -> Statement:
    """Compile a query for REST: records with parents and children, groups, or a count."""
    sobject = session.object(str(query.source), query.source.at)
    source = Source(session, sobject, query.alias, _TABLE)
    if _counts_only(query):
        return _count(session, query, source)
    if is_grouped(query):
        return compile_groups(session, query, source)
    return _records(session, query, source)


def compile_flat(session: Session, query: Query) -> Statement:
    """Compile a query for Bulk: plain rows of fields and parents' fields."""
    _refuse_in_bulk(query)
    sobject = session.object(str(query.source), query.source.at)
    source = Source(session, sobject, query.alias, _TABLE)
    selection = _selected(session, query, source)
    sql = _select_sql(session, query, source, selection)
    return Statement(sobject.name, sql, tuple(selection.leaves), {}, (), tuple(session.calculations))


def _records(session: Session, query: Query, source: Source, *more: Sql) -> Statement:
    selection = _selected(session, query, source)
    identities = selection.identities()
    subqueries = [item for item in query.items if isinstance(item, Query)]
    if len(subqueries) > _MOST_CHILDREN:
        raise session.malformed(f"Maximum {_MOST_CHILDREN} child sub-selects are allowed.", subqueries[-1].at)
    sql = _select_sql(session, query, source, selection, *more)
    children = tuple(_child(session, source.sobject, subquery) for subquery in subqueries)
    if len({child.key for child in children}) < len(children):
        raise session.malformed("Cannot follow the same child relationship more than once", query.at)
    return Statement(
        source.sobject.name, sql, tuple(selection.leaves), identities, children, tuple(session.calculations)
    )


def _selected(session: Session, query: Query, source: Source) -> Selection:
    selection = Selection(session, source)
    for item in query.items:
        if not isinstance(item, Query):
            selection.add(item, query.limit)
    return selection


def _select_sql(session: Session, query: Query, source: Source, selection: Selection, *more: Sql) -> Sql:
    tail = _tail(session, query, source, *more)
    start = [joined(selection.columns, ", ").wrapped("SELECT "), Sql(source.from_sql())]
    return joined([*start, *tail], " ")


def _tail(session: Session, query: Query, source: Source, *more: Sql) -> list[Sql]:
    """Return what follows FROM; it may ask for further joins."""
    return [
        where_sql(session, source, query, *more),
        *order_sql(session, query.orders, lambda expression: operand_of(session, source, expression)),
        *page_sql(query),
    ]


def _counts_only(query: Query) -> bool:
    item = query.items[0]
    return (
        len(query.items) == 1
        and isinstance(item, Item)
        and isinstance(item.expression, Call)
        and (item.expression.name, item.expression.path) == ("COUNT", None)
    )


def _count(session: Session, query: Query, source: Source) -> Statement:
    if query.groups or query.orders:
        raise session.malformed("COUNT() can not be used with GROUP BY or ORDER BY; use COUNT(Id)", query.at)
    tail = _tail(session, query, source)
    inner = joined([Sql("SELECT 1"), Sql(source.from_sql()), *tail], " ")
    sql = inner.wrapped("SELECT COUNT(*) FROM (", ")")
    return Statement(source.sobject.name, sql, (), {}, (), tuple(session.calculations), counts_only=True)


def _child(session: Session, parent: SObject, query: Query) -> Child:
    if is_grouped(query) or any(isinstance(item, Query) for item in query.items):
        raise session.malformed("child sub-selects can have neither aggregates nor sub-selects of their own", query.at)
    if query.offset is not None:
        raise session.malformed("OFFSET is not supported in child sub-selects", query.at)
    child, link = _relationship(session, parent, query)
    source = Source(session, child, query.alias, _TABLE)
    of_parent = Sql(f'"{_TABLE}"."{link.name}" = ?', (PARENT_ID,))
    key = link.reference.children if link.reference else None
    return Child(key or link.name, _records(session, query, source, of_parent))


def _relationship(session: Session, parent: SObject, query: Query) -> tuple[SObject, Field]:
    """Return the child object and its field behind a child relationship, if the user may read both."""
    parts = query.source.parts
    name = parts[-1]
    for child, field in session.schema.children(parent.name):
        readable = field.name in session.access.readable(session.actor, child.name)
        if readable and field.reference and (field.reference.children or "").lower() == name.lower():
            return child, field
    raise refused(
        "INVALID_TYPE",
        f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom"
        f" relationship, be sure to append the '__r' after the custom relationship name.{ADVICE}",
        session.text,
        query.source.at,
    )


def _refuse_in_bulk(query: Query) -> None:
    if any(isinstance(item, Query) for item in query.items):
        raise Refusal(_NOT_IN_BULK, "Nested queries are not supported in Bulk API 2.0 queries")
    if is_grouped(query):
        raise Refusal(_NOT_IN_BULK, "Aggregate Relationships not supported in Bulk V2 Query with CSV content type")
    if query.offset is not None:
        raise Refusal(_NOT_IN_BULK, "OFFSET is not supported in Bulk API 2.0 queries")

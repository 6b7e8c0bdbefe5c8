"""ORDER BY, LIMIT and OFFSET."""

from __future__ import annotations

from collections.abc import Callable

from service.localorg.errors import Refusal
from service.localorg.schema.model import Field, Type
from service.localorg.soql.ast import Expression, Ordering, Query
from service.localorg.soql.session import Session
from service.localorg.soql.sql import Sql, joined
from service.localorg.soql.where import Operand

_GREATEST_OFFSET = 2_000


def order_sql(session: Session, orders: tuple[Ordering, ...], operand: Callable[[Expression], Operand]) -> list[Sql]:
    """Return the ORDER BY part, if any; blanks come first unless the query says otherwise."""
    return (
        [joined([_one(session, o, operand(o.expression)) for o in orders], ", ").wrapped("ORDER BY ")] if orders else []
    )


def page_sql(query: Query) -> list[Sql]:
    """Return the LIMIT and OFFSET part, if any."""
    if query.offset is not None and query.offset > _GREATEST_OFFSET:
        raise Refusal("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {_GREATEST_OFFSET}")
    if query.limit is None and query.offset is None:
        return []
    return [Sql("LIMIT ? OFFSET ?", (-1 if query.limit is None else query.limit, query.offset or 0))]


def _one(session: Session, ordering: Ordering, operand: Operand) -> Sql:
    field = operand.field
    if not field.sortable or field.type is Type.MULTIPICKLIST:
        raise session.invalid_field(f"field '{field.name}' can not be sorted in a query call", ordering.expression.at)
    direction = " DESC" if ordering.descending else " ASC"
    nulls = "" if field.system else " NULLS LAST" if ordering.nulls_last else " NULLS FIRST"
    return _sort_key(field, operand.sql).wrapped("", direction + nulls)


def _sort_key(field: Field, sql: Sql) -> Sql:
    """Picklists sort in set-up order, values that are not in it last."""
    if field.type is not Type.PICKLIST or field.picklist is None or field.formula is not None:
        return sql
    names = tuple(name for name, _ in field.picklist.values)
    cases = " ".join(f"WHEN ? THEN {at}" for at in range(len(names)))
    return Sql(
        f"CASE WHEN {sql.text} IS NULL THEN NULL ELSE CASE {sql.text} {cases} ELSE {len(names)} END END",
        (*sql.bound, *sql.bound, *names),
    )

"""What a query's columns are, as `query?columns=true` tells its clients before they lay out a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from service.localorg.records.access import Actor
from service.localorg.schema.model import NUMERIC, Field, Type
from service.localorg.soql.ast import Call, Item, Query
from service.localorg.soql.compile import compile_query
from service.localorg.soql.parser import parse
from service.localorg.soql.recordaccess import NAME, is_record_access, selected
from service.localorg.soql.run import session_of
from service.localorg.soql.select import Leaf
from service.localorg.soql.statement import Statement

if TYPE_CHECKING:
    from service.localorg.org import LocalOrg

_APEX = {
    Type.ID: "Id",
    Type.REFERENCE: "Id",
    Type.BOOLEAN: "Boolean",
    Type.INT: "Integer",
    Type.DATE: "Date",
    Type.DATETIME: "Datetime",
    Type.BASE64: "Blob",
} | dict.fromkeys(NUMERIC - {Type.INT}, "Double")

Column = dict[str, Any]


def describe_columns(org: LocalOrg, actor: Actor, text: str, *, all_rows: bool = False) -> dict[str, Any]:
    """Return the description of a query's columns for a user; the query is checked and not run."""
    query = parse(text)
    if is_record_access(query):
        return _described([_column(field.name, field) for field in selected(query, text)], NAME)
    with org.lock:
        statement = compile_query(session_of(org, actor, text, all_rows), query)
    columns = _columns(statement) if statement.identities else _grouped(statement, query)
    sobject = org.schema.object(str(query.source))
    name, prefix = (sobject.name, sobject.key_prefix) if sobject else (None, None)
    return _described(columns, name, prefix, grouped=bool(query.groups))


def _described(
    columns: list[Column], name: str | None, prefix: str | None = None, *, grouped: bool = False
) -> dict[str, Any]:
    return {
        "columnMetadata": columns,
        "entityName": name,
        "groupBy": grouped,
        "idSelected": any(column["columnName"] == "Id" for column in columns),
        "keyPrefix": prefix,
    }


def _columns(statement: Statement) -> list[Column]:
    children = [
        _column(child.key, None, aggregate=True, joined=_columns(child.statement)) for child in statement.children
    ]
    return [*_nested(statement.leaves, 0), *children]


def _nested(leaves: Iterable[Leaf], depth: int) -> list[Column]:
    """Return one column for each field, and one for each parent that holds those reached over it."""
    found: list[Column] = []
    parents: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        if len(leaf.parents) == depth:
            found.append(_column(leaf.key, leaf.field))
            continue
        name = leaf.parents[depth]
        if name not in parents:
            parents[name] = []
            found.append(_column(name, None))
        parents[name].append(leaf)
    for column in found:
        column["joinColumns"] = _nested(parents.get(column["columnName"], ()), depth + 1)
    return found


def _grouped(statement: Statement, query: Query) -> list[Column]:
    """Return the columns of groups: those that a function gives are named after it."""
    items = [item.expression for item in query.items if isinstance(item, Item)]
    columns = []
    for leaf, expression in zip(statement.leaves, items, strict=not statement.counts_only):
        called = f"{expression.name.lower()}({expression.path})" if isinstance(expression, Call) else leaf.key
        column = _column(leaf.key, leaf.field, aggregate=isinstance(expression, Call))
        columns.append(column | {"displayName": called})
    return columns


def _column(name: str, field: Field | None, *, aggregate: bool = False, joined: list[Column] | None = None) -> Column:
    kind = field.type if field else None
    apex = _APEX.get(kind, "String") if kind else "complexvaluetype"
    return {
        "aggregate": aggregate,
        "apexType": apex,
        "booleanType": kind is Type.BOOLEAN,
        "columnName": name,
        "custom": bool(field and field.custom),
        "displayName": name,
        "foreignKeyName": field.reference.name if field and field.reference else None,
        "insertable": bool(field and field.createable and field.formula is None and not field.system),
        "joinColumns": joined or [],
        "numberType": kind in NUMERIC,
        "textType": apex == "String",
        "updatable": bool(field and field.updateable and field.formula is None and not field.system),
    }

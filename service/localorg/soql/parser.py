"""Parse a query into its tree by recursive descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from service.localorg.errors import Refusal
from service.localorg.soql.ast import Expression, Fields, Item, Ordering, Query
from service.localorg.soql.conditions import parse_condition
from service.localorg.soql.errors import malformed
from service.localorg.soql.stream import Stream

_LONGEST = 100_000
_RESERVED = frozenset(
    {"AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST"}
    | {"LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH"}
)
"""Words that are no aliases; fields and objects may have such names."""
_CLAUSES = _RESERVED | {"ORDER", "OFFSET", "FOR", "ALL", "UPDATE"}
_FIELD_GROUPS = frozenset({"ALL", "CUSTOM", "STANDARD"})
_Part = TypeVar("_Part")


def parse(text: str) -> Query:
    """Return the tree of a query; raise MALFORMED_QUERY where it is not one."""
    if len(text) > _LONGEST:
        raise Refusal("QUERY_TOO_COMPLICATED", f"SOQL statements cannot be longer than {_LONGEST} characters.")
    stream = Stream(text)
    query = _query(stream)
    if stream.token.kind != "end":
        raise stream.unexpected()
    return query


def _query(stream: Stream) -> Query:
    at = stream.token.at
    stream.demand("SELECT")
    items = _listed(stream, _item)
    stream.demand("FROM")
    source, alias = stream.path(), _object_alias(stream)
    where = parse_condition(stream, _query) if stream.skip("WHERE") else None
    groups = _groups(stream) if stream.skip("GROUP", "BY") else ()
    having = parse_condition(stream, _query) if groups and stream.skip("HAVING") else None
    orders = _listed(stream, _ordering) if stream.skip("ORDER", "BY") else ()
    limit = stream.number() if stream.skip("LIMIT") else None
    offset = stream.number() if stream.skip("OFFSET") else None
    stream.skip("FOR", "UPDATE")
    return Query(items, source, alias, where, groups, having, orders, limit, offset, at)


def _listed(stream: Stream, part: Callable[[Stream], _Part]) -> tuple[_Part, ...]:
    """Parse parts with commas between them."""
    found = [part(stream)]
    while stream.skip(","):
        found.append(part(stream))
    return tuple(found)


def _item(stream: Stream) -> Item | Fields | Query:
    if stream.skip("("):
        query = _query(stream)
        stream.demand(")")
        return query
    if stream.token.word == "TYPEOF" and stream.following().kind == "name" and stream.following().word != "FROM":
        raise malformed("TYPEOF is not supported by this org", stream.text, stream.token.at)
    if stream.token.word == "FROM":
        raise stream.unexpected()
    if stream.token.word == "FIELDS" and stream.following().text == "(":
        return _fields(stream)
    expression = stream.expression()
    alias = stream.take().text if stream.token.kind == "name" and stream.token.word not in _RESERVED else None
    return Item(expression, alias)


def _fields(stream: Stream) -> Fields:
    at = stream.take().at
    stream.demand("(")
    if stream.token.word not in _FIELD_GROUPS:
        raise stream.unexpected()
    group = stream.take().word
    stream.demand(")")
    return Fields(group, at)


def _object_alias(stream: Stream) -> str | None:
    if stream.skip("AS"):
        return stream.name().text
    if stream.token.kind == "name" and stream.token.word not in _CLAUSES:
        return stream.take().text
    return None


def _groups(stream: Stream) -> tuple[Expression, ...]:
    if stream.token.word in ("ROLLUP", "CUBE") and stream.following().text == "(":
        raise malformed(f"GROUP BY {stream.token.word} is not supported by this org", stream.text, stream.token.at)
    return _listed(stream, Stream.expression)


def _ordering(stream: Stream) -> Ordering:
    expression = stream.expression()
    descending = stream.skip("DESC")
    if not descending:
        stream.skip("ASC")
    nulls_last = stream.skip("NULLS", "LAST")
    if not nulls_last:
        stream.skip("NULLS", "FIRST")
    return Ordering(expression, descending, nulls_last)

"""Run queries: lazily, a batch of rows at a time under the org's lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor
from service.localorg.soql.ast import Query
from service.localorg.soql.compile import compile_flat, compile_query
from service.localorg.soql.parser import parse
from service.localorg.soql.recordaccess import NAME, is_record_access, record_access, selected
from service.localorg.soql.session import Session
from service.localorg.soql.shape import csv_builder, record_builder
from service.localorg.soql.statement import PARENT_ID, Statement

if TYPE_CHECKING:
    from service.localorg.org import LocalOrg

DATA_PATH = "/services/data/v68.0"
_BATCH = 2_000

_NO_FURTHER_PAGES = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query found: how many records, and the records as REST writes them, to be read once."""

    object: str
    total: int
    records: Iterator[dict[str, Any]]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvResult:
    """What a query found as Bulk writes it: the header, and rows of cells to be read once."""

    object: str
    header: tuple[str, ...]
    rows: Iterator[tuple[str, ...]]


def run_query(
    org: LocalOrg, actor: Actor, text: str, *, all_rows: bool = False, data_path: str = DATA_PATH
) -> QueryResult:
    """Run a query for a user; `all_rows` takes in deleted records, `data_path` goes into the records' URLs."""
    query = parse(text)
    if is_record_access(query):
        return _record_access(org, actor, query, text, data_path)
    with org.lock:
        statement = compile_query(session_of(org, actor, text, all_rows), query)
        if statement.counts_only:
            return QueryResult(statement.entity, _total(org, statement), iter(()), ())
        batches = _batches(org, statement)
        first = next(batches)
        total = len(first) if len(first) < _BATCH else _total(org, statement)
        if total > _BATCH and not statement.identities:
            raise Refusal("EXCEEDED_ID_LIMIT", _NO_FURTHER_PAGES)
    rows = (row for batch in chain([first], batches) for row in batch)
    build = record_builder(statement, data_path, lambda child, parent_id: _children(org, child, parent_id, data_path))
    records = (record for record in map(build, rows) if record is not None)
    return QueryResult(statement.entity, total, records, _columns(statement))


def _record_access(org: LocalOrg, actor: Actor, query: Query, text: str, data_path: str) -> QueryResult:
    with org.lock:
        found = list(record_access(org, actor, query, text))
    attributes = {"type": NAME, "url": f"{data_path}/sobjects/{NAME}/000000000000000AAA"}
    records = ({"attributes": attributes, **record} for record in found)
    return QueryResult(NAME, len(found), records, tuple(field.name for field in selected(query, text)))


def rows_csv(org: LocalOrg, actor: Actor, text: str, *, all_rows: bool = False) -> CsvResult:
    """Run a Bulk query for a user."""
    with org.lock:
        statement = compile_flat(session_of(org, actor, text, all_rows), parse(text))
    rows = (row for batch in _batches(org, statement) for row in batch)
    return CsvResult(statement.entity, _columns(statement), map(csv_builder(statement), rows))


def session_of(org: LocalOrg, actor: Actor, text: str, all_rows: bool) -> Session:
    """Return what all parts of one query share."""
    return Session(org, actor, text, all_rows, org.reader.context(actor))


def _batches(org: LocalOrg, statement: Statement, parent_id: str | None = None) -> Iterator[Rows]:
    """Yield the rows of a statement in batches, at least one; only the last can be short."""
    bound = tuple(parent_id if value is PARENT_ID else value for value in statement.sql.bound)
    with org.lock:
        cursor = org.storage.execute(statement.sql.text, bound)
        rows = cursor.fetchmany(_BATCH)
    yield rows
    while len(rows) == _BATCH:
        with org.lock:
            rows = cursor.fetchmany(_BATCH)
        yield rows


def _total(org: LocalOrg, statement: Statement) -> int:
    sql = statement.sql if statement.counts_only else statement.sql.wrapped("SELECT COUNT(*) FROM (", ")")
    return int(org.storage.execute(sql.text, sql.bound).fetchone()[0])


def _children(org: LocalOrg, statement: Statement, parent_id: str, data_path: str) -> dict[str, Any] | None:
    """Return the records of a child subquery; where there are none, Salesforce says null."""
    build = record_builder(statement, data_path, lambda child, child_id: _children(org, child, child_id, data_path))
    records = [build(row) for batch in _batches(org, statement, parent_id) for row in batch]
    return {"totalSize": len(records), "done": True, "records": records} if records else None


def _columns(statement: Statement) -> tuple[str, ...]:
    return tuple(".".join([*leaf.parents, leaf.key]) for leaf in statement.leaves)

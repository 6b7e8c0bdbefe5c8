"""SOQL over REST: query, queryAll, and the pages that follow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.http.api import Api, Cursor
from service.localorg.http.messages import Answer, Call
from service.localorg.http.spool import Spool
from service.localorg.schema.model import SObject
from service.localorg.schema.standard import OPEN, SETUP, TOOLING
from service.localorg.soql.columns import describe_columns
from service.localorg.soql.parser import parse
from service.localorg.soql.run import run_query

SMALLEST, LARGEST = 200, 2000
_BATCH_SIZE = re.compile(r"batchSize=(\d+)")
_LOCATOR = re.compile(r"(01g\w{15})-(\d+)")


def query(api: Api, call: Call) -> Answer:
    """Return the first page of the records that a query finds."""
    _refuse_tooling(api, call)
    return _first_page(api, call, all_rows=False)


def tooling_query(api: Api, call: Call) -> Answer:
    """Return the first page of a query of the Tooling API, which knows the set-up and no business records."""
    name, sobject = _source(api, call)
    if sobject and sobject.name not in OPEN | SETUP:
        raise _unsupported(name)
    answer = _first_page(api, call, all_rows=False)
    # A question about columns has no records.
    found = answer.body.get("totalSize", 0)
    if found > 1 and "Metadata" in answer.body["records"][0]:
        raise Refusal(
            "MALFORMED_QUERY",
            "When retrieving results with Metadata or FullName fields, the query qualifications must specify "
            f"no more than one row for retrieval. Result size: {found}",
        )
    return answer


def query_all(api: Api, call: Call) -> Answer:
    """Return the first page, deleted records included."""
    _refuse_tooling(api, call)
    return _first_page(api, call, all_rows=True)


def next_page(api: Api, call: Call, locator: str) -> Answer:
    """Return a further page of an earlier query of the same user."""
    cursor, start = _find(api, call, locator)
    count = cursor.rows.size(start, api.org.faults.page(cursor.size))
    text = b"".join(cursor.rows.read(start, count))
    following = cursor.total - len(cursor.rows) + start + count
    rest = f"{locator.partition('-')[0]}-{following}" if following < cursor.total else None
    return _page(call, cursor.total, [json.loads(line) for line in text.splitlines()], rest)


def records_of(api: Api, call: Call, text: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a query that the org asks on the actor's behalf."""
    yield from run_query(api.org, call.actor, text, data_path=call.data_path).records


def _find(api: Api, call: Call, locator: str) -> tuple[Cursor, int]:
    """Return a cursor of this user and the row in it that a locator points at."""
    named = _LOCATOR.fullmatch(locator)
    cursor = api.cursors.get(named[1]) if named else None
    if named and cursor and cursor.user_id == call.actor.user_id:
        start = int(named[2]) - (cursor.total - len(cursor.rows))
        if 0 <= start < len(cursor.rows):
            return cursor, start
    raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")


def _refuse_tooling(api: Api, call: Call) -> None:
    name, sobject = _source(api, call)
    if sobject and sobject.name in TOOLING:
        raise _unsupported(name)


def _source(api: Api, call: Call) -> tuple[str, SObject | None]:
    """Return what a query reads from, by the name it uses."""
    name = str(parse(_text(call)).source)
    return name, api.org.schema.object(name)


def _unsupported(name: str) -> Refusal:
    return Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")


def _first_page(api: Api, call: Call, *, all_rows: bool) -> Answer:
    text = _text(call)
    if call.query.get("columns") == "true":
        return Answer(body=describe_columns(api.org, call.actor, text, all_rows=all_rows))
    result = run_query(api.org, call.actor, text, all_rows=all_rows, data_path=call.data_path)
    largest = _batch_size(call)
    size = api.org.faults.page(largest)
    records = iter(result.records)
    page = list(islice(records, size))
    following = next(records, None)
    if following is None:
        return _page(call, result.total, page, None)
    rows = Spool(_lines(chain([following], records)))
    cursor = Cursor(call.actor.user_id, len(page) + len(rows), largest, rows)
    return _page(call, result.total, page, f"{api.keep(cursor)}-{size}")


def _text(call: Call) -> str:
    text = call.query.get("q", "").strip()
    if not text:
        raise Refusal("MALFORMED_QUERY", "A query string has to be specified")
    return text


def _page(call: Call, total: int, records: list[Any], locator: str | None) -> Answer:
    body: dict[str, Any] = {"totalSize": total, "done": locator is None, "records": records}
    if locator:
        body["nextRecordsUrl"] = f"{call.data_path}/query/{locator}"
    return Answer(body=body)


def _lines(records: Iterable[Any]) -> Iterator[bytes]:
    return (json.dumps(record).encode() + b"\n" for record in records)


def _batch_size(call: Call) -> int:
    given = _BATCH_SIZE.search(call.headers.get("Sforce-Query-Options", ""))
    return min(max(int(given[1]), SMALLEST), LARGEST) if given else LARGEST

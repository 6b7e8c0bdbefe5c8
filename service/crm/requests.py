"""Requests as values: what to send and what the answer means; nothing here touches the network."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from service.crm.answers import (
    Answer,
    Deleted,
    Described,
    Landed,
    NotModified,
    OutOfStep,
    Page,
    Record,
    RowResult,
    Updated,
    read_body,
    read_conditional,
    read_deleted,
    read_described,
    read_page,
    read_row_result,
    read_row_results,
    read_updated,
)
from service.crm.errors import RowError

T = TypeVar("T")
MOST_ROWS = 200
"""Rows of one collection that Salesforce writes at once."""
MOST_IDS = 2_000
"""Ids of one collection that Salesforce reads at once."""

_VERSIONED = re.compile(r"^/services/data/v\d+\.\d/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[T]):
    """Say what to ask and how to read the answer as a T."""

    method: str
    path: str
    """Relative to `/services/data/vXX.X/`, unless it begins with a slash."""
    parse: Callable[[Answer], T]
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    repeatable: bool = False
    """Whether sending it twice is the same as once; only reads say so."""
    heavy: bool = False
    """Whether it is one of the at most five queries and collections of a composite."""
    expects: frozenset[int] = frozenset()
    """Statuses past 2xx that `parse` reads as an answer."""


def updated_since(sobject: str, *, start: datetime, end: datetime) -> Request[Updated]:
    """Ask which records changed; Salesforce cuts both moments to the minute."""
    return Request(method="GET", path=_window(sobject, "updated", start, end), parse=read_updated, repeatable=True)


def deleted_since(sobject: str, *, start: datetime, end: datetime) -> Request[Deleted]:
    """Ask which records were deleted; Salesforce looks back 15 days."""
    return Request(method="GET", path=_window(sobject, "deleted", start, end), parse=read_deleted, repeatable=True)


def describe_global(*, modified_since: datetime | None = None) -> Request[Described | NotModified]:
    """List all objects, or learn that no schema and no right has changed since."""
    return Request(
        method="GET",
        path="sobjects",
        headers=_unless(("If-Modified-Since", modified_since)),
        parse=read_described,
        repeatable=True,
        expects=frozenset({HTTPStatus.NOT_MODIFIED}),
    )


def describe(sobject: str) -> Request[Record]:
    """Describe one object with its fields, as far as the user may see them."""
    return Request(method="GET", path=f"sobjects/{sobject}/describe", parse=read_body, repeatable=True)


def retrieve(sobject: str, ids: Sequence[str], fields: Sequence[str]) -> Request[list[Record | None]]:
    """Read up to 2,000 records by id, in order; None where there is nothing to see."""
    # By POST: a GET ends near 800 ids, where the URL gets too long.
    return Request(
        method="POST",
        path=f"composite/sobjects/{sobject}",
        body={"ids": _at_most(MOST_IDS, ids), "fields": list(fields)},
        parse=read_body,
        repeatable=True,
        heavy=True,
    )


def query(soql: str, *, deleted: bool = False) -> Request[Page]:
    """Ask for the first page of a query; `deleted` also shows the recycle bin."""
    path = f"{'queryAll' if deleted else 'query'}?{urlencode({'q': soql})}"
    return Request(method="GET", path=path, parse=read_page, repeatable=True, heavy=True)


def next_page(url: str) -> Request[Page]:
    """Ask for the page that `Page.next` names."""
    return Request(method="GET", path=_VERSIONED.sub("", url), parse=read_page, repeatable=True, heavy=True)


def create_rows(sobject: str, rows: Sequence[Record]) -> Request[tuple[RowResult, ...]]:
    """Create up to 200 records, each for itself."""
    return _write("POST", "composite/sobjects", sobject, rows)


def update_rows(sobject: str, rows: Sequence[Record]) -> Request[tuple[RowResult, ...]]:
    """Update up to 200 records by their Id, each for itself."""
    return _write("PATCH", "composite/sobjects", sobject, [_with_id(row) for row in rows])


def upsert_rows(sobject: str, key: str, rows: Sequence[Record]) -> Request[tuple[RowResult, ...]]:
    """Create or update up to 200 records by an external id that each row holds."""
    return _write("PATCH", f"composite/sobjects/{sobject}/{key}", sobject, rows)


def delete_rows(ids: Sequence[str]) -> Request[tuple[RowResult, ...]]:
    """Delete up to 200 records, each for itself."""
    path = f"composite/sobjects?ids={','.join(_at_most(MOST_ROWS, ids))}&allOrNone=false"
    return Request(method="DELETE", path=path, parse=read_row_results, heavy=True)


def create_row(sobject: str, values: Record) -> Request[RowResult]:
    """Create one record; in a graph, values may refer to other nodes as `@{name.id}`."""
    return Request(method="POST", path=f"sobjects/{sobject}", body=values, parse=read_row_result)


def upsert_row(sobject: str, key: tuple[str, str], values: Record) -> Request[RowResult]:
    """Create or update one record by an external id: (field, value)."""
    field, value = key
    path = f"sobjects/{sobject}/{field}/{quote(value, safe='')}"
    return Request(method="PATCH", path=path, body=values, parse=read_row_result)


def update_row(
    sobject: str, record_id: str, values: Record, *, unmodified_since: datetime | None = None
) -> Request[Landed | OutOfStep | RowError]:
    """Update one record, if nobody has changed it since a moment; a refusal is an answer, as in a collection."""
    return Request(
        method="PATCH",
        path=f"sobjects/{sobject}/{record_id}",
        body=values,
        headers=_unless(("If-Unmodified-Since", unmodified_since)),
        parse=read_conditional,
        expects=frozenset({400, 403, 404, 412}),
    )


def _window(sobject: str, what: str, start: datetime, end: datetime) -> str:
    return f"sobjects/{sobject}/{what}/?{urlencode({'start': _iso(start), 'end': _iso(end)})}"


def _iso(at: datetime) -> str:
    return _aware(at).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC)


def _unless(*conditions: tuple[str, datetime | None]) -> tuple[tuple[str, str], ...]:
    return tuple((name, format_datetime(_aware(at), usegmt=True)) for name, at in conditions if at)


def _at_most(most: int, items: Sequence[T]) -> list[T]:
    if not 0 < len(items) <= most:
        raise ValueError(f"{len(items)} items in a request that takes 1 to {most}")
    return list(items)


def _write(method: str, path: str, sobject: str, rows: Sequence[Record]) -> Request[tuple[RowResult, ...]]:
    records = [{"attributes": {"type": sobject}, **row} for row in _at_most(MOST_ROWS, rows)]
    body = {"allOrNone": False, "records": records}
    return Request(method=method, path=path, body=body, parse=read_row_results, heavy=True)


def _with_id(row: Record) -> Record:
    # A collection wants the id under its lower-case name.
    return {"id": row["Id"], **{name: value for name, value in row.items() if name != "Id"}}

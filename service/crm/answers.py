"""Answers as values: what Salesforce's JSON means, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from service.crm.errors import RowError

Record = dict[str, Any]
"""A record by API name; numbers are int or Decimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what Salesforce answered, alone or inside a composite; header names are in lower case."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """List the ids changed in a window; everything up to `latest` is covered."""

    ids: tuple[str, ...]
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """List the ids deleted in a window, with their times; before `earliest` nothing is known."""

    rows: tuple[tuple[str, datetime], ...]
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """List the org's objects; `modified` is to be sent with the next request."""

    sobjects: tuple[Record, ...]
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """Say that no object, field or right has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Hold one page of a query; `next` leads to the one after."""

    rows: list[Record]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """Say what became of one row of a write."""

    id: str | None
    success: bool
    created: bool | None = None
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class Landed:
    """Say that a conditional update was carried out."""


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """Say that a record has changed since it was read (412): read it and merge again."""


def moment(text: str) -> datetime:
    """Read one of Salesforce's datetimes, `...+0000` (REST) or `...Z` (Bulk)."""
    return datetime.fromisoformat(text).astimezone(UTC)


def row_errors(body: Any) -> tuple[RowError, ...]:
    """Read Salesforce's list of errors: a row's names its code `statusCode`, a request's `errorCode`."""
    if not isinstance(body, list):
        return ()
    return tuple(
        RowError(error.get("statusCode") or error["errorCode"], error.get("message") or "", _fields(error))
        for error in body
        if isinstance(error, dict) and ("statusCode" in error or "errorCode" in error)
    )


def _fields(error: Record) -> tuple[str, ...]:
    return tuple(error.get("fields") or ())


def read_body(answer: Answer) -> Any:
    """Return the body as it is."""
    return answer.body


def read_updated(answer: Answer) -> Updated:
    """Read the answer of getUpdated."""
    return Updated(ids=tuple(answer.body["ids"]), latest=moment(answer.body["latestDateCovered"]))


def read_deleted(answer: Answer) -> Deleted:
    """Read the answer of getDeleted."""
    body = answer.body
    return Deleted(
        rows=tuple((row["id"], moment(row["deletedDate"])) for row in body["deletedRecords"]),
        earliest=moment(body["earliestDateAvailable"]),
        latest=moment(body["latestDateCovered"]),
    )


def read_described(answer: Answer) -> Described | NotModified:
    """Read Describe Global, or that nothing has changed."""
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return NotModified()
    modified = answer.headers.get("last-modified")
    return Described(
        sobjects=tuple(answer.body["sobjects"]), modified=parsedate_to_datetime(modified) if modified else None
    )


def read_page(answer: Answer) -> Page:
    """Read one page of a query."""
    body = answer.body
    return Page(rows=body["records"], total=body["totalSize"], next=body.get("nextRecordsUrl"))


def read_row_results(answer: Answer) -> tuple[RowResult, ...]:
    """Read the results of a collection."""
    return tuple(map(_result, answer.body))


def read_row_result(answer: Answer) -> RowResult:
    """Read the result of a single row."""
    # Updating by external id answers 204 with no body.
    return _result(answer.body) if answer.body else RowResult(id=None, success=True, created=False)


def _result(row: Record) -> RowResult:
    return RowResult(
        id=row.get("id"), success=row["success"], created=row.get("created"), errors=row_errors(row.get("errors"))
    )


def read_conditional(answer: Answer) -> Landed | OutOfStep | RowError:
    """Read the answer to a conditional update."""
    if answer.status == HTTPStatus.PRECONDITION_FAILED:
        return OutOfStep()
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Landed()
    errors = row_errors(answer.body)
    return errors[0] if errors else RowError(f"HTTP_{answer.status}", "Salesforce gave no reason")

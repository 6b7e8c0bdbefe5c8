"""Bulk API 2.0 queries: create the job, wait, stream its pages as CSV rows; memory stays flat whatever the size."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

import requests

from service.crm import faults
from service.crm.answers import read_body
from service.crm.errors import CrmError, Refused, Retryable, RowError
from service.crm.requests import Request
from service.crm.session import Session

T = TypeVar("T")

MOST_RECORDS = 250_000
"""Records of one page of results."""

_ROWS_PER_SECOND = 20_000
_LONGEST_FIRST_WAIT = 30.0
_LONGEST_WAIT = 60.0
_PATIENCE = 3_600.0
_OPENINGS = 3
_CHUNK = 1 << 16


class Call(Protocol):
    """Send one request and return its answer."""

    def __call__(self, request: Request[T]) -> T: ...


class BulkRows(NamedTuple):
    """Hold the column names and the rows of a query, streamed as they are read; a null is ''.

    `asked_at` is the org's own time when the job was made: no row is older.
    """

    header: list[str]
    rows: Iterator[list[str]]
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Page:
    lines: Iterator[list[str]]
    records: int | None
    locator: str | None


class BulkQuery:
    """Run one query as a job of the org."""

    def __init__(self, session: Session, call: Call, *, root: str, sleep: Callable[[float], None]) -> None:
        self._session, self._call, self._sleep = session, call, sleep
        self._jobs = f"{root}jobs/query"

    @contextmanager
    def run(self, soql: str, *, deleted: bool, expected_rows: int) -> Iterator[BulkRows]:
        """Yield header and rows; whoever leaves by an error leaves no job behind."""
        job = self._create(soql, deleted)
        asked_at = self._session.asked_at
        try:
            self._wait(job, expected_rows)
            lines = self._lines(job)
            yield BulkRows(next(lines, []), lines, asked_at)
        except BaseException:
            with suppress(CrmError):
                self._discard(job)
            raise

    def _create(self, soql: str, deleted: bool) -> str:
        body = {
            "operation": "queryAll" if deleted else "query",
            "query": soql,
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        # A job too many costs little; its results are dropped after seven days.
        job = self._call(Request(method="POST", path=self._jobs, body=body, parse=read_body, repeatable=True))
        return str(job["id"])

    def _wait(self, job: str, expected_rows: int) -> None:
        for wait in _waits(expected_rows):
            self._sleep(wait)
            if self._done(job):
                return
        raise Retryable(f"Bulk job {job} is not done after an hour")

    def _done(self, job: str) -> bool:
        info = self._call(Request(method="GET", path=f"{self._jobs}/{job}", parse=read_body, repeatable=True))
        if info["state"] in ("Failed", "Aborted"):
            message = info.get("errorMessage") or "Salesforce gave no reason"
            raise Refused((RowError(f"BULK_JOB_{info['state'].upper()}", message),), status=200)
        return bool(info["state"] == "JobComplete")

    def _discard(self, job: str) -> None:
        path = f"{self._jobs}/{job}"
        with suppress(Refused):
            self._call(Request(method="PATCH", path=path, body={"state": "Aborted"}, parse=read_body))
        self._call(Request(method="DELETE", path=path, parse=read_body))

    def _lines(self, job: str) -> Iterator[list[str]]:
        """Yield the header once, then the rows of all pages."""
        locator = yield from self._page(job, None)
        while locator:
            page = self._page(job, locator)
            next(page, None)
            locator = yield from page

    def _page(self, job: str, locator: str | None) -> Generator[list[str], None, str | None]:
        """Yield a page's lines and return what leads to the next; a stream that breaks is opened anew and read on."""
        done, records = 0, None
        for _ in range(_OPENINGS):
            page = self._open(job, locator)
            records = page.records
            try:
                for line in islice(page.lines, done, None):
                    yield line
                    done += 1
            except Retryable:
                continue
            if records in (None, max(done - 1, 0)):
                return page.locator
            break
        raise Retryable(f"the results of Bulk job {job} break off after {max(done - 1, 0)} of {records} rows")

    def _open(self, job: str, locator: str | None) -> _Page:
        query = {"maxRecords": str(MOST_RECORDS)} | ({"locator": locator} if locator else {})
        path = f"{self._jobs}/{job}/results?{urlencode(query)}"
        response = self._session.exchange("GET", path, _as_is, stream=True, headers={"Accept": "text/csv"})
        records = response.headers.get("Sforce-NumberOfRecords")
        following = response.headers.get("Sforce-Locator", "null")
        return _Page(
            lines=csv.reader(_text_lines(response)),
            records=int(records) if records is not None else None,
            locator=None if following in ("null", "") else following,
        )


def _waits(expected_rows: int) -> Iterator[float]:
    """Guess when the job is done, then ask at growing distances for an hour."""
    wait = min(max(0.5, expected_rows / _ROWS_PER_SECOND), _LONGEST_FIRST_WAIT)
    waited = 0.0
    while waited < _PATIENCE:
        yield wait
        waited += wait
        wait = min(wait * 1.5, _LONGEST_WAIT)


def _text_lines(response: requests.Response) -> Iterator[str]:
    """Yield the lines of a stream with their ends, which the csv module needs to keep line breaks in values."""
    tail = ""
    with faults.translated("the org", repeatable=True), response:
        for text in codecs.iterdecode(response.iter_content(_CHUNK), "utf-8"):
            *lines, tail = (tail + text).split("\n")
            yield from (f"{line}\n" for line in lines)
    if tail:
        yield tail


def _as_is(response: requests.Response) -> Any:
    return response

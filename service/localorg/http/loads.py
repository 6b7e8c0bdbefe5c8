"""Bulk ingest jobs: their state, their counts, and the results that they gather."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from service.localorg.bulk.files import BatchError, Format, Upload
from service.localorg.bulk.loading import Loading, Order
from service.localorg.http.spool import Spool
from service.localorg.org import LocalOrg

BATCH = 10_000
"""How many rows Salesforce makes a batch of; each look at a job under way finds one more of them done."""


class State(StrEnum):
    """States of an ingest job."""

    OPEN = "Open"
    UPLOADED = "UploadComplete"
    UNDER_WAY = "InProgress"
    COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"


ENDED = frozenset({State.COMPLETE, State.FAILED, State.ABORTED})


@dataclass(slots=True, kw_only=True)
class Load:
    """One ingest job; `held` looks pass before its rows are written."""

    id: str
    order: Order
    created: str
    version: float
    form: Format
    held: int = 0
    content: Upload | None = None
    state: State = State.OPEN
    error: str | None = None
    succeeded: Spool = field(default_factory=Spool)
    failed: Spool = field(default_factory=Spool)
    _loading: Loading | None = None

    def advance(self, org: LocalOrg) -> None:
        """Come nearer to the end: let one look pass, or load one batch."""
        if self.state not in (State.UPLOADED, State.UNDER_WAY):
            return
        if self.held:
            self.held -= 1
            self.state = State.UNDER_WAY
            return
        try:
            self.state = self._load_batch(org)
        except BatchError as error:
            self.state, self.error = State.FAILED, str(error)

    def header(self) -> bytes:
        """Return the header of the upload as it stands there; nothing before there is one."""
        try:
            return self.form.header(self.content) if self.content else b""
        except BatchError:
            return b""

    def unprocessed(self) -> Spool:
        """Return the rows that were not tried."""
        return Spool(self.form.lines(self._untried()))

    def described(self) -> dict[str, Any]:
        """Return what the answer to a change says of the job."""
        order = self.order
        key = {"externalIdFieldName": order.key} if order.key else {}
        return {
            "id": self.id,
            "operation": order.operation,
            "object": order.sobject,
            "createdById": order.actor.user_id,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            **key,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.version,
        }

    def created_answer(self) -> dict[str, Any]:
        """Return what the answer to a create, or to a look, says besides."""
        url = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
        content = {"contentUrl": url} if self.state is State.OPEN else {}
        return {
            **self.described(),
            **content,
            "lineEnding": self.form.line_ending,
            "columnDelimiter": self.form.delimiter,
        }

    def progress(self) -> dict[str, Any]:
        """Return what a look at the job says: its counts and why it failed."""
        failure = {"errorMessage": self.error} if self.error else {}
        return {
            **self.created_answer(),
            "jobType": "V2Ingest",
            "numberRecordsProcessed": len(self.succeeded) + len(self.failed),
            "numberRecordsFailed": len(self.failed),
            "retries": 0,
            "totalProcessingTime": 0,
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
            **failure,
        }

    def _load_batch(self, org: LocalOrg) -> State:
        if self.content is None:
            raise BatchError("InvalidBatch : Failed to parse CSV header: the file is empty")
        if self._loading is None:
            self._loading = Loading(org, self.order, self.content, self.form)
        count = 0
        for result in self._loading.load(BATCH):
            count += 1
            told = (result.record_id, result.error or str(result.created).lower())
            (line,) = self.form.lines([[*told, *result.row]])
            (self.failed if result.error else self.succeeded).add(line)
        return State.UNDER_WAY if count == BATCH else State.COMPLETE

    def _untried(self) -> Iterator[list[str]]:
        """Yield the rows after those that have results, as far as the file can be read."""
        done = len(self.succeeded) + len(self.failed)
        try:
            yield from islice(self.form.read(self.content), 1 + done, None) if self.content else ()
        except BatchError:
            return

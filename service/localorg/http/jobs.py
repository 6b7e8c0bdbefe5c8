"""Bulk query jobs: their description, their state, and the CSV rows they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.localorg.bulk.files import Format
from service.localorg.http.spool import Spool


@dataclass(slots=True, kw_only=True)
class Job:
    """One query job; `held` polls pass before it says that it is complete."""

    id: str
    user_id: str
    operation: str
    sobject: str
    created: str
    version: float
    form: Format
    header: bytes
    rows: Spool
    held: int = 0
    aborted: bool = False
    polls: int = 0

    @property
    def state(self) -> str:
        """Return the state as Salesforce names it."""
        if self.aborted:
            return "Aborted"
        if self.polls > self.held:
            return "JobComplete"
        return "InProgress" if self.polls else "UploadComplete"

    def described(self) -> dict[str, Any]:
        """Return what the answer to a create says of the job."""
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject,
            "createdById": self.user_id,
            "createdDate": self.created,
            "systemModstamp": self.created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": self.version,
            "lineEnding": self.form.line_ending,
            "columnDelimiter": self.form.delimiter,
        }

    def progress(self) -> dict[str, Any]:
        """Return what a later look at the job says besides."""
        done = len(self.rows) if self.state == "JobComplete" else 0
        return {
            **self.described(),
            "jobType": "V2Query",
            "numberRecordsProcessed": done,
            "retries": 0,
            "totalProcessingTime": 0,
            "isPkChunkingSupported": True,
        }

"""Calling the ingest jobs of Bulk API 2.0: open, upload, close, look."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

from werkzeug.test import TestResponse

from tests.localorg.http.calling import Caller


def opened(caller: Caller, operation: str = "insert", sobject: str = "Project__c", **more: Any) -> str:
    answer = caller("POST", "jobs/ingest", json={"operation": operation, "object": sobject, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json["id"])


def upload(caller: Caller, job_id: str, content: str | bytes) -> TestResponse:
    return caller("PUT", f"jobs/ingest/{job_id}/batches", data=content, content_type="text/csv")


def close(caller: Caller, job_id: str, state: str = "UploadComplete") -> TestResponse:
    return caller("PATCH", f"jobs/ingest/{job_id}", json={"state": state})


def loaded(caller: Caller, content: str | bytes, operation: str = "insert", **more: Any) -> str:
    """Load a file and return the id of the job that has ended."""
    job_id = opened(caller, operation, **more)
    assert upload(caller, job_id, content).status_code == 201
    assert close(caller, job_id).status_code == 200
    return job_id


def look(caller: Caller, job_id: str) -> dict[str, Any]:
    return dict(caller("GET", f"jobs/ingest/{job_id}").json)


def rows(caller: Caller, job_id: str, results: str) -> list[dict[str, str]]:
    answer = caller("GET", f"jobs/ingest/{job_id}/{results}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.text)))


def errors(caller: Caller, job_id: str) -> list[str]:
    assert rows(caller, job_id, "successfulResults") == []
    return [row["sf__Error"] for row in rows(caller, job_id, "failedResults")]

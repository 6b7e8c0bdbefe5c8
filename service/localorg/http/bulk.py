"""Bulk API 2.0 query jobs: create, look, page through the CSV results, abort, delete."""

from __future__ import annotations

import base64
import binascii
from itertools import chain

from service.localorg.bulk.files import read_format
from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.jobs import Job
from service.localorg.http.messages import Answer, Call
from service.localorg.http.spool import Spool
from service.localorg.ids import parse_id
from service.localorg.records.values import stamp
from service.localorg.soql.run import rows_csv

PAGE = 250_000


def create(api: Api, call: Call) -> Answer:
    """Run a query and keep its rows for the job."""
    asked = call.record()
    operation, text = asked.get("operation"), asked.get("query")
    if operation not in ("query", "queryAll"):
        raise Refusal("INVALIDINPUT", f"Unsupported operation: {operation}")
    if not isinstance(text, str) or not text.strip():
        raise Refusal("INVALIDINPUT", "The query of a query job is required.")
    form = read_format(asked)
    table = rows_csv(api.org, call.actor, text, all_rows=operation == "queryAll")
    lines = form.lines(chain([table.header], table.rows))
    job = Job(
        id=api.new_id("750"),
        user_id=call.actor.user_id,
        operation=operation,
        sobject=table.object,
        created=stamp(api.org.clock.now())[:-1] + "+0000",
        version=call.version,
        form=form,
        header=next(lines),
        rows=Spool(lines),
        held=api.held_polls,
    )
    api.jobs[job.id] = job
    return Answer(body=job.described())


def list_jobs(api: Api, call: Call) -> Answer:
    """Return all query jobs of the org on one page."""
    del call
    return Answer(body={"done": True, "records": [job.progress() for job in api.jobs.values()], "nextRecordsUrl": None})


def look(api: Api, call: Call, job_id: str) -> Answer:
    """Return a job's state; a job that is held comes one poll nearer to its end."""
    del call
    job = _job(api, job_id)
    job.polls += 1
    return Answer(body=job.progress())


def change(api: Api, call: Call, job_id: str) -> Answer:
    """Abort a job that is not complete."""
    job = _job(api, job_id)
    if call.record().get("state") != "Aborted":
        raise Refusal("INVALIDJOBSTATE", "A query job can only be aborted.")
    if job.state == "JobComplete":
        raise Refusal("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
    job.aborted = True
    return Answer(body=job.progress())


def delete(api: Api, call: Call, job_id: str) -> Answer:
    """Forget a job that has ended, with its results."""
    del call
    if _job(api, job_id).state not in ("JobComplete", "Aborted"):
        raise Refusal("INVALIDJOBSTATE", "Job must be in a terminal state to be deleted")
    del api.jobs[job_id]
    return Answer(status=204)


def results(api: Api, call: Call, job_id: str) -> Answer:
    """Stream a page of a complete job's rows under their header."""
    job = _job(api, job_id)
    if job.state != "JobComplete":
        raise Refusal("INVALIDJOBSTATE", "Invalid job state; results are there once the job is JobComplete")
    if job.version != call.version:
        raise Refusal("INVALIDVERSION", f"Use API version {job.version} to get the results of this job", status=409)
    start = _offset(call.query.get("locator"), len(job.rows))
    count = job.rows.size(start, api.org.faults.page(_most(call)))
    following = start + count
    return Answer(
        stream=chain([job.header], job.rows.read(start, count)),
        headers={
            "Content-Type": "text/csv; charset=UTF-8",
            "Sforce-NumberOfRecords": str(count),
            "Sforce-Locator": _locator(following) if following < len(job.rows) else "null",
        },
    )


def _job(api: Api, job_id: str) -> Job:
    full = parse_id(job_id)
    if full not in api.jobs:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    return api.jobs[full]


def _locator(offset: int) -> str:
    return base64.b64encode(str(offset).encode()).decode()


def _offset(locator: str | None, rows: int) -> int:
    if not locator:
        return 0
    try:
        offset = int(base64.b64decode(locator, validate=True))
    except (binascii.Error, ValueError):
        offset = rows
    if not 0 < offset < rows:
        raise Refusal("INVALIDINPUT", f"Invalid locator: {locator}")
    return offset


def _most(call: Call) -> int:
    given = call.query.get("maxRecords", str(PAGE))
    if not given.isdigit() or int(given) < 1:
        raise Refusal("INVALIDINPUT", f"maxRecords must be a positive number: {given}")
    return int(given)

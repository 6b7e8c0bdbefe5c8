"""Bulk API 2.0 ingest jobs: create, upload, close, look, and read the three sets of results."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import chain
from typing import Any

from service.localorg.bulk.files import DELIMITERS, Upload, read_format
from service.localorg.bulk.loading import Operation, Order
from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.loads import ENDED, Load, State
from service.localorg.http.messages import Answer, Call, Form, unreadable, unsupported
from service.localorg.http.spool import Spool
from service.localorg.ids import parse_id
from service.localorg.records.values import stamp
from service.localorg.schema.model import SObject

_CLOSED = {"UploadComplete": State.UPLOADED, "Aborted": State.ABORTED}
_HARD_DELETE = "hardDelete operation requires special user profile permission, please contact your system administrator"


def create(api: Api, call: Call) -> Answer:
    """Open a job; a form with a job and its content closes it at once."""
    form = call.body if isinstance(call.body, Form) else None
    asked = _job_part(form) if form else call.record()
    load = Load(
        id=api.new_id("750"),
        order=_order(api, call, asked),
        created=stamp(api.org.clock.now())[:-1] + "+0000",
        version=call.version,
        form=read_format(asked),
        held=api.held_polls,
    )
    api.loads[load.id] = load
    if form and "content" in form.parts:
        load.content, load.state = Upload(BytesIO(form.parts["content"])), State.UPLOADED
    answer = Answer(body=load.created_answer())
    load.advance(api.org)
    return answer


def upload(api: Api, call: Call, job_id: str) -> Answer:
    """Take the one file of an open job."""
    load = _load(api, job_id)
    if not isinstance(call.body, Upload):
        raise unsupported(call.headers.get("Content-Type", ""))
    if load.content is not None:
        message = (
            f"Found multipe contents for job: <{load.id[:15]}>, please 'Close' / 'Abort' / 'Delete' the current Job"
            " then create a new Job and make sure you only do 'PUT' once on a given Job."
        )
        raise Refusal("BULK_API_ERROR", message)
    if load.state is not State.OPEN:
        raise _wrong_state(f"Data can't be uploaded to a job in state {load.state}")
    load.content = call.body
    return Answer(status=201)


def change(api: Api, call: Call, job_id: str) -> Answer:
    """Close an open job's upload, which starts it, or abort a job that has not ended."""
    load, wanted = _load(api, job_id), call.record().get("state")
    if wanted not in _CLOSED:
        raise _wrong_state(f"A job can't be changed to state {wanted}")
    if load.state in ENDED or (wanted == State.UPLOADED and load.state is not State.OPEN):
        raise _wrong_state(f"Job in state {load.state} can't be changed to {wanted}")
    load.state = _CLOSED[wanted]
    answer = Answer(body=load.described())
    load.advance(api.org)
    return answer


def look(api: Api, call: Call, job_id: str) -> Answer:
    """Return a job's state and counts; one under way comes nearer to its end."""
    del call
    load = _load(api, job_id)
    load.advance(api.org)
    return Answer(body=load.progress())


def list_jobs(api: Api, call: Call) -> Answer:
    """Return all ingest jobs of the org on one page."""
    del call
    return Answer(
        body={"done": True, "records": [load.progress() for load in api.loads.values()], "nextRecordsUrl": None}
    )


def delete(api: Api, call: Call, job_id: str) -> Answer:
    """Forget a job that is closed, with its file and results."""
    del call
    load = _load(api, job_id)
    if load.state in (State.OPEN, State.UNDER_WAY):
        raise _wrong_state(f"Job in state {load.state} can't be deleted")
    del api.loads[load.id]
    return Answer(status=204)


def successful_results(api: Api, call: Call, job_id: str) -> Answer:
    """Stream the rows that were saved, with their ids."""
    load = _ended(api, call, job_id)
    return _results(load, ("sf__Id", "sf__Created"), load.succeeded)


def failed_results(api: Api, call: Call, job_id: str) -> Answer:
    """Stream the rows that were refused, with the reasons."""
    load = _ended(api, call, job_id)
    return _results(load, ("sf__Id", "sf__Error"), load.failed)


def unprocessed_records(api: Api, call: Call, job_id: str) -> Answer:
    """Stream the rows that a failed or aborted job did not come to."""
    load = _ended(api, call, job_id)
    return _results(load, (), load.unprocessed())


def _order(api: Api, call: Call, asked: dict[str, Any]) -> Order:
    operation = asked.get("operation")
    if operation not in set(Operation):
        raise Refusal("INVALIDINPUT", f"Unsupported operation: {operation}")
    if asked.get("contentType", "CSV") != "CSV":
        raise Refusal("INVALIDINPUT", f"Unsupported contentType: {asked['contentType']}")
    sobject = api.org.schema.object(str(asked.get("object")))
    if sobject is None or not api.org.access.object_rights(call.actor, sobject.name).read:
        raise Refusal("INVALIDENTITY", f"Unable to find object: {asked.get('object')}")
    if operation == Operation.HARD_DELETE and not api.org.access.has_user_permission(call.actor, "BulkApiHardDelete"):
        raise Refusal("FEATURENOTENABLED", _HARD_DELETE)
    key = _key(sobject, asked.get("externalIdFieldName")) if operation == Operation.UPSERT else None
    return Order(actor=call.actor, operation=Operation(operation), sobject=sobject.name, key=key)


def _key(sobject: SObject, name: Any) -> str:
    """Return the field by which an upsert finds its records."""
    if not name:
        message = f"External ID was blank for {sobject.name}. An External ID must be specified for upsert."
        raise Refusal("INVALIDJOB", message)
    field = sobject.field(str(name))
    if field is None or not (field.external_id or field.name == "Id"):
        message = (
            f"Field name provided, {name} does not match an External ID, Salesforce Id, or indexed field for"
            f" {sobject.name}"
        )
        raise Refusal("INVALIDJOB", message)
    return field.name


def _job_part(form: Form) -> dict[str, Any]:
    try:
        asked = json.loads(form.parts.get("job", b""))
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise unreadable("The part job of a multipart request must be a JSON object.")
    return asked


def _load(api: Api, job_id: str) -> Load:
    full = parse_id(job_id)
    if full not in api.loads:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
    return api.loads[full]


def _ended(api: Api, call: Call, job_id: str) -> Load:
    del call
    load = _load(api, job_id)
    if load.state not in ENDED:
        raise _wrong_state(f"Job in state {load.state} has no results yet")
    return load


def _results(load: Load, told: tuple[str, ...], rows: Spool) -> Answer:
    """Put the header that was uploaded, with what the org tells before it, on lines of results."""
    before = "".join(f'"{name}"{DELIMITERS[load.form.delimiter]}' for name in told).encode()
    end = b"\r\n" if load.form.line_ending == "CRLF" else b"\n"
    header = before + load.header() + end
    return Answer(stream=chain([header], rows.read(0, len(rows))), headers={"Content-Type": "text/csv; charset=UTF-8"})


def _wrong_state(message: str) -> Refusal:
    return Refusal("INVALIDJOBSTATE", message)

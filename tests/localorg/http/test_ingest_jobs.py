"""Bulk API 2.0 ingest: the life of a job, and what is refused of it."""

from __future__ import annotations

from io import BytesIO

import pytest

from service.localorg.bulk.files import BatchError, Format, Upload
from service.localorg.bulk.loading import Loading, Operation, Order
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, call, refusal
from tests.localorg.http.ingesting import close, errors, loaded, look, opened, rows, upload


def test_a_job_is_described_as_it_is_created(editor: Caller, org: LocalOrg) -> None:
    answer = editor(
        "POST",
        "jobs/ingest/",
        json={"operation": "upsert", "object": "project__c", "externalIdFieldName": "key__c", "contentType": "CSV"},
    )

    job_id = answer.json["id"]
    assert job_id.startswith("750")
    assert answer.json == {
        "id": job_id,
        "operation": "upsert",
        "object": "Project__c",
        "createdById": org.user_id(EDITOR),
        "createdDate": "2026-03-02T10:30:15.000+0000",
        "systemModstamp": "2026-03-02T10:30:15.000+0000",
        "state": "Open",
        "externalIdFieldName": "Key__c",
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": 68.0,
        "contentUrl": f"services/data/v68.0/jobs/ingest/{job_id}/batches",
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }


@pytest.mark.parametrize(
    ("operation", "content", "message"),
    [
        ("insert", "Name,Nothing__c\nA,1\n", "InvalidBatch : Field name not found : Nothing__c"),
        ("insert", "Name,Secret__c\nA,1\n", "InvalidBatch : Field name not found : Secret__c"),
        ("insert", "Name,Nothing__r.Key__c\nA,1\n", "InvalidBatch : Field name not found : Nothing__r.Key__c"),
        ("insert", "Name,Account__r.Name\nA,1\n", "InvalidBatch : Field name not found : Account__r.Name"),
        ("insert", "Name,name\nA,1\n", "InvalidBatch : Duplicate field name found : Name"),
        ("insert", "Name;Budget__c\nA;1\n", "InvalidBatch : Field name not found : Name;Budget__c"),
        ("insert", "", "InvalidBatch : Failed to parse CSV header: the file is empty"),
        ("insert", "Name\r\nA\r\n", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF"),
        ("update", "Name\nA\n", "InvalidBatch : Field name not found : Id"),
        ("upsert", "Name\nA\n", "InvalidBatch : Field name not found : Key__c"),
        ("delete", "Id,Name\na,A\n", "InvalidBatch : Only the Id column is allowed for delete"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_the_object_fails_its_job(
    editor: Caller, operation: str, content: str, message: str
) -> None:
    key = {"externalIdFieldName": "Key__c"} if operation == "upsert" else {}

    job_id = loaded(editor, content, operation, **key)

    done = look(editor, job_id)
    assert (done["state"], done["errorMessage"]) == ("Failed", message)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (0, 0)
    assert errors(editor, job_id) == []
    assert len(rows(editor, job_id, "unprocessedrecords")) == max(0, content.count("\n") - 1)


def test_a_file_that_is_not_utf_8_fails_its_job(editor: Caller) -> None:
    assert look(editor, loaded(editor, b"Name\n\xff\n"))["state"] == "Failed"


def test_each_look_at_a_long_job_finds_one_more_batch_done(editor: Caller) -> None:
    job_id = loaded(editor, "Name\n" + "A\n" * 10_001)

    answers = [look(editor, job_id), look(editor, job_id)]

    assert [(each["state"], each["numberRecordsProcessed"]) for each in answers] == [
        ("JobComplete", 10_001),
        ("JobComplete", 10_001),
    ]


def test_a_job_under_way_can_be_aborted_and_keeps_what_is_saved(editor: Caller) -> None:
    job_id = loaded(editor, "Name\n" + "A\n" * 10_001)
    assert refusal(editor("GET", f"jobs/ingest/{job_id}/failedResults")) == (400, "INVALIDJOBSTATE")

    assert close(editor, job_id, "Aborted").json["state"] == "Aborted"

    assert look(editor, job_id)["numberRecordsProcessed"] == 10_000
    assert editor("GET", f"jobs/ingest/{job_id}/unprocessedrecords").text == 'Name\n"A"\n'
    assert refusal(close(editor, job_id, "Aborted")) == (400, "INVALIDJOBSTATE")


def test_a_held_job_takes_its_time(editor: Caller) -> None:
    call(editor.app, "POST", "/localorg/jobs", json={"held_polls": 2})
    job_id = loaded(editor, "Name\nA\n")

    assert [look(editor, job_id)["state"] for _ in range(3)] == ["InProgress", "JobComplete", "JobComplete"]


def test_a_field_that_goes_before_the_rows_are_loaded_fails_the_job(editor: Caller) -> None:
    call(editor.app, "POST", "/localorg/jobs", json={"held_polls": 1})
    job_id = loaded(editor, "Name,Notes__c\nA,x\n")
    call(editor.app, "POST", "/localorg/schema", json={"remove": ["Project__c.Notes__c"]})

    done = look(editor, job_id)

    assert (done["state"], done["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Notes__c")


def test_an_object_that_is_gone_fails_the_job(org: LocalOrg) -> None:
    order = Order(actor=org.admin(), operation=Operation.INSERT, sobject="Nothing__c")

    with pytest.raises(BatchError, match="InvalidEntity : Unable to find object: Nothing__c"):
        Loading(org, order, Upload(BytesIO(b"Name\n")), Format())


def test_an_open_job_without_a_file_can_be_aborted_but_not_completed(editor: Caller) -> None:
    empty, aborted = opened(editor), opened(editor)

    close(editor, empty)
    close(editor, aborted, "Aborted")

    assert (look(editor, empty)["state"], look(editor, aborted)["state"]) == ("Failed", "Aborted")
    assert editor("GET", f"jobs/ingest/{aborted}/unprocessedrecords").text == "\n"


def test_a_file_is_uploaded_once_and_only_to_an_open_job(editor: Caller) -> None:
    twice, closed = opened(editor), opened(editor)
    upload(editor, twice, "Name\nA\n")
    close(editor, closed)

    assert refusal(upload(editor, twice, "Name\nB\n")) == (400, "BULK_API_ERROR")
    assert refusal(upload(editor, closed, "Name\nB\n")) == (400, "INVALIDJOBSTATE")
    assert refusal(close(editor, closed)) == (400, "INVALIDJOBSTATE")
    assert refusal(close(editor, twice, "Open")) == (400, "INVALIDJOBSTATE")


def test_only_csv_is_uploaded_and_only_where_it_belongs(editor: Caller) -> None:
    job_id = opened(editor)

    answer = editor("PUT", f"jobs/ingest/{job_id}/batches", json={"Name": "A"})
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    answer = editor("POST", "sobjects/Project__c", data="Name\nA\n", content_type="text/csv")
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    answer = editor("PUT", f"jobs/ingest/{job_id}/batches", data="Name\n", content_type="text/plain")
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_file_that_is_too_large_is_refused(editor: Caller) -> None:
    job_id = opened(editor)
    answer = editor(
        "PUT",
        f"jobs/ingest/{job_id}/batches",
        content_type="text/csv",
        environ_overrides={"CONTENT_LENGTH": str(150 * 1024 * 1024 + 1)},
    )

    assert refusal(answer) == (413, "REQUEST_ENTITY_TOO_LARGE")


def test_a_form_with_job_and_content_closes_itself(editor: Caller) -> None:
    form = {
        "job": (BytesIO(b'{"object": "Project__c", "operation": "insert"}'), "", "application/json"),
        "content": (BytesIO(b"Name\nApollo\n"), "content", "text/csv"),
    }

    answer = editor("POST", "jobs/ingest", data=form, content_type="multipart/form-data")

    assert (answer.status_code, answer.json["state"]) == (200, "UploadComplete")
    assert "contentUrl" not in answer.json
    assert look(editor, answer.json["id"])["numberRecordsProcessed"] == 1


def test_a_form_without_a_job_is_refused(editor: Caller) -> None:
    answer = editor("POST", "jobs/ingest", data={"content": "Name\nA\n"}, content_type="multipart/form-data")
    assert refusal(answer) == (400, "JSON_PARSER_ERROR")
    answer = editor("POST", "jobs/ingest", data={"job": "[1]"}, content_type="multipart/form-data")
    assert refusal(answer) == (400, "JSON_PARSER_ERROR")
    large = b'--b\r\nContent-Disposition: form-data; name="job"\r\n\r\n' + b"x" * 600_000 + b"\r\n--b--\r\n"
    answer = editor("POST", "jobs/ingest", data=large, content_type="multipart/form-data; boundary=b")
    assert refusal(answer) == (413, "REQUEST_ENTITY_TOO_LARGE")
    answer = editor("POST", "sobjects/Project__c", data={"Name": "A"}, content_type="multipart/form-data")
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_closed_job_can_be_deleted(editor: Caller) -> None:
    still_open, done = opened(editor), loaded(editor, "Name\nA\n")
    assert [each["id"] for each in editor("GET", "jobs/ingest").json["records"]] == [still_open, done]

    assert refusal(editor("DELETE", f"jobs/ingest/{still_open}")) == (400, "INVALIDJOBSTATE")
    assert editor("DELETE", f"jobs/ingest/{done}").status_code == 204
    assert refusal(editor("GET", f"jobs/ingest/{done}")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"operation": "query", "object": "Project__c"}, "INVALIDINPUT"),
        ({"object": "Project__c"}, "INVALIDINPUT"),
        ({"operation": "insert", "object": "Project__c", "contentType": "JSON"}, "INVALIDINPUT"),
        ({"operation": "insert", "object": "Project__c", "columnDelimiter": "STAR"}, "INVALIDINPUT"),
        ({"operation": "insert", "object": "Project__c", "lineEnding": "CR"}, "INVALIDINPUT"),
        ({"operation": "insert", "object": "Nothing__c"}, "INVALIDENTITY"),
        ({"operation": "insert"}, "INVALIDENTITY"),
        ({"operation": "upsert", "object": "Project__c"}, "INVALIDJOB"),
        ({"operation": "upsert", "object": "Project__c", "externalIdFieldName": "Name"}, "INVALIDJOB"),
        ({"operation": "upsert", "object": "Project__c", "externalIdFieldName": "Nothing__c"}, "INVALIDJOB"),
    ],
)
def test_what_is_no_ingest_job_is_refused(editor: Caller, asked: dict[str, str], code: str) -> None:
    assert refusal(editor("POST", "jobs/ingest", json=asked)) == (400, code)
    assert editor("GET", "jobs/ingest").json["records"] == []


def test_an_object_without_rights_is_not_found(stranger: Caller) -> None:
    answer = stranger("POST", "jobs/ingest", json={"operation": "insert", "object": "Project__c"})

    assert refusal(answer) == (400, "INVALIDENTITY")

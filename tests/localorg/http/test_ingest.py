"""Bulk API 2.0 ingest, over HTTP as the walkthroughs of the documentation use it."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from service.localorg.bulk.files import BatchError, Format, Upload
from service.localorg.bulk.loading import Loading, Operation, Order
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, call, refusal


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


def test_rows_are_inserted_and_each_has_its_result(editor: Caller) -> None:
    job_id = opened(editor)
    assert upload(editor, job_id, "Name,Budget__c\nApollo,1\nGemini,-1\n").status_code == 201

    closed = close(editor, job_id)

    assert (closed.status_code, closed.json["state"]) == (200, "UploadComplete")
    done = look(editor, job_id)
    assert (done["state"], done["jobType"]) == ("JobComplete", "V2Ingest")
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (2, 1)
    good = editor("GET", f"jobs/ingest/{job_id}/successfulResults")
    record_id = rows(editor, job_id, "successfulResults")[0]["sf__Id"]
    assert good.content_type == "text/csv; charset=UTF-8"
    assert good.text == f'"sf__Id","sf__Created",Name,Budget__c\n"{record_id}","true","Apollo","1"\n'
    assert editor.read("Project__c", record_id)["Name"] == "Apollo"
    assert editor("GET", f"jobs/ingest/{job_id}/failedResults").text == (
        '"sf__Id","sf__Error",Name,Budget__c\n'
        '"","FIELD_CUSTOM_VALIDATION_EXCEPTION:A budget cannot be negative.:Budget__c --","Gemini","-1"\n'
    )
    assert editor("GET", f"jobs/ingest/{job_id}/unprocessedrecords").text == "Name,Budget__c\n"


def test_an_empty_cell_leaves_a_field_and_n_a_empties_it(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo", Budget__c=1, Status__c="Open", Notes__c="old")

    job_id = loaded(editor, f'Id,Budget__c,Status__c,Notes__c\n{record_id},#N/A,,"two\nlines"\n', "update")

    record = editor.read("Project__c", record_id)
    assert (record["Budget__c"], record["Status__c"], record["Notes__c"]) == (None, "Open", "two\nlines")
    assert rows(editor, job_id, "successfulResults")[0]["sf__Created"] == "false"


def test_an_upsert_says_which_rows_are_new(editor: Caller) -> None:
    known = editor.created("Project__c", Name="Apollo", Key__c="k-1")

    job_id = loaded(editor, "KEY__C,Name\nk-1,Gemini\nk-2,Mercury\n", "upsert", externalIdFieldName="Key__c")

    results = rows(editor, job_id, "successfulResults")
    assert [(row["sf__Created"], row["KEY__C"]) for row in results] == [("false", "k-1"), ("true", "k-2")]
    assert results[0]["sf__Id"] == known
    assert editor.read("Project__c", known)["Name"] == "Gemini"


def test_an_upsert_can_go_by_id(editor: Caller) -> None:
    known = editor.created("Project__c", Name="Apollo")

    job_id = loaded(editor, f"Id,Name\n{known},Gemini\n,Mercury\n", "upsert", externalIdFieldName="Id")

    assert [row["sf__Created"] for row in rows(editor, job_id, "successfulResults")] == ["false", "true"]


def test_a_parent_is_named_by_its_external_id_and_taken_away_by_n_a(editor: Caller) -> None:
    parent = editor.created("Project__c", Name="Apollo", Key__c="k-1")

    job_id = loaded(editor, "Name,Project__r.Key__c\nLaunch,k-1\nLand,k-2\n", sobject="Milestone__c")

    (result,) = rows(editor, job_id, "successfulResults")
    assert editor.read("Milestone__c", result["sf__Id"])["Project__c"] == parent
    (failed,) = rows(editor, job_id, "failedResults")
    assert failed["sf__Error"] == (
        "INVALID_FIELD:Foreign key external ID: k-2 not found for field Key__c in entity Project__c:--"
    )
    assert failed["Project__r.Key__c"] == "k-2"


def test_rows_are_deleted_to_the_recycle_bin(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    job_id = loaded(editor, f"Id\n{record_id}\n{record_id}\n", "delete")

    assert [row["sf__Id"] for row in rows(editor, job_id, "successfulResults")] == [record_id]
    (failed,) = rows(editor, job_id, "failedResults")
    assert (failed["sf__Id"], failed["sf__Error"]) == (record_id, "ENTITY_IS_DELETED:entity is deleted:--")
    assert editor("GET", "queryAll?q=SELECT+Id+FROM+Project__c+WHERE+IsDeleted=true").json["totalSize"] == 1


def test_a_hard_delete_takes_a_permission_of_its_own(admin: Caller) -> None:
    answer = admin("POST", "jobs/ingest", json={"operation": "hardDelete", "object": "Account"})

    assert refusal(answer) == (400, "FEATURENOTENABLED")


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [("COMMA", ","), ("TAB", "\t"), ("SEMICOLON", ";"), ("PIPE", "|"), ("CARET", "^"), ("BACKQUOTE", "`")],
)
def test_columns_are_set_apart_as_the_job_says(editor: Caller, name: str, delimiter: str) -> None:
    job_id = loaded(editor, f"Name{delimiter}Budget__c\nApollo{delimiter}1\n", columnDelimiter=name)

    text = editor("GET", f"jobs/ingest/{job_id}/successfulResults").text
    assert text.startswith(f'"sf__Id"{delimiter}"sf__Created"{delimiter}Name{delimiter}Budget__c\n')
    assert text.endswith(f'{delimiter}"Apollo"{delimiter}"1"\n')


def test_lines_end_as_the_job_says(editor: Caller) -> None:
    job_id = loaded(editor, "Name\r\nApollo\r\n", lineEnding="CRLF")

    assert editor("GET", f"jobs/ingest/{job_id}/successfulResults").text.endswith('"true","Apollo"\r\n')


def test_a_byte_order_mark_and_booleans_of_every_kind_are_read(editor: Caller) -> None:
    content = "Name,Active__c\nA,TRUE\nB,yes\nC,1\nD,0\nE,No\n"

    job_id = loaded(editor, b"\xef\xbb\xbf" + content.encode())

    saved = [editor.read("Project__c", row["sf__Id"]) for row in rows(editor, job_id, "successfulResults")]
    assert [row["Active__c"] for row in saved] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("operation", "content", "error"),
    [
        ("insert", "Name,Budget__c\nA,many\n", "INVALID_TYPE_ON_FIELD_IN_RECORD:Budget: value not of required type: many:Budget__c --"),
        ("insert", "Name,Active__c\nA,maybe\n", "INVALID_TYPE_ON_FIELD_IN_RECORD:Active: value not of required type: maybe:Active__c --"),
        ("insert", "Name,Due__c\nA,tomorrow\n", "INVALID_TYPE_ON_FIELD_IN_RECORD:Due: value not of required type: tomorrow:Due__c --"),
        ("insert", "Id,Name\na00000000000001AAA,A\n", "INVALID_FIELD_FOR_INSERT_UPDATE:cannot specify Id in an insert call:Id --"),
        ("update", "Id,Name\n,A\n", "MISSING_ARGUMENT:Id not specified in an update call:Id --"),
        ("update", "Id,Name\nnonsense,A\n", "MALFORMED_ID:malformed id nonsense:--"),
        ("update", "Id,Name\n001000000000001AAA,A\n", "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--"),
        ("delete", "Id\n001000000000001AAA\n", "INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--"),
        ("upsert", "Key__c,Name\n#N/A,A\n", "MISSING_ARGUMENT:Key__c not specified:Key__c --"),
        ("upsert", "Key__c,Name\n,A\n", "MISSING_ARGUMENT:Key__c not specified:Key__c --"),
    ],
)  # fmt: skip
def test_a_row_that_is_refused_says_why(editor: Caller, operation: str, content: str, error: str) -> None:
    key = {"externalIdFieldName": "Key__c"} if operation == "upsert" else {}

    assert errors(editor, loaded(editor, content, operation, **key)) == [error]


def test_a_record_that_is_not_there_cannot_be_updated(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    unknown = record_id[:12] + "zzz"

    found = errors(editor, loaded(editor, f"Id,Name\n{unknown},A\n", "update"))

    assert found == ["INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--"]


def test_a_key_that_stands_twice_in_a_chunk_refuses_both_rows(editor: Caller) -> None:
    found = errors(editor, loaded(editor, "Key__c,Name\nk,A\nK,B\n", "upsert", externalIdFieldName="Key__c"))

    assert found == [f"DUPLICATE_VALUE:Duplicate external id specified: {key}:--" for key in ("k", "K")]


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


@pytest.mark.parametrize("bad", ['"open\n', '"a"b\n', "one,two\n"])
def test_what_follows_a_row_that_cannot_be_read_is_left_unprocessed(editor: Caller, bad: str) -> None:
    good = "Name\n" + "".join(f"Project {at}\n" for at in range(200))

    job_id = loaded(editor, good + "Fine\n" + bad)

    done = look(editor, job_id)
    assert (done["state"], done["numberRecordsProcessed"]) == ("Failed", 200)
    assert "Failed to parse CSV" in done["errorMessage"]
    assert len(rows(editor, job_id, "successfulResults")) == 200
    assert rows(editor, job_id, "unprocessedrecords")[0]["Name"] == "Fine"


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


def test_a_hard_delete_leaves_nothing_in_the_recycle_bin(org: LocalOrg, admin: Caller, monkeypatch: Any) -> None:
    monkeypatch.setattr(org.access, "has_user_permission", lambda actor, name: True)
    record_id = admin.created("Account", Name="Acme")

    loaded(admin, f"Id\n{record_id}\n", "hardDelete", sobject="Account")

    assert admin("GET", f"queryAll?q=SELECT+Id+FROM+Account+WHERE+Id='{record_id}'").json["totalSize"] == 0

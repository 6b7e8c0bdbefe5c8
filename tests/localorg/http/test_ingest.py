"""Bulk API 2.0 ingest: what becomes of the rows."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import Caller, refusal
from tests.localorg.http.ingesting import close, errors, loaded, look, opened, rows, upload


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


@pytest.mark.parametrize("bad", ['"open\n', '"a"b\n', "one,two\n"])
def test_what_follows_a_row_that_cannot_be_read_is_left_unprocessed(editor: Caller, bad: str) -> None:
    good = "Name\n" + "".join(f"Project {at}\n" for at in range(200))

    job_id = loaded(editor, good + "Fine\n" + bad)

    done = look(editor, job_id)
    assert (done["state"], done["numberRecordsProcessed"]) == ("Failed", 200)
    assert "Failed to parse CSV" in done["errorMessage"]
    assert len(rows(editor, job_id, "successfulResults")) == 200
    assert rows(editor, job_id, "unprocessedrecords")[0]["Name"] == "Fine"


def test_a_hard_delete_leaves_nothing_in_the_recycle_bin(org: LocalOrg, admin: Caller, monkeypatch: Any) -> None:
    monkeypatch.setattr(org.access, "has_user_permission", lambda actor, name: True)
    record_id = admin.created("Account", Name="Acme")

    loaded(admin, f"Id\n{record_id}\n", "hardDelete", sobject="Account")

    assert admin("GET", f"queryAll?q=SELECT+Id+FROM+Account+WHERE+Id='{record_id}'").json["totalSize"] == 0

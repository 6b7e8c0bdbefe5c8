from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, call, refusal


def job(caller: Caller, soql: str, **more: Any) -> str:
    answer = caller("POST", "jobs/query", json={"operation": "query", "query": soql, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json["id"])


def done(caller: Caller, soql: str, **more: Any) -> str:
    job_id = job(caller, soql, **more)
    assert caller("GET", f"jobs/query/{job_id}").json["state"] == "JobComplete"
    return job_id


def fill(org: LocalOrg, count: int) -> None:
    rows = ({"Name": f"Project {at:05}"} for at in range(count))
    org.insert_many(org.actor(org.user_id(EDITOR)), "Project__c", rows)


def test_a_job_is_described_as_it_is_created(editor: Caller, org: LocalOrg) -> None:
    answer = editor("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Project__c"})

    assert answer.json == {
        "id": answer.json["id"],
        "operation": "query",
        "object": "Project__c",
        "createdById": org.user_id(EDITOR),
        "createdDate": "2026-03-02T10:30:15.000+0000",
        "systemModstamp": "2026-03-02T10:30:15.000+0000",
        "state": "UploadComplete",
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": 68.0,
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }
    assert answer.json["id"].startswith("750")


def test_the_results_are_csv_with_every_value_quoted(editor: Caller) -> None:
    record_id = editor.created(
        "Project__c",
        Name='Say "hi", now',
        Budget__c=1.5,
        Active__c=True,
        Notes__c="two\nlines",
        Started__c="2026-01-01T00:00:00Z",
    )
    job_id = done(editor, "SELECT Id, Name, Budget__c, Active__c, Notes__c, Due__c, Started__c FROM Project__c")

    answer = editor("GET", f"jobs/query/{job_id}/results")

    assert answer.content_type == "text/csv; charset=UTF-8"
    assert (answer.headers["Sforce-NumberOfRecords"], answer.headers["Sforce-Locator"]) == ("1", "null")
    header, row = answer.text.split("\n", 1)
    assert header == '"Id","Name","Budget__c","Active__c","Notes__c","Due__c","Started__c"'
    assert row == f'"{record_id}","Say ""hi"", now","1.5","true","two\nlines","","2026-01-01T00:00:00.000Z"\n'


def test_a_delimiter_and_a_line_ending_can_be_chosen(editor: Caller) -> None:
    editor.created("Project__c", Name="Apollo")
    job_id = done(editor, "SELECT Name, Status__c FROM Project__c", columnDelimiter="PIPE", lineEnding="CRLF")

    assert editor("GET", f"jobs/query/{job_id}/results").text == '"Name"|"Status__c"\r\n"Apollo"|"Open"\r\n'


def test_a_page_names_the_next_until_there_is_none(editor: Caller, org: LocalOrg) -> None:
    fill(org, 25)
    job_id = done(editor, "SELECT Name FROM Project__c ORDER BY Name")

    names, locator, counts = [], "", []
    while locator != "null":
        answer = editor("GET", f"jobs/query/{job_id}/results?maxRecords=10&locator={locator}")
        names += [row["Name"] for row in csv.DictReader(StringIO(answer.text))]
        counts.append(answer.headers["Sforce-NumberOfRecords"])
        locator = answer.headers["Sforce-Locator"]

    assert names == [f"Project {at:05}" for at in range(25)]
    assert counts == ["10", "10", "5"]


def test_no_rows_are_a_header(editor: Caller) -> None:
    job_id = done(editor, "SELECT Id FROM Project__c")

    answer = editor("GET", f"jobs/query/{job_id}/results")

    assert (answer.text, answer.headers["Sforce-NumberOfRecords"]) == ('"Id"\n', "0")


def test_many_rows_are_streamed_whole(editor: Caller, org: LocalOrg) -> None:
    fill(org, 30_000)
    job_id = done(editor, "SELECT Id, Name, SystemModstamp FROM Project__c")

    answer = editor("GET", f"jobs/query/{job_id}/results")

    assert len(list(csv.reader(StringIO(answer.text)))) == 30_001


def test_the_rows_are_those_of_the_moment_the_job_was_created(editor: Caller) -> None:
    editor.created("Project__c", Name="Apollo")
    job_id = done(editor, "SELECT Name FROM Project__c")
    editor.created("Project__c", Name="Gemini")

    assert editor("GET", f"jobs/query/{job_id}/results").text == '"Name"\n"Apollo"\n'


def test_query_all_takes_in_the_recycle_bin(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    editor("DELETE", f"sobjects/Project__c/{record_id}")

    job_id = done(editor, "SELECT Id, IsDeleted FROM Project__c", operation="queryAll")

    assert editor("GET", f"jobs/query/{job_id}/results").text == f'"Id","IsDeleted"\n"{record_id}","true"\n'


def test_a_held_job_takes_its_time(editor: Caller) -> None:
    assert call(editor.app, "POST", "/localorg/jobs", json={"held_polls": 2}).json == {"held_polls": 2}
    job_id = job(editor, "SELECT Id FROM Project__c")

    assert refusal(editor("GET", f"jobs/query/{job_id}/results")) == (400, "INVALIDJOBSTATE")
    states = [editor("GET", f"jobs/query/{job_id}").json["state"] for _ in range(3)]

    assert states == ["InProgress", "InProgress", "JobComplete"]
    assert editor("GET", f"jobs/query/{job_id}/results").status_code == 200


def test_a_job_under_way_can_be_aborted_and_a_complete_one_cannot(editor: Caller) -> None:
    under_way, complete = job(editor, "SELECT Id FROM Project__c"), done(editor, "SELECT Id FROM Project__c")

    aborted = editor("PATCH", f"jobs/query/{under_way}", json={"state": "Aborted"})

    assert (aborted.status_code, aborted.json["state"]) == (200, "Aborted")
    assert refusal(editor("PATCH", f"jobs/query/{complete}", json={"state": "Aborted"})) == (400, "INVALIDJOBSTATE")
    assert refusal(editor("PATCH", f"jobs/query/{under_way}", json={"state": "Open"})) == (400, "INVALIDJOBSTATE")
    assert refusal(editor("GET", f"jobs/query/{under_way}/results")) == (400, "INVALIDJOBSTATE")


def test_a_job_that_has_ended_can_be_deleted(editor: Caller) -> None:
    under_way, complete = job(editor, "SELECT Id FROM Project__c"), done(editor, "SELECT Id FROM Project__c")

    assert refusal(editor("DELETE", f"jobs/query/{under_way}")) == (400, "INVALIDJOBSTATE")
    assert editor("DELETE", f"jobs/query/{complete}").status_code == 204
    assert refusal(editor("GET", f"jobs/query/{complete}")) == (404, "NOT_FOUND")
    assert [each["id"] for each in editor("GET", "jobs/query").json["records"]] == [under_way]


def test_results_are_read_with_the_version_of_the_job(editor: Caller) -> None:
    job_id = done(editor, "SELECT Id FROM Project__c")

    answer = editor("GET", f"/services/data/v60.0/jobs/query/{job_id}/results")

    assert refusal(answer) == (409, "INVALIDVERSION")


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "insert", "query": "SELECT Id FROM Project__c"},
        {"operation": "query"},
        {"operation": "query", "query": "SELECT Id FROM"},
        {"operation": "query", "query": "SELECT Id FROM Nothing__c"},
        {"operation": "query", "query": "SELECT Secret__c FROM Project__c"},
        {"operation": "query", "query": "SELECT COUNT(Id) FROM Project__c"},
        {"operation": "query", "query": "SELECT Id, (SELECT Id FROM Milestones__r) FROM Project__c"},
        {"operation": "query", "query": "SELECT Id FROM Project__c", "columnDelimiter": "STAR"},
        {"operation": "query", "query": "SELECT Id FROM Project__c", "lineEnding": "CR"},
    ],
)
def test_what_is_no_query_job_is_refused(editor: Caller, body: dict[str, str]) -> None:
    assert editor("POST", "jobs/query", json=body).status_code == 400
    assert editor("GET", "jobs/query").json["records"] == []


@pytest.mark.parametrize(
    "query", ["maxRecords=0", "maxRecords=all", "locator=nonsense", "locator=OTk%3D", "locator=MA%3D%3D"]
)
def test_a_page_that_is_not_there_is_refused(editor: Caller, query: str) -> None:
    editor.created("Project__c", Name="Apollo")
    job_id = done(editor, "SELECT Id FROM Project__c")

    assert refusal(editor("GET", f"jobs/query/{job_id}/results?{query}")) == (400, "INVALIDINPUT")

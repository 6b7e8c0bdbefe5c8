"""Faults of rows, which fail alone while the others of the call land."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.faults.kinds import Fault
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import Caller, refusal


def projects(*names: str) -> dict[str, Any]:
    return {"records": [{"attributes": {"type": "Project__c"}, "Name": name} for name in names]}


def codes(results: list[dict[str, Any]]) -> list[str | None]:
    return [result["errors"][0]["statusCode"] if result["errors"] else None for result in results]


class TestLocks:
    """UNABLE_TO_LOCK_ROW, for a record or what it points at."""

    def test_a_locked_record_is_named_and_unchanged(self, org: LocalOrg, editor: Caller) -> None:
        project = editor.created("Project__c", Name="Apollo")
        org.faults.once("lock")

        answer = editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Gemini"})

        assert refusal(answer) == (400, "UNABLE_TO_LOCK_ROW")
        assert answer.json[0]["message"].endswith(project)
        assert editor.read("Project__c", project)["Name"] == "Apollo"

    def test_rows_of_one_parent_fail_together(self, org: LocalOrg, editor: Caller) -> None:
        first, second = (editor.created("Project__c", Name=name) for name in ("Apollo", "Gemini"))
        rows = [
            {"attributes": {"type": "Milestone__c"}, "Name": f"M{number}", "Project__c": parent}
            for number, parent in enumerate([first, second, first])
        ]
        org.faults.once("lock")

        answer = editor("POST", "composite/sobjects", json={"records": rows})

        assert codes(answer.json) == ["UNABLE_TO_LOCK_ROW", None, "UNABLE_TO_LOCK_ROW"]
        assert org.faults.counts == {Fault.LOCK: 1}

    def test_a_delete_needs_the_lock_as_well(self, org: LocalOrg, editor: Caller) -> None:
        project = editor.created("Project__c", Name="Apollo")
        org.faults.once("lock")

        answer = editor("DELETE", f"sobjects/Project__c/{project}")

        assert refusal(answer) == (400, "UNABLE_TO_LOCK_ROW")
        assert editor.read("Project__c", project)["Name"] == "Apollo"

    def test_the_next_call_finds_the_lock_gone(self, org: LocalOrg, editor: Caller) -> None:
        project = editor.created("Project__c", Name="Apollo")
        org.faults.once("lock")
        editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Gemini"})

        assert editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Gemini"}).status_code == 204


class TestRules:
    """Duplicate and validation rules of the customer."""

    @pytest.mark.parametrize(
        ("fault", "code"),
        [("duplicate", "DUPLICATES_DETECTED"), ("validation", "FIELD_CUSTOM_VALIDATION_EXCEPTION")],
    )
    def test_a_row_is_refused_and_the_others_land(self, org: LocalOrg, editor: Caller, fault: str, code: str) -> None:
        org.faults.once(fault)

        answer = editor("POST", "composite/sobjects", json=projects("Apollo", "Gemini"))

        assert codes(answer.json) == [code, None]
        assert [row["Name"] for row in org.storage.rows("Project__c")] == ["Gemini"]

    @pytest.mark.parametrize(("header", "landed"), [("allowSave=true", True), ("allowSave=false", False)])
    def test_whoever_allows_duplicates_may_save_them(
        self, org: LocalOrg, editor: Caller, header: str, landed: bool
    ) -> None:
        org.faults.set(rates={"duplicate": 1})

        answer = editor(
            "POST", "sobjects/Project__c", json={"Name": "Apollo"}, headers={"Sforce-Duplicate-Rule-Header": header}
        )

        assert (answer.status_code == 201) is landed

    def test_what_is_written_past_the_api_is_left_alone(self, org: LocalOrg) -> None:
        org.faults.set(rates={"lock": 1, "duplicate": 1, "validation": 1}, rows_per_call=0)

        project = org.writer.create(org.admin(), "Project__c", {"Name": "Apollo"})
        org.writer.update(org.admin(), "Project__c", project, {"Name": "Gemini"})
        org.writer.delete(org.admin(), project)

        assert org.faults.counts == {}


class TestGovernor:
    """The limits of Apex, used up by all rows of a call together."""

    def test_rows_past_what_the_triggers_bear_fail(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rows_per_call=2)

        results = editor("POST", "composite/sobjects", json=projects("A", "B", "C")).json

        assert codes(results) == [None, None, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"]
        assert results[2]["errors"][0]["message"] == (
            "ProjectTrigger: System.LimitException: Too many SOQL queries: 101"
        )
        assert [row["Name"] for row in org.storage.rows("Project__c")] == ["A", "B"]

    def test_the_rows_of_all_subrequests_add_up(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rows_per_call=3)
        url = "/services/data/v68.0/composite/sobjects"

        first, second = editor.composite(
            {"method": "POST", "url": url, "body": projects("A", "B")},
            {"method": "POST", "url": url, "body": projects("C", "D")},
        )

        assert codes(first["body"]) == [None, None]
        assert codes(second["body"]) == [None, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"]
        assert org.faults.counts == {Fault.GOVERNOR: 1}

    def test_the_subrequests_of_a_batch_and_the_chunks_of_a_bulk_job_do_not_add_up(
        self, org: LocalOrg, editor: Caller
    ) -> None:
        org.faults.set(rows_per_call=200)
        url = "v68.0/sobjects/Project__c"
        subrequests = [{"method": "POST", "url": url, "richInput": {"Name": name}} for name in ("A", "B")]
        job = editor("POST", "jobs/ingest", json={"operation": "insert", "object": "Project__c"}).json["id"]
        csv = "\n".join(["Name", *(f"P{number}" for number in range(300))])

        editor("PUT", f"jobs/ingest/{job}/batches", data=csv, content_type="text/csv")
        editor("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})
        loaded = editor("GET", f"jobs/ingest/{job}").json
        org.faults.set(rows_per_call=1)
        batched = editor("POST", "composite/batch", json={"batchRequests": subrequests}).json

        assert (loaded["numberRecordsProcessed"], loaded["numberRecordsFailed"]) == (300, 0)
        assert [result["statusCode"] for result in batched["results"]] == [201, 201]

    def test_deletes_run_triggers_as_well(self, org: LocalOrg, editor: Caller) -> None:
        ids = [editor.created("Project__c", Name=name) for name in ("A", "B")]
        org.faults.set(rows_per_call=1)

        answer = editor("DELETE", f"composite/sobjects?ids={','.join(ids)}")

        assert codes(answer.json) == [None, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"]

    def test_each_call_begins_anew(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rows_per_call=1)

        assert [editor("POST", "sobjects/Project__c", json={"Name": name}).status_code for name in "ABC"] == [201] * 3

"""The customer's flows and triggers, run whenever anybody saves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.automation.model import Automation, Reject, Rewrite, TouchParent, When
from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from tests.localorg.http.calling import NOW, Caller, refusal

SHOUTED = Automation("Project__c", When.BEFORE, Rewrite("Notes__c", "UPPER(Name)"))
LATER = NOW + timedelta(minutes=5)


def row(org: LocalOrg, sobject: str, record_id: str) -> dict[str, Any]:
    found = org.storage.row(sobject, record_id)
    assert found
    return found


class TestRewrite:
    """A field that gets another value than the one that was sent."""

    def test_a_new_record_is_rewritten(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(SHOUTED)

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo", "Notes__c": "quiet"})

        assert row(org, "Project__c", project)["Notes__c"] == "APOLLO"

    def test_an_update_is_rewritten_though_the_field_is_not_sent(self, org: LocalOrg, editor: Actor) -> None:
        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})
        org.automation.add(SHOUTED)

        org.writer.update(editor, "Project__c", project, {"Name": "Gemini"})

        assert row(org, "Project__c", project)["Notes__c"] == "GEMINI"

    def test_it_may_set_what_the_user_may_not(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(Automation("project__c", When.BEFORE, Rewrite("secret__c", '"mine"')))

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})

        assert row(org, "Project__c", project)["Secret__c"] == "mine"

    def test_rules_look_at_what_it_made(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(Automation("Project__c", When.BEFORE, Rewrite("Budget__c", "0 - Budget__c")))

        with pytest.raises(Refusal, match="FIELD_CUSTOM_VALIDATION_EXCEPTION"):
            org.writer.create(editor, "Project__c", {"Name": "Apollo", "Budget__c": 5})

    def test_after_the_save_rules_have_looked_already(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(Automation("Project__c", When.AFTER, Rewrite("Budget__c", "0 - Budget__c")))

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo", "Budget__c": 5})

        assert row(org, "Project__c", project)["Budget__c"] == -5
        assert row(org, "Project__c", project)["SystemModstamp"].startswith("2026-03-02T10:30:15")

    def test_a_value_that_the_field_does_not_take_refuses_the_record(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(Automation("Project__c", When.BEFORE, Rewrite("Rating__c", '"far too long a rating"')))

        with pytest.raises(Refusal, match="STRING_TOO_LONG"):
            org.writer.create(editor, "Project__c", {"Name": "Apollo"})

    def test_one_sees_what_the_one_before_it_did(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(SHOUTED, Automation("Project__c", When.BEFORE, Rewrite("Secret__c", "LEFT(Notes__c, 2)")))

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})

        assert row(org, "Project__c", project)["Secret__c"] == "AP"

    def test_it_can_tell_what_has_changed(self, org: LocalOrg, editor: Actor) -> None:
        formula = 'IF(ISNEW(), "new", IF(ISCHANGED(Budget__c), "was " & TEXT(PRIORVALUE(Budget__c)), Notes__c))'
        org.automation.add(Automation("Project__c", When.BEFORE, Rewrite("Notes__c", formula)))

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo", "Budget__c": 5})
        assert row(org, "Project__c", project)["Notes__c"] == "new"

        org.writer.update(editor, "Project__c", project, {"Budget__c": 6})
        org.writer.update(editor, "Project__c", project, {"Name": "Gemini"})

        assert row(org, "Project__c", project)["Notes__c"] == "was 5"

    def test_other_objects_are_left_alone(self, org: LocalOrg) -> None:
        org.automation.add(SHOUTED)

        account = org.writer.create(org.admin(), "Account", {"Name": "Acme"})

        assert row(org, "Account", account)["Name"] == "Acme"

    def test_a_person_is_named_after_it(self, org: LocalOrg) -> None:
        org.automation.add(Automation("Contact", When.BEFORE, Rewrite("LastName", "UPPER(LastName)")))

        contact = org.writer.create(org.admin(), "Contact", {"LastName": "Doe"})

        assert row(org, "Contact", contact)["Name"] == "DOE"


class TestTouchParent:
    """A roll-up: the parent changes with its child, at the same moment."""

    TOUCH = Automation("Project__c", When.AFTER, TouchParent("Account__c", "Description", '"last: " & Name'))

    @pytest.fixture
    def account(self, org: LocalOrg) -> str:
        return org.writer.create(org.admin(), "Account", {"Name": "Acme"})

    def test_the_parents_field_and_stamp_move(self, org: LocalOrg, editor: Actor, account: str) -> None:
        org.automation.add(self.TOUCH)
        org.clock.set(LATER)

        org.writer.create(editor, "Project__c", {"Name": "Apollo", "Account__c": account})

        parent = row(org, "Account", account)
        assert parent["Description"] == "last: Apollo"
        assert parent["SystemModstamp"].startswith("2026-03-02T10:35:15")
        assert parent["LastModifiedById"] == editor.user_id

    def test_a_record_without_a_parent_touches_nothing(self, org: LocalOrg, editor: Actor, account: str) -> None:
        org.automation.add(self.TOUCH)

        org.writer.create(editor, "Project__c", {"Name": "Apollo"})

        assert row(org, "Account", account)["Description"] is None

    def test_a_parent_in_the_recycle_bin_stays_as_it_is(self, org: LocalOrg, editor: Actor) -> None:
        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})
        milestone = org.writer.create(editor, "Milestone__c", {"Name": "Launch", "Project__c": project})
        org.storage.update("Project__c", project, {"IsDeleted": 1})
        org.automation.add(Automation("Milestone__c", When.AFTER, TouchParent("Project__c", "Notes__c", "Name")))

        org.writer.update(org.admin(), "Milestone__c", milestone, {"Name": "Landing"})

        assert row(org, "Project__c", project)["Notes__c"] is None

    def test_the_parents_own_automation_runs_and_can_stop_it_all(
        self, org: LocalOrg, editor: Actor, account: str
    ) -> None:
        org.automation.add(self.TOUCH, Automation("Account", When.BEFORE, Reject("TRUE", "Accounts are closed")))

        with pytest.raises(Refusal) as refused:
            org.writer.create(editor, "Project__c", {"Name": "Apollo", "Account__c": account})

        assert refused.value.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        assert refused.value.message == (
            "ProjectTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: Update failed."
            f" First exception on row 0 with id {account};"
            " first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, Accounts are closed: []"
        )
        assert list(org.storage.rows("Project__c")) == []

    def test_saves_that_set_off_one_another_without_end_are_stopped(self, org: LocalOrg) -> None:
        first = org.writer.create(org.admin(), "Account", {"Name": "A"})
        second = org.writer.create(org.admin(), "Account", {"Name": "B", "ParentId": first})
        org.writer.update(org.admin(), "Account", first, {"ParentId": second})
        org.automation.add(Automation("Account", When.AFTER, TouchParent("ParentId", "Description", '"again"')))

        with pytest.raises(Refusal, match="maximum trigger depth exceeded"):
            org.writer.update(org.admin(), "Account", first, {"Name": "C"})

        assert row(org, "Account", first)["Name"] == "A"


class TestReject:
    """Records that a rule in code refuses."""

    @pytest.mark.parametrize("when", list(When))
    def test_add_error_is_a_validation_of_the_customer(self, org: LocalOrg, caller: Caller, when: When) -> None:
        org.automation.add(Automation("Project__c", when, Reject('Name = "Bad"', "No bad projects", "Notes__c")))

        answer = caller("POST", "sobjects/Project__c", json={"Name": "Bad"})

        assert refusal(answer) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
        assert answer.json[0]["message"] == "No bad projects"
        assert answer.json[0]["fields"] == ["Notes__c"]
        assert list(org.storage.rows("Project__c")) == []
        assert caller("POST", "sobjects/Project__c", json={"Name": "Good"}).status_code == 201

    def test_an_exception_names_the_trigger_and_the_event(self, org: LocalOrg, caller: Caller) -> None:
        project = caller.created("Project__c", Name="Apollo")
        reject = Reject("TRUE", "System.NullPointerException: Attempt to de-reference a null object", throws=True)
        org.automation.add(Automation("Project__c", When.BEFORE, reject))

        answer = caller("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Gemini"})

        assert refusal(answer) == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
        assert answer.json[0]["message"] == (
            "ProjectTrigger: execution of BeforeUpdate\n\ncaused by:"
            " System.NullPointerException: Attempt to de-reference a null object"
        )

    def test_a_row_of_a_collection_fails_alone(self, org: LocalOrg, caller: Caller) -> None:
        org.automation.add(Automation("Project__c", When.AFTER, Reject('Name = "Bad"', "No bad projects")))
        rows = [{"attributes": {"type": "Project__c"}, "Name": name} for name in ("Good", "Bad")]

        results = caller("POST", "composite/sobjects", json={"records": rows}).json

        assert [result["success"] for result in results] == [True, False]

    @pytest.mark.parametrize("all_or_none", [True, False])
    def test_an_exception_takes_the_whole_collection_along(
        self, org: LocalOrg, caller: Caller, all_or_none: bool
    ) -> None:
        org.automation.add(Automation("Project__c", When.AFTER, Reject('Name = "Bad"', "No", throws=True)))
        rows = [{"attributes": {"type": "Project__c"}, "Name": name} for name in ("Good", "Bad", "Better")]

        results = caller("POST", "composite/sobjects", json={"records": rows, "allOrNone": all_or_none}).json

        codes = {result["errors"][0]["statusCode"] for result in results}
        messages = {result["errors"][0]["message"] for result in results}
        assert [result["success"] for result in results] == [False] * 3
        assert codes == {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
        assert messages == {"ProjectTrigger: execution of AfterInsert\n\ncaused by: No"}
        assert list(org.storage.rows("Project__c")) == []

    def test_an_exception_takes_the_chunk_of_a_bulk_job_along(self, org: LocalOrg, caller: Caller) -> None:
        org.automation.add(Automation("Project__c", When.AFTER, Reject('Name = "P200"', "No", throws=True)))
        job = caller("POST", "jobs/ingest", json={"operation": "insert", "object": "Project__c"}).json["id"]
        names = "\n".join(["Name", *(f"P{number}" for number in range(210))])
        caller("PUT", f"jobs/ingest/{job}/batches", data=names, content_type="text/csv")
        caller("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})

        progress = caller("GET", f"jobs/ingest/{job}").json

        assert (progress["numberRecordsProcessed"], progress["numberRecordsFailed"]) == (210, 10)
        assert len(list(org.storage.rows("Project__c"))) == 200


class TestKeeping:
    """What runs, and until when."""

    def test_nothing_runs_after_clearing(self, org: LocalOrg, editor: Actor) -> None:
        org.automation.add(SHOUTED)
        org.automation.clear()

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})

        assert row(org, "Project__c", project)["Notes__c"] is None
        assert list(org.automation) == []

    def test_a_clone_has_no_automation(self, org: LocalOrg) -> None:
        org.automation.add(SHOUTED)

        assert list(org.clone(Clock(NOW)).automation) == []

    def test_automation_of_a_field_that_was_taken_away_has_stopped(
        self, org: LocalOrg, app: Any, editor: Actor
    ) -> None:
        org.automation.add(SHOUTED, Automation("Project__c", When.BEFORE, Rewrite("Secret__c", '"still runs"')))
        app.api.schema_changes.remove_field("Project__c", "Notes__c")

        project = org.writer.create(editor, "Project__c", {"Name": "Apollo"})

        assert row(org, "Project__c", project)["Secret__c"] == "still runs"

    @pytest.mark.parametrize(
        ("automation", "reason"),
        [
            (Automation("Nothing__c", When.BEFORE, Reject("TRUE", "no")), "no object Nothing__c"),
            (Automation("Project__c", When.BEFORE, Rewrite("Nothing__c", '"x"')), "no field Nothing__c"),
            (Automation("Project__c", When.BEFORE, Rewrite("Double_Budget__c", "1")), "no field Double_Budget__c"),
            (Automation("Project__c", When.BEFORE, Rewrite("Name", "SHOUT(Name)")), "SHOUT"),
            (Automation("Project__c", When.BEFORE, Rewrite("Name", "Nothing__c")), "Nothing__c"),
            (Automation("Project__c", When.AFTER, TouchParent("Name", "Name", "Name")), "does not point"),
            (Automation("Project__c", When.AFTER, TouchParent("OwnerId", "Name", "Name")), "does not point"),
            (Automation("Project__c", When.AFTER, TouchParent("Account__c", "Nothing__c", "Name")), "Nothing__c"),
            (Automation("Project__c", When.AFTER, Reject("TRUE", "no", "Nothing__c")), "no field Nothing__c"),
        ],
    )
    def test_what_cannot_run_is_refused(self, org: LocalOrg, automation: Automation, reason: str) -> None:
        with pytest.raises(Refusal, match=reason):
            org.automation.add(SHOUTED, automation)

        assert list(org.automation) == []

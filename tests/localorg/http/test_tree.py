from __future__ import annotations

from typing import Any

import pytest

from tests.localorg.http.calling import Caller, refusal

ROOT = "composite/tree/Project__c"


def record(sobject: str, reference_id: str, **values: Any) -> dict[str, Any]:
    return {"attributes": {"type": sobject, "referenceId": reference_id}, **values}


def milestones(*records: dict[str, Any]) -> dict[str, Any]:
    return {"records": list(records)}


def errors(caller: Caller, *records: dict[str, Any]) -> list[tuple[str, str]]:
    """Return which records were refused, and with which codes; nothing is written."""
    answer = caller("POST", ROOT, json={"records": list(records)})
    assert (answer.status_code, answer.json["hasErrors"]) == (400, True)
    assert caller("GET", "query?q=SELECT+COUNT()+FROM+Project__c").json["totalSize"] == 0
    return [(each["referenceId"], each["errors"][0]["statusCode"]) for each in answer.json["results"]]


def test_records_are_created_with_those_below_them(editor: Caller) -> None:
    below = milestones(record("Milestone__c", "m1", Name="Launch"), record("Milestone__c", "m2", Name="Land"))

    answer = editor(
        "POST",
        ROOT,
        json={
            "records": [
                record("Project__c", "p1", Name="Apollo", Milestones__r=below),
                record("Project__c", "p2", Name="Gemini"),
            ]
        },
    )

    assert (answer.status_code, answer.json["hasErrors"]) == (201, False)
    assert [each["referenceId"] for each in answer.json["results"]] == ["p1", "p2", "m1", "m2"]
    ids = {each["referenceId"]: each["id"] for each in answer.json["results"]}
    assert editor.read("Milestone__c", ids["m2"])["Project__c"] == ids["p1"]


def test_one_that_fails_undoes_all_and_is_named(editor: Caller) -> None:
    found = errors(
        editor,
        record(
            "Project__c", "good", Name="Apollo", Milestones__r=milestones(record("Milestone__c", "m1", Name="x" * 99))
        ),
        record("Project__c", "bad", Budget__c=-1, Milestones__r=milestones(record("Milestone__c", "m2", Name="Land"))),
    )

    assert found == [("bad", "FIELD_CUSTOM_VALIDATION_EXCEPTION"), ("m1", "STRING_TOO_LONG")]


def test_a_tree_that_is_malformed_is_refused_before_anything_is_tried(editor: Caller) -> None:
    project, milestone = record("Project__c", "p", Name="Apollo"), record("Milestone__c", "p", Name="Launch")

    assert errors(editor, {**project, "Milestones__r": milestones(milestone)}) == [("p", "INVALID_INPUT")]
    assert errors(editor, {"attributes": {"type": "Project__c"}, "Name": "Apollo"}) == [("", "INVALID_INPUT")]
    assert errors(editor, record("Milestone__c", "m", Name="Launch")) == [("m", "INVALID_INPUT")]
    assert errors(editor, {**project, "Nothing__r": milestones(milestone)}) == [("p", "INVALID_FIELD")]


def test_at_most_200_records_are_taken(editor: Caller) -> None:
    assert errors(editor, *[record("Project__c", f"p{at}") for at in range(201)]) == [("", "INVALID_INPUT")]
    answer = editor("POST", ROOT, json={"records": [record("Project__c", f"p{at}") for at in range(200)]})
    assert answer.status_code == 201


def test_at_most_five_levels_are_taken(admin: Caller) -> None:
    def accounts(depth: int) -> dict[str, Any]:
        below = {"ChildAccounts": {"records": [accounts(depth - 1)]}} if depth > 1 else {}
        return record("Account", f"a{depth}", Name="Acme", **below)

    five = admin("POST", "composite/tree/Account", json={"records": [accounts(5)]})
    six = admin("POST", "composite/tree/Account", json={"records": [accounts(6)]})

    assert (five.status_code, six.status_code) == (201, 400)


def test_at_most_five_types_are_taken(admin: Caller) -> None:
    below = {
        "Contacts": {"records": [record("Contact", "c", LastName="A")]},
        "Opportunities": {
            "records": [record("Opportunity", "o", Name="A", StageName="Closed Won", CloseDate="2026-01-01")]
        },
        "Cases": {"records": [record("Case", "s")]},
        "Tasks": {"records": [record("Task", "t")]},
    }
    five = admin("POST", "composite/tree/Account", json={"records": [record("Account", "a", Name="Acme", **below)]})
    below["Events"] = {"records": [record("Event", "e")]}
    six = admin("POST", "composite/tree/Account", json={"records": [record("Account", "a", Name="Acme", **below)]})

    assert (five.status_code, six.status_code) == (201, 400)


@pytest.mark.parametrize("body", [{}, {"records": {}}, {"records": [1]}, []])
def test_what_is_no_tree_is_refused(editor: Caller, body: Any) -> None:
    assert refusal(editor("POST", ROOT, json=body)) == (400, "JSON_PARSER_ERROR")


def test_an_object_without_rights_is_not_found(stranger: Caller) -> None:
    assert refusal(stranger("POST", ROOT, json={"records": []})) == (404, "NOT_FOUND")

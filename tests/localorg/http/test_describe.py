from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import ROOT, Caller, refusal


def fields(caller: Caller, sobject: str) -> dict[str, dict[str, Any]]:
    answer = caller("GET", f"sobjects/{sobject}/describe")
    assert answer.status_code == 200, answer.text
    return {field["name"]: field for field in answer.json["fields"]}


def test_the_global_describe_lists_what_the_user_may_read(editor: Caller, stranger: Caller) -> None:
    seen = editor("GET", "sobjects").json
    names = {sobject["name"] for sobject in seen["sobjects"]}

    assert (seen["encoding"], seen["maxBatchSize"]) == ("UTF-8", 200)
    assert {"Project__c", "Milestone__c", "Account", "User"} <= names
    assert "Project__c" not in {sobject["name"] for sobject in stranger("GET", "sobjects/").json["sobjects"]}


def test_an_object_is_described_with_its_rights_and_urls(editor: Caller) -> None:
    described = editor("GET", "sobjects/project__c/describe/").json

    assert {key: described[key] for key in ("name", "label", "labelPlural", "custom", "keyPrefix")} == {
        "name": "Project__c",
        "label": "Project",
        "labelPlural": "Projects",
        "custom": True,
        "keyPrefix": "a01",
    }
    assert (described["createable"], described["queryable"], described["replicateable"]) == (True, True, True)
    assert described["urls"]["sobject"] == f"{ROOT}/sobjects/Project__c"
    assert described["urls"]["rowTemplate"] == f"{ROOT}/sobjects/Project__c/{{ID}}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Id", {"type": "id", "soapType": "tns:ID", "length": 18, "createable": False, "nillable": False}),
        ("Name", {"type": "string", "length": 80, "nameField": True, "nillable": True, "createable": True}),
        ("Key__c", {"externalId": True, "unique": True, "idLookup": True, "length": 36, "caseSensitive": False}),
        ("Budget__c", {"type": "double", "precision": 18, "scale": 4, "soapType": "xsd:double", "length": 0}),
        (
            "Double_Budget__c",
            {"calculated": True, "calculatedFormula": "Budget__c * 2", "createable": False, "updateable": False},
        ),
        ("Due__c", {"type": "date", "soapType": "xsd:date", "nillable": True}),
        ("Started__c", {"type": "datetime", "soapType": "xsd:dateTime", "groupable": False}),
        ("Active__c", {"type": "boolean", "nillable": False, "defaultedOnCreate": True, "defaultValue": False}),
        ("Rating__c", {"createable": False, "updateable": False, "inlineHelpText": "Set by the back office."}),
        ("Notes__c", {"type": "textarea", "length": 32000, "filterable": False, "sortable": False}),
        ("SystemModstamp", {"createable": False, "updateable": False, "defaultedOnCreate": True}),
        ("OwnerId", {"type": "reference", "defaultedOnCreate": True, "relationshipName": "Owner"}),
    ],
)
def test_a_field_is_described(editor: Caller, name: str, expected: dict[str, Any]) -> None:
    field = fields(editor, "Project__c")[name]

    assert {key: field[key] for key in expected} == expected


def test_a_picklist_is_described_in_the_order_it_was_set_up(editor: Caller) -> None:
    field = fields(editor, "Project__c")["Status__c"]

    assert field["restrictedPicklist"] is True
    assert field["defaultedOnCreate"] is True
    assert field["picklistValues"] == [
        {"active": True, "defaultValue": True, "label": "Open", "validFor": None, "value": "Open"},
        {"active": True, "defaultValue": False, "label": "Done and dusted", "validFor": None, "value": "Done"},
    ]


def test_a_lookup_and_a_master_detail_are_described_with_what_a_deletion_does(editor: Caller) -> None:
    lookup = fields(editor, "Project__c")["Account__c"]
    master = fields(editor, "Milestone__c")["Project__c"]

    assert (lookup["referenceTo"], lookup["relationshipName"]) == (["Account"], "Account__r")
    assert (lookup["cascadeDelete"], lookup["restrictedDelete"], lookup["nillable"]) == (False, False, True)
    assert (master["cascadeDelete"], master["nillable"], master["createable"]) == (True, False, True)
    assert master["updateable"] is False


def test_children_are_listed_with_their_relationship(editor: Caller) -> None:
    children = editor("GET", "sobjects/Project__c/describe").json["childRelationships"]

    (milestones,) = [child for child in children if child["childSObject"] == "Milestone__c"]
    assert (milestones["field"], milestones["relationshipName"]) == ("Project__c", "Milestones__r")
    assert milestones["cascadeDelete"] is True


def test_security_hides_a_field_from_some_and_shows_it_to_others(editor: Caller, admin: Caller) -> None:
    assert "Secret__c" not in fields(editor, "Project__c")
    assert fields(admin, "Project__c")["Secret__c"]["updateable"] is True


def test_an_object_without_record_types_has_the_master(editor: Caller) -> None:
    (info,) = editor("GET", "sobjects/Project__c/describe").json["recordTypeInfos"]

    assert (info["name"], info["recordTypeId"], info["master"]) == ("Master", "012000000000000AAA", True)


@pytest.mark.parametrize("path", ["sobjects", "sobjects/Project__c/describe"])
@pytest.mark.parametrize(
    ("since", "status"), [("Mon, 02 Mar 2026 10:30:15 GMT", 304), ("Mon, 02 Mar 2026 10:30:14 GMT", 200)]
)
def test_a_describe_that_the_client_has_is_304(editor: Caller, path: str, since: str, status: int) -> None:
    answer = editor("GET", path, headers={"If-Modified-Since": since})

    assert answer.status_code == status
    if status == 304:
        assert answer.data == b""
    else:
        assert answer.headers["Last-Modified"] == "Mon, 02 Mar 2026 10:30:15 GMT"


def test_a_permission_that_is_given_or_taken_changes_the_describe(editor: Caller, admin: Caller, org: LocalOrg) -> None:
    org.clock.advance(timedelta(minutes=1))
    since = {"If-Modified-Since": "Mon, 02 Mar 2026 10:30:15 GMT"}
    (assignment,) = org.storage.rows(
        "PermissionSetAssignment", '"AssigneeId" = ?', (org.user_id("editor@example.com"),)
    )

    assert editor("GET", "sobjects", headers=since).status_code == 304
    assert admin("DELETE", f"sobjects/PermissionSetAssignment/{assignment['Id']}").status_code == 204

    assert admin("GET", "sobjects", headers=since).status_code == 200


def test_an_object_that_is_not_there_cannot_be_described(editor: Caller, stranger: Caller) -> None:
    assert refusal(editor("GET", "sobjects/Nothing__c/describe")) == (404, "NOT_FOUND")
    assert refusal(stranger("GET", "sobjects/Project__c/describe")) == (404, "NOT_FOUND")


def test_the_basics_of_an_object_are_its_line_of_the_list(editor: Caller) -> None:
    basics = editor("GET", "sobjects/Project__c").json
    (line,) = [each for each in editor("GET", "sobjects").json["sobjects"] if each["name"] == "Project__c"]

    assert basics == {"objectDescribe": line, "recentItems": []}

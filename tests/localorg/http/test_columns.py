"""`query?columns=true`: what sf and jsforce ask before they lay out a table."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localorg.http.calling import Caller, refusal


def columns(caller: Caller, soql: str, path: str = "query") -> dict[str, Any]:
    answer = caller("GET", path, query_string={"q": soql, "columns": "true"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def outline(metadata: list[dict[str, Any]]) -> list[Any]:
    """Return the names of columns, those with columns below them as (name, aggregate, below)."""
    return [
        (each["columnName"], each["aggregate"], outline(each["joinColumns"]))
        if each["joinColumns"]
        else each["columnName"]
        for each in metadata
    ]


def test_a_field_is_described_with_its_type_and_rights(editor: Caller) -> None:
    described = columns(editor, "SELECT Id, Budget__c, Double_Budget__c, Account__c, Active__c FROM Project__c")

    assert (described["entityName"], described["groupBy"], described["idSelected"]) == ("Project__c", False, True)
    assert described["keyPrefix"].startswith("a")
    budget = described["columnMetadata"][1]
    assert budget == {
        "aggregate": False,
        "apexType": "Double",
        "booleanType": False,
        "columnName": "Budget__c",
        "custom": True,
        "displayName": "Budget__c",
        "foreignKeyName": None,
        "insertable": True,
        "joinColumns": [],
        "numberType": True,
        "textType": False,
        "updatable": True,
    }
    assert [each["apexType"] for each in described["columnMetadata"]] == ["Id", "Double", "Double", "Id", "Boolean"]
    assert [each["insertable"] for each in described["columnMetadata"]] == [False, True, False, True, True]
    assert described["columnMetadata"][3]["foreignKeyName"] == "Account__r"


def test_parents_and_children_hold_their_own_columns(admin: Caller) -> None:
    soql = (
        "SELECT Name, Account__r.Name, Account__r.Owner.Name, Account__r.Phone, (SELECT Id, Name FROM Milestones__r)"
        " FROM Project__c"
    )

    assert outline(columns(admin, soql)["columnMetadata"]) == [
        "Name",
        ("Account__r", False, ["Name", ("Owner", False, ["Name"]), "Phone"]),
        ("Milestones__r", True, ["Id", "Name"]),
    ]


def test_functions_are_named_as_the_records_name_them(editor: Caller) -> None:
    described = columns(editor, "SELECT Status__c, COUNT(Id), MAX(Budget__c) most FROM Project__c GROUP BY Status__c")

    found = [(each["columnName"], each["displayName"], each["aggregate"]) for each in described["columnMetadata"]]
    assert found == [
        ("Status__c", "Status__c", False),
        ("expr0", "count(Id)", True),
        ("most", "max(Budget__c)", True),
    ]
    assert (described["groupBy"], described["entityName"]) == (True, "Project__c")


def test_a_count_has_no_columns(editor: Caller) -> None:
    assert columns(editor, "SELECT COUNT() FROM Project__c")["columnMetadata"] == []


@pytest.mark.parametrize("soql", ["SELECT Nothing__c FROM Project__c", "SELECT", ""])
def test_a_query_that_is_refused_has_no_columns(editor: Caller, soql: str) -> None:
    assert editor("GET", "query", query_string={"q": soql, "columns": "true"}).status_code == 400


def test_the_tooling_api_asks_the_set_up_and_no_business_records(admin: Caller) -> None:
    soql = "SELECT Username FROM User LIMIT 1"

    assert admin("GET", "tooling/query", query_string={"q": soql}).json["totalSize"] == 1
    assert outline(columns(admin, soql, "tooling/query/")["columnMetadata"]) == ["Username"]
    for name in ("Project__c", "Nothing__c"):
        answer = admin("GET", "tooling/query", query_string={"q": f"SELECT Id FROM {name}"})
        assert refusal(answer) == (400, "INVALID_TYPE")


def test_what_sf_asks_at_login_is_answered(admin: Caller) -> None:
    soql = (
        "SELECT Name, InstanceName, IsSandbox, TrialExpirationDate, NamespacePrefix, OrganizationType FROM Organization"
    )

    assert admin("GET", "query", query_string={"q": soql}).status_code == 200
    answer = admin("GET", "/services/data/v51.0/query/", query_string={"q": "SELECT Id FROM ScratchOrgInfo limit 1"})
    assert refusal(answer) == (400, "INVALID_TYPE")

"""The control that changes fields of a running org, and what clients notice."""

from __future__ import annotations

import pytest

from service.localorg.http.app import App
from tests.localorg.deploy.test_schema_changes import DEPTH
from tests.localorg.http.calling import Caller, call, refusal


def names(caller: Caller) -> set[str]:
    return {field["name"] for field in caller("GET", "sobjects/Boat__c/describe").json["fields"]}


def test_fields_are_removed_restored_retyped_and_added(app: App, caller: Caller) -> None:
    assert call(app, "POST", "/localorg/schema", json={"remove": ["Boat__c.Notes__c"]}).status_code == 200
    assert "Notes__c" not in names(caller)
    wanted = {
        "restore": ["Boat__c.Notes__c"],
        "retype": {"Boat__c.Notes__c": "Text"},
        "add": [{"object": "Boat__c", "xml": DEPTH, "permission_sets": ["Sailor"]}],
    }
    assert call(app, "POST", "/localorg/schema", json=wanted).status_code == 200
    assert {"Notes__c", "Depth__c"} <= names(caller)


def test_a_change_of_the_schema_is_news_to_a_client_that_asks(app: App, caller: Caller) -> None:
    known = caller("GET", "sobjects").headers["Last-Modified"]
    assert caller("GET", "sobjects", headers={"If-Modified-Since": known}).status_code == 304
    call(app, "POST", "/localorg/schema", json={"remove": ["Boat__c.Notes__c"]})
    assert caller("GET", "sobjects", headers={"If-Modified-Since": known}).status_code == 200
    assert caller("GET", "sobjects/Boat__c/describe", headers={"If-Modified-Since": known}).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        ({"remove": ["Boat__c.Length__c"]}, 400, "INVALID_INPUT"),
        ({"remove": ["Boat__c.Nope__c"]}, 404, "NOT_FOUND"),
        ({"remove": ["Boat__c"]}, 400, "INVALID_INPUT"),
        ({"retype": ["Boat__c.Notes__c"]}, 400, "INVALID_INPUT"),
        ({"add": [{"object": "Boat__c", "xml": "<x/>"}]}, 400, "INVALID_INPUT"),
        ({"drop": []}, 400, "INVALID_INPUT"),
    ],
)
def test_what_cannot_be_done_is_refused(app: App, wanted: dict[str, object], status: int, code: str) -> None:
    assert refusal(call(app, "POST", "/localorg/schema", json=wanted)) == (status, code)

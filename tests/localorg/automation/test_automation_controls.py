"""Automation by HTTP, for demos and clients."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.http.app import App
from tests.localorg.http.calling import Caller, call, refusal

PATH = "/localorg/automation"
SHOUT = {"sobject": "Project__c", "when": "before", "rewrite": {"field": "Name", "formula": "UPPER(Name)"}}
TOUCH = {
    "sobject": "Project__c",
    "when": "after",
    "touch_parent": {"lookup": "Account__c", "field": "Description", "formula": "Name"},
}
REJECT = {
    "sobject": "Project__c",
    "when": "after",
    "reject": {"condition": 'Name = "BAD"', "message": "No", "field": None, "throws": True},
}


def test_automation_is_added_shown_and_cleared(app: App, caller: Caller) -> None:
    for each in (SHOUT, TOUCH, REJECT):
        shown = call(app, "POST", PATH, json=each).json

    assert shown == call(app, "GET", PATH).json == {"automation": [SHOUT, TOUCH, REJECT]}
    assert caller.read("Project__c", caller.created("Project__c", Name="Apollo"))["Name"] == "APOLLO"
    assert caller("POST", "sobjects/Project__c", json={"Name": "bad"}).status_code == 400

    assert call(app, "DELETE", PATH).json == {"automation": []}
    assert caller.read("Project__c", caller.created("Project__c", Name="bad"))["Name"] == "bad"


@pytest.mark.parametrize(
    "asked",
    [
        [],
        {},
        {"sobject": "Project__c", "when": "before"},
        {**SHOUT, "when": "sometimes"},
        {**SHOUT, "reject": REJECT["reject"]},
        {**SHOUT, "rewrite": {"field": "Name"}},
        {**SHOUT, "rewrite": {"field": "Name", "formula": "UPPER(Name)", "more": 1}},
        {**SHOUT, "rewrite": "Name"},
        {**SHOUT, "rewrite": {"field": "Nothing__c", "formula": "Name"}},
        {"sobject": "Project__c", "when": "before", "shout": {}},
    ],
)
def test_what_is_not_understood_is_refused(app: App, asked: Any) -> None:
    assert refusal(call(app, "POST", PATH, json=asked)) == (400, "INVALID_INPUT")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_this_machine_may_use_it(app: App, method: str) -> None:
    answer = call(app, method, PATH, json=SHOUT, environ={"REMOTE_ADDR": "10.0.0.7"})

    assert refusal(answer) == (404, "NOT_FOUND")

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.localorg.http.calling import Caller, call, refusal


def batch(caller: Caller, *requests: dict[str, Any], **more: Any) -> TestResponse:
    return caller("POST", "composite/batch", json={"batchRequests": list(requests), **more})


def get(url: str) -> dict[str, Any]:
    return {"method": "GET", "url": url}


def test_each_subrequest_has_its_status_and_result(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    answer = batch(
        editor,
        {"method": "PATCH", "url": f"v68.0/sobjects/Project__c/{record_id}", "richInput": {"Name": "Gemini"}},
        get(f"v60.0/sobjects/Project__c/{record_id}?fields=Name"),
        get("/services/data/v68.0/query?q=SELECT+COUNT()+FROM+Project__c"),
    )

    assert answer.json == {
        "hasErrors": False,
        "results": [
            {"statusCode": 204, "result": None},
            {
                "statusCode": 200,
                "result": {
                    "attributes": {
                        "type": "Project__c",
                        "url": f"/services/data/v60.0/sobjects/Project__c/{record_id}",
                    },
                    "Name": "Gemini",
                },
            },
            {"statusCode": 200, "result": {"totalSize": 1, "done": True, "records": []}},
        ],
    }


def test_the_others_go_on_after_one_that_fails(editor: Caller) -> None:
    answer = batch(
        editor,
        {"method": "POST", "url": "v68.0/sobjects/Project__c", "richInput": {"Budget__c": -1}},
        get("v68.0/limits"),
    )

    assert answer.json["hasErrors"] is True
    first, second = answer.json["results"]
    assert (first["statusCode"], first["result"][0]["errorCode"]) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert second["statusCode"] == 200


def test_they_are_halted_if_the_call_says_so(editor: Caller) -> None:
    answer = batch(editor, get("v68.0/sobjects/Nothing__c"), get("v68.0/limits"), haltOnError=True)

    halted = answer.json["results"][1]
    assert (halted["statusCode"], halted["result"][0]["errorCode"]) == (412, "BATCH_PROCESSING_HALTED")


def test_each_subrequest_counts_as_a_call(editor: Caller) -> None:
    call(editor.app, "POST", "/localorg/limits", json={"api_requests": 4, "used": 0})

    answer = batch(editor, *[get("v68.0/limits")] * 5)

    assert answer.headers["Sforce-Limit-Info"] == "api-usage=4/4"
    assert [each["statusCode"] for each in answer.json["results"]] == [200, 200, 200, 200, 403]


@pytest.mark.parametrize(
    "request_",
    [
        get("v68.0/composite"),
        get("v68.0/jobs/query"),
        get("v68.0/sobjectsX"),
        get("https://elsewhere.example.com/services/data/v68.0/limits"),
        {"method": "BREW", "url": "v68.0/limits"},
        {"method": "GET"},
        {"url": "v68.0/limits"},
    ],
)
def test_a_subrequest_that_batch_does_not_take_is_refused(editor: Caller, request_: dict[str, Any]) -> None:
    (result,) = batch(editor, request_).json["results"]

    assert (result["statusCode"], result["result"][0]["errorCode"]) == (400, "INVALID_BATCH_REQUEST")


def test_a_subrequest_cannot_be_of_a_later_version(editor: Caller) -> None:
    answer = editor("POST", "/services/data/v60.0/composite/batch", json={"batchRequests": [get("v61.0/limits")]})

    assert answer.json["results"][0]["statusCode"] == 400


@pytest.mark.parametrize(
    ("requests", "code"),
    [([], "JSON_PARSER_ERROR"), (None, "JSON_PARSER_ERROR"), (["x"], "JSON_PARSER_ERROR")],
)
def test_what_is_no_list_of_subrequests_is_refused(editor: Caller, requests: Any, code: str) -> None:
    answer = editor("POST", "composite/batch", json={"batchRequests": requests})

    assert refusal(answer) == (400, code)


def test_more_than_25_are_refused(editor: Caller) -> None:
    assert batch(editor, *[get("v68.0/limits")] * 25).status_code == 200
    assert refusal(batch(editor, *[get("v68.0/limits")] * 26)) == (400, "LIMIT_EXCEEDED")

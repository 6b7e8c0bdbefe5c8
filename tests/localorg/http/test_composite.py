from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import ROOT, Caller, refusal

HALTED = {
    "errorCode": "PROCESSING_HALTED",
    "message": "The transaction was rolled back since another operation in the same transaction failed.",
}


def create(sobject: str, **values: Any) -> dict[str, Any]:
    return {"method": "POST", "url": f"{ROOT}/sobjects/{sobject}", "body": values}


def get(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "GET", "url": f"{ROOT}/{path}", **more}


def count(org: LocalOrg, sobject: str = "Project__c") -> int:
    return len(list(org.storage.rows(sobject, '"IsDeleted" = 0')))


def test_each_result_has_body_headers_status_and_reference(editor: Caller) -> None:
    made, read = editor.composite(
        {**create("Project__c", Name="Apollo"), "referenceId": "apollo"},
        get("sobjects/Project__c/@{apollo.id}?fields=Name", referenceId="fields"),
    )

    record_id = made["body"]["id"]
    assert made == {
        "body": {"id": record_id, "success": True, "errors": []},
        "httpHeaders": {"Location": f"{ROOT}/sobjects/Project__c/{record_id}"},
        "httpStatusCode": 201,
        "referenceId": "apollo",
    }
    assert (read["httpStatusCode"], read["body"]["Name"]) == (200, "Apollo")
    assert read["httpHeaders"] == {"Last-Modified": "Mon, 02 Mar 2026 10:30:15 GMT"}


def test_no_content_has_a_null_body(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    (result,) = editor.composite({"method": "DELETE", "url": f"{ROOT}/sobjects/Project__c/{record_id}"})

    assert result == {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "r0"}


def test_one_that_fails_stops_only_those_that_refer_to_it(editor: Caller, org: LocalOrg) -> None:
    failed, dependent, other = editor.composite(
        create("Project__c", Name="Apollo", Budget__c=-1),
        create("Milestone__c", Name="Landing", Project__c="@{r0.id}"),
        create("Project__c", Name="Gemini"),
    )

    assert failed["body"][0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert dependent["httpStatusCode"] == 400
    assert dependent["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert dependent["body"][0]["message"].startswith("Invalid reference specified. No value for r0.id found in r0.")
    assert other["httpStatusCode"] == 201
    assert count(org) == 1


def test_all_or_none_undoes_everything_and_halts_the_others(editor: Caller, org: LocalOrg) -> None:
    results = editor.composite(
        create("Project__c", Name="Apollo"),
        create("Project__c", Name="Gemini", Budget__c=-1),
        create("Project__c", Name="Mercury"),
        allOrNone=True,
    )

    assert [result["httpStatusCode"] for result in results] == [400, 400, 400]
    assert results[0] == {"body": [HALTED], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": "r0"}
    assert results[1]["body"][0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert results[2]["body"] == [HALTED]
    assert count(org) == 0


def test_all_or_none_keeps_everything_when_all_is_well(editor: Caller, org: LocalOrg) -> None:
    results = editor.composite(
        create("Project__c", Name="Apollo"), create("Milestone__c", Name="M", Project__c="@{r0.id}"), allOrNone=True
    )

    assert [result["httpStatusCode"] for result in results] == [201, 201]
    assert (count(org), count(org, "Milestone__c")) == (1, 1)


class TestCollectionsWithin:
    """The four cases of allOrNone outside and inside, as Salesforce's page has them."""

    @pytest.mark.parametrize(
        ("outer", "inner", "kept"), [(False, False, 2), (False, True, 1), (True, True, 0), (True, False, 0)]
    )
    def test_outer_and_inner_flags_meet(
        self, editor: Caller, org: LocalOrg, outer: bool, inner: bool, kept: int
    ) -> None:
        rows = [
            {"attributes": {"type": "Project__c"}, "Name": "Apollo"},
            {"attributes": {"type": "Project__c"}, "Name": "Gemini", "Budget__c": -1},
        ]
        body = {"allOrNone": inner, "records": rows}

        collection, single = editor.composite(
            {"method": "POST", "url": f"{ROOT}/composite/sobjects", "body": body},
            create("Project__c", Name="Mercury"),
            allOrNone=outer,
        )

        assert collection["httpStatusCode"] == 200
        good, bad = collection["body"]
        assert good["success"] is not inner
        assert bad["errors"][0]["statusCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        assert single["httpStatusCode"] == (400 if outer else 201)
        assert count(org) == kept


def test_references_reach_into_lists_and_keep_their_type(editor: Caller) -> None:
    editor.created("Project__c", Name="Apollo", Budget__c=12.5, Active__c=True)

    results = editor.composite(
        get("query?q=SELECT+Id,Name,Budget__c,Active__c,Due__c+FROM+Project__c", referenceId="found"),
        create(
            "Project__c",
            Name="After @{found.records[0].Name}",
            Notes__c="active: @{found.records[0].Active__c}, due: @{found.records[0].Due__c}",
            Budget__c="@{found.records[0].Budget__c}",
            Active__c="@{found.records[0].Active__c}",
        ),
        get("query?q=SELECT+Id+FROM+Project__c+WHERE+Name='After+@{found.records[0].Name}'"),
        get("sobjects/Project__c/@{r1.id}"),
    )

    assert results[2]["body"]["totalSize"] == 1
    copy = results[3]["body"]
    assert (copy["Name"], copy["Budget__c"], copy["Active__c"]) == ("After Apollo", 12.5, True)
    assert copy["Notes__c"] == "active: true, due:"


def test_a_reference_to_a_null_field_is_null(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    _, made = editor.composite(
        get(f"sobjects/Project__c/{record_id}"), create("Project__c", Name="Gemini", Notes__c="@{r0.Notes__c}")
    )

    assert made["httpStatusCode"] == 201


@pytest.mark.parametrize("path", ["r0.Id", "r0.nothing", "nobody.id", "r0", "r0.errors", "r0.errors[0].message"])
def test_a_reference_to_what_is_not_there_fails(editor: Caller, path: str) -> None:
    _, result = editor.composite(
        create("Project__c", Name="Apollo"), create("Project__c", Name="x", Notes__c=f"@{{{path}}}")
    )

    assert result["body"][0]["errorCode"] == "PROCESSING_HALTED"


def test_a_reference_in_a_url_is_escaped(editor: Caller) -> None:
    editor.created("Project__c", Name="R&D = 100%", Key__c="a/b")

    results = editor.composite(
        get("query?q=SELECT+Name,Key__c+FROM+Project__c"),
        get("query?q=SELECT+Id+FROM+Project__c+WHERE+Name='@{r0.records[0].Name}'"),
        get("sobjects/Project__c/Key__c/@{r0.records[0].Key__c}"),
    )

    assert results[1]["body"]["totalSize"] == 1
    assert results[2]["httpStatusCode"] == 200


@pytest.mark.req("P2")
def test_a_conditional_write_fails_alone(editor: Caller, org: LocalOrg) -> None:
    first, second = (editor.created("Project__c", Name=name) for name in ("Apollo", "Gemini"))
    org.clock.advance(timedelta(seconds=5))
    editor("PATCH", f"sobjects/Project__c/{first}", json={"Name": "Theirs"})
    unmodified = {"If-Unmodified-Since": "Mon, 02 Mar 2026 10:30:15 GMT"}

    results = editor.composite(
        *(
            {
                "method": "PATCH",
                "url": f"{ROOT}/sobjects/Project__c/{record_id}",
                "httpHeaders": unmodified,
                "body": {"Name": "Ours"},
            }
            for record_id in (first, second)
        )
    )

    assert [result["httpStatusCode"] for result in results] == [412, 204]
    assert [editor.read("Project__c", each)["Name"] for each in (first, second)] == ["Theirs", "Ours"]


@pytest.mark.req("P9")
def test_an_idle_cycle_over_twelve_objects_is_one_call(editor: Caller, admin: Caller) -> None:
    used = admin.app.api.usage.used
    window = "start=2026-03-02T10:00:00Z&end=2026-03-02T10:31:00Z"
    objects = ["Project__c", "Milestone__c", "Account", "Contact", "User", "Task"] * 2

    results = admin.composite(
        *(get(f"sobjects/{name}/{kind}/?{window}") for name in objects for kind in ("updated", "deleted")),
        get("sobjects", httpHeaders={"If-Modified-Since": "Mon, 02 Mar 2026 10:30:15 GMT"}),
    )

    assert [result["httpStatusCode"] for result in results] == [200] * 24 + [304]
    assert results[0]["body"]["latestDateCovered"] == "2026-03-02T10:30:00.000+0000"
    assert admin.app.api.usage.used == used + 1


class TestRefused:
    """What refuses the whole call."""

    @pytest.mark.parametrize(
        "subrequest",
        [
            {"referenceId": "a[1]"},
            {"referenceId": "_a"},
            {"referenceId": ""},
            {"method": "get"},
            {"method": "HEAD"},
            {"url": "/services/apexrest/x"},
            {"url": "sobjects/Account"},
            {"httpHeaders": {"Authorization": "Bearer x"}},
            {"httpHeaders": {"content-type": "application/json"}},
        ],
    )
    def test_a_subrequest_that_is_malformed(self, editor: Caller, subrequest: dict[str, Any]) -> None:
        good = {"referenceId": "a", **create("Project__c", Name="Apollo")}

        answer = editor("POST", "composite", json={"compositeRequest": [{**good, **subrequest}]})

        assert refusal(answer) == (400, "INVALID_INPUT")

    def test_two_of_one_name(self, editor: Caller, org: LocalOrg) -> None:
        same = {"referenceId": "a", **create("Project__c", Name="Apollo")}

        assert refusal(editor("POST", "composite", json={"compositeRequest": [same, same]})) == (400, "INVALID_INPUT")
        assert count(org) == 0

    @pytest.mark.parametrize("body", [{}, {"compositeRequest": []}, {"compositeRequest": ["x"]}, []])
    def test_no_list_of_subrequests(self, editor: Caller, body: object) -> None:
        assert refusal(editor("POST", "composite", json=body)) == (400, "JSON_PARSER_ERROR")

    @pytest.mark.parametrize(
        ("subrequests", "allowed"),
        [
            ([get("sobjects")] * 25, True),
            ([get("sobjects")] * 26, False),
            ([get("query?q=SELECT+Id+FROM+Project__c")] * 5, True),
            ([get("query/?q=SELECT+Id+FROM+Project__c")] * 6, False),
            ([get("composite/sobjects/Project__c?ids=a01Ls0000000001IAA&fields=Id")] * 6, False),
        ],
    )
    def test_more_than_25_or_more_than_5_queries_and_collections(
        self, editor: Caller, subrequests: list[dict[str, Any]], allowed: bool
    ) -> None:
        results = editor.composite(*subrequests)

        if allowed:
            assert [result["httpStatusCode"] for result in results] == [200] * len(subrequests)
        else:
            (result,) = results
            assert (result["body"][0]["errorCode"], result["httpStatusCode"]) == ("LIMIT_EXCEEDED", 400)

    @pytest.mark.parametrize("path", ["limits", "jobs/query", "composite", "composite/graph"])
    def test_a_resource_that_composite_does_not_take(self, editor: Caller, path: str) -> None:
        (result,) = editor.composite(get(path))

        assert result["httpStatusCode"] == 400


def test_the_composite_resource_lists_what_is_below_it(editor: Caller) -> None:
    assert editor("GET", "composite").json["sobjects"] == f"{ROOT}/composite/sobjects"

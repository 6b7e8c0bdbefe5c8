from __future__ import annotations

from typing import Any

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import ROOT, Caller, refusal

ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
    "fields": [],
}


def project(**values: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Project__c"}, "Name": "Apollo", **values}


def projects(org: LocalOrg) -> list[str]:
    return [row["Name"] for row in org.storage.rows("Project__c", '"IsDeleted" = 0')]


def test_rows_that_fail_leave_the_others_saved_and_keep_their_place(editor: Caller, org: LocalOrg) -> None:
    answer = editor("POST", "composite/sobjects", json={"records": [project(Budget__c=-1), project(Name="Gemini")]})

    assert answer.status_code == 200
    failed, saved = answer.json
    assert failed == {
        "success": False,
        "errors": [
            {
                "statusCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                "message": "A budget cannot be negative.",
                "fields": ["Budget__c"],
            }
        ],
    }
    assert saved == {"id": saved["id"], "success": True, "errors": []}
    assert projects(org) == ["Gemini"]


def test_all_or_none_rolls_back_the_rows_that_were_good(editor: Caller, org: LocalOrg) -> None:
    answer = editor(
        "POST", "composite/sobjects", json={"allOrNone": True, "records": [project(), project(Budget__c=-1)]}
    )

    assert [row["errors"][0]["statusCode"] for row in answer.json] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    ]
    assert answer.json[0] == {"success": False, "errors": [ROLLED_BACK]}
    assert projects(org) == []


def test_types_can_be_mixed(editor: Caller) -> None:
    project_id = editor.created("Project__c", Name="Apollo")
    milestone = {"attributes": {"type": "Milestone__c"}, "Name": "Landing", "Project__c": project_id}

    answer = editor("POST", "composite/sobjects", json={"records": [project(), milestone]})

    assert [row["success"] for row in answer.json] == [True, True]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([project()] * 201, (400, "EXCEEDED_ID_LIMIT")),
        ([project(), {"attributes": {"type": "Account"}, "Name": "A"}] * 6, (400, "LIMIT_EXCEEDED")),
        ([project(), project(Nope__c=1)], (400, "INVALID_FIELD")),
        ([project(), project(Budget__c="abc")], (400, "JSON_PARSER_ERROR")),
        ([project(), {"Name": "no type"}], (400, "JSON_PARSER_ERROR")),
        ("none", (400, "JSON_PARSER_ERROR")),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_whole(
    editor: Caller, org: LocalOrg, records: object, expected: tuple[int, str]
) -> None:
    assert refusal(editor("POST", "composite/sobjects", json={"records": records})) == expected
    assert projects(org) == []


def test_an_unknown_type_refuses_its_row(editor: Caller) -> None:
    unknown = {"attributes": {"type": "Nothing__c"}, "Name": "x"}

    answer = editor("POST", "composite/sobjects", json={"records": [unknown, project()]})

    assert [row["success"] for row in answer.json] == [False, True]
    assert answer.json[0]["errors"][0]["statusCode"] == "INVALID_TYPE"


def test_ten_chunks_are_not_too_many(editor: Caller) -> None:
    records = [project(), {"attributes": {"type": "Account"}, "Name": "A"}] * 5

    answer = editor("POST", "composite/sobjects", json={"records": records})

    assert all(row["success"] for row in answer.json)


def test_an_update_names_each_record_by_its_id(editor: Caller, org: LocalOrg) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    gone = editor.created("Project__c", Name="Gone")
    editor("DELETE", f"sobjects/Project__c/{gone}")

    answer = editor(
        "PATCH",
        "composite/sobjects",
        json={
            "records": [
                project(id=record_id[:15], Name="Gemini"),
                project(id=gone),
                project(Id=record_id[:-4] + "9IAA"),
                project(id="nonsense"),
                project(),
            ]
        },
    )

    assert answer.json[0] == {"id": record_id, "success": True, "errors": []}
    assert [row["errors"][0]["statusCode"] for row in answer.json[1:]] == [
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
        "MISSING_ARGUMENT",
    ]
    assert projects(org) == ["Gemini"]


def test_an_upsert_says_which_rows_are_new(editor: Caller) -> None:
    existing = editor.created("Project__c", Name="Apollo", Key__c="k-1")
    records = [project(key__c="k-1"), project(Key__c="k-2"), project(Key__c=None)]

    answer = editor("PATCH", "composite/sobjects/Project__c/Key__c", json={"records": records})

    assert answer.json[0] == {"id": existing, "success": True, "errors": [], "created": False}
    assert answer.json[1]["created"] is True
    assert answer.json[2]["errors"][0]["statusCode"] == "MISSING_ARGUMENT"


def test_a_key_that_stands_twice_in_an_upsert_refuses_both_rows(editor: Caller, org: LocalOrg) -> None:
    records = [project(Key__c="k"), project(Key__c="K"), project(Key__c="other"), project(), project()]

    answer = editor("PATCH", "composite/sobjects/Project__c/Key__c", json={"records": records})

    codes = [each["errors"][0]["statusCode"] if each["errors"] else None for each in answer.json]
    assert codes == ["DUPLICATE_VALUE", "DUPLICATE_VALUE", None, "MISSING_ARGUMENT", "MISSING_ARGUMENT"]
    assert len(projects(org)) == 1


def test_an_upsert_takes_only_records_of_its_type(editor: Caller) -> None:
    other = {"attributes": {"type": "Account"}, "Name": "A"}

    answer = editor("PATCH", "composite/sobjects/Project__c/Key__c", json={"records": [other]})

    assert answer.json[0]["errors"][0]["statusCode"] == "INVALID_TYPE"


def test_a_delete_names_ids_in_its_query(editor: Caller, org: LocalOrg) -> None:
    first, second = (editor.created("Project__c", Name=name) for name in ("Apollo", "Gemini"))

    answer = editor("DELETE", f"composite/sobjects?ids={first},001RM000003oLrB000&allOrNone=false")

    assert answer.json == [
        {"id": first, "success": True, "errors": []},
        {
            "success": False,
            "errors": [
                {"statusCode": "MALFORMED_ID", "message": "malformed id 001RM000003oLrB000", "fields": []},
            ],
        },
    ]
    answer = editor("DELETE", f"composite/sobjects?ids={second},{first}&allOrNone=true")
    assert [row["errors"][0]["statusCode"] for row in answer.json] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "ENTITY_IS_DELETED",
    ]
    assert projects(org) == ["Gemini"]


class TestRetrieve:
    """Reading up to 2,000 records by id."""

    def test_the_records_come_in_the_order_asked_for_with_null_for_those_not_found(self, editor: Caller) -> None:
        first, second = (editor.created("Project__c", Name=name) for name in ("Apollo", "Gemini"))
        missing = second[:-4] + "9IAA"

        answer = editor(
            "POST", "composite/sobjects/Project__c", json={"ids": [second, missing, first[:15]], "fields": ["Name"]}
        )

        assert [record and record["Name"] for record in answer.json] == ["Gemini", None, "Apollo"]
        assert answer.json[0] == {
            "attributes": {"type": "Project__c", "url": f"{ROOT}/sobjects/Project__c/{second}"},
            "Id": second,
            "Name": "Gemini",
        }

    def test_a_get_names_them_in_its_query(self, editor: Caller) -> None:
        record_id = editor.created("Project__c", Name="Apollo")

        answer = editor("GET", f"composite/sobjects/Project__c?ids={record_id}&fields=Id,Name,Double_Budget__c")

        assert (answer.json[0]["Name"], answer.json[0]["Double_Budget__c"]) == ("Apollo", 0.0)

    def test_a_deleted_record_is_not_found(self, editor: Caller) -> None:
        record_id = editor.created("Project__c", Name="Apollo")
        editor("DELETE", f"sobjects/Project__c/{record_id}")

        answer = editor("POST", "composite/sobjects/Project__c", json={"ids": [record_id], "fields": ["Id"]})

        assert answer.json == [None]

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"ids": ["a01Ls0000000001IAA"] * 2001, "fields": ["Id"]}, (400, "EXCEEDED_ID_LIMIT")),
            ({"ids": ["nonsense"], "fields": ["Id"]}, (400, "MALFORMED_ID")),
            ({"ids": ["a01Ls0000000001IAA"], "fields": ["Secret__c"]}, (400, "INVALID_FIELD")),
            ({"ids": [], "fields": ["Id"]}, (400, "JSON_PARSER_ERROR")),
            ({"ids": ["a01Ls0000000001IAA"]}, (400, "JSON_PARSER_ERROR")),
        ],
    )
    def test_what_cannot_be_retrieved_is_refused(
        self, editor: Caller, body: dict[str, Any], expected: tuple[int, str]
    ) -> None:
        assert refusal(editor("POST", "composite/sobjects/Project__c", json=body)) == expected

    def test_two_thousand_are_not_too_many(self, editor: Caller) -> None:
        ids = ["a01Ls0000000001IAA"] * 2000

        answer = editor("POST", "composite/sobjects/Project__c", json={"ids": ids, "fields": ["Id"]})

        assert len(answer.json) == 2000

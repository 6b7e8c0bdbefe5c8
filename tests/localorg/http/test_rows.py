from __future__ import annotations

from datetime import timedelta

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import ROOT, Caller, refusal


def test_a_create_answers_with_the_id_and_where_the_record_is(editor: Caller) -> None:
    answer = editor("POST", "sobjects/Project__c", json={"Name": "Apollo"})

    assert answer.status_code == 201
    assert answer.json == {"id": answer.json["id"], "success": True, "errors": []}
    assert answer.headers["Location"].endswith(f"{ROOT}/sobjects/Project__c/{answer.json['id']}")


def test_a_path_may_end_with_a_slash(editor: Caller) -> None:
    assert editor("POST", "sobjects/Project__c/", json={"Name": "Apollo"}).status_code == 201


def test_a_read_gives_every_readable_field_with_type_and_url_first(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo", Budget__c="12.5", Due__c="2026-05-01")

    record = editor.read("Project__c", record_id)

    assert next(iter(record)) == "attributes"
    assert record["attributes"] == {"type": "Project__c", "url": f"{ROOT}/sobjects/Project__c/{record_id}"}
    assert (record["Budget__c"], record["Double_Budget__c"], record["Due__c"]) == (12.5, 25.0, "2026-05-01")
    assert "Secret__c" not in record


def test_a_read_can_name_its_fields_in_any_case(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    record = editor("GET", f"sobjects/project__C/{record_id}?fields=name,STATUS__C").json

    assert {name: record[name] for name in ("Name", "Status__c")} == {"Name": "Apollo", "Status__c": "Open"}
    assert len(record) == 3


def test_a_read_of_a_field_that_security_hides_is_refused(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    assert refusal(editor("GET", f"sobjects/Project__c/{record_id}?fields=Secret__c")) == (400, "INVALID_FIELD")


def test_a_fifteen_character_id_finds_the_record(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    assert editor.read("Project__c", record_id[:15])["Id"] == record_id


def test_an_update_answers_with_no_content(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo", Notes__c="long")

    answer = editor("PATCH", f"sobjects/Project__c/{record_id}", json={"Notes__c": None, "Name": " Gemini "})

    assert (answer.status_code, answer.data) == (204, b"")
    record = editor.read("Project__c", record_id)
    assert (record["Name"], record["Notes__c"]) == ("Gemini", None)


def test_a_deleted_record_is_gone(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    assert editor("DELETE", f"sobjects/Project__c/{record_id}").status_code == 204
    assert refusal(editor("GET", f"sobjects/Project__c/{record_id}")) == (404, "ENTITY_IS_DELETED")
    assert refusal(editor("PATCH", f"sobjects/Project__c/{record_id}", json={"Name": "x"})) == (
        404,
        "ENTITY_IS_DELETED",
    )
    assert refusal(editor("DELETE", f"sobjects/Project__c/{record_id}")) == (404, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "sobjects/Nothing__c/a00000000000000AAA", None, (404, "NOT_FOUND")),
        ("GET", "sobjects/Project__c/a01Ls0000000009IAA", None, (404, "NOT_FOUND")),
        ("GET", "sobjects/Project__c/not-an-id", None, (404, "NOT_FOUND")),
        ("GET", "sobjects/Project__c/Budget__c/5", None, (404, "NOT_FOUND")),
        ("GET", "nothing", None, (404, "NOT_FOUND")),
        ("PUT", "sobjects/Project__c", {}, (405, "METHOD_NOT_ALLOWED")),
        ("POST", "sobjects/Project__c", [], (400, "JSON_PARSER_ERROR")),
        ("POST", "sobjects/Project__c", {"Nope__c": 1}, (400, "INVALID_FIELD")),
        ("POST", "sobjects/Project__c", {"Name": "x", "Secret__c": "s"}, (400, "INVALID_FIELD")),
        ("POST", "sobjects/Project__c", {"Name": "x", "Rating__c": "A"}, (400, "INVALID_FIELD_FOR_INSERT_UPDATE")),
        ("POST", "sobjects/Project__c", {"Name": "x", "Budget__c": "abc"}, (400, "JSON_PARSER_ERROR")),
        ("POST", "sobjects/Project__c", {"Name": "x", "Budget__c": -1}, (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")),
        ("POST", "sobjects/Milestone__c", {"Name": "x"}, (400, "REQUIRED_FIELD_MISSING")),
        (
            "POST",
            "sobjects/Project__c",
            {"Name": "x", "Status__c": "Lost"},
            (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ),
    ],
)
def test_what_salesforce_refuses_is_refused(
    editor: Caller, method: str, path: str, body: object, expected: tuple[int, str]
) -> None:
    assert refusal(editor(method, path, json=body)) == expected


def test_a_method_that_is_not_allowed_is_told_which_are(editor: Caller) -> None:
    (error,) = editor("PATCH", "sobjects/Project__c", json={}).json

    assert error["message"] == "HTTP Method 'PATCH' not allowed. Allowed are GET,HEAD,POST"


def test_a_body_that_is_no_json_is_refused(editor: Caller) -> None:
    broken = editor("POST", "sobjects/Project__c", data="{", content_type="application/json")
    form = editor("POST", "sobjects/Project__c", data={"Name": "x"})

    assert (refusal(broken), refusal(form)) == ((400, "JSON_PARSER_ERROR"), (415, "UNSUPPORTED_MEDIA_TYPE"))


def test_an_upsert_creates_then_updates(editor: Caller) -> None:
    first = editor("PATCH", "sobjects/Project__c/Key__c/k-1", json={"Name": "Apollo"})
    second = editor("PATCH", "sobjects/Project__c/Key__c/K-1", json={"Name": "Gemini"})

    assert (first.status_code, first.json["created"]) == (201, True)
    assert (second.status_code, second.json["created"]) == (200, False)
    assert second.json["id"] == first.json["id"]
    assert editor("GET", "sobjects/Project__c/Key__c/k-1").json["Name"] == "Gemini"


def test_an_upsert_does_not_name_its_key_in_the_body(editor: Caller) -> None:
    answer = editor("PATCH", "sobjects/Project__c/Key__c/k-1", json={"Name": "Apollo", "Key__c": "k-1"})

    assert refusal(answer) == (400, "INVALID_FIELD")


def test_a_key_may_hold_a_slash(editor: Caller) -> None:
    editor("PATCH", "sobjects/Project__c/Key__c/a%2Fb", json={"Name": "Apollo"})

    assert editor("GET", "sobjects/Project__c/Key__c/a%2Fb").json["Key__c"] == "a/b"


def test_a_record_can_be_deleted_by_its_key(editor: Caller) -> None:
    editor.created("Project__c", Name="Apollo", Key__c="k-1")

    assert editor("DELETE", "sobjects/Project__c/Key__c/k-1").status_code == 204
    assert refusal(editor("GET", "sobjects/Project__c/Key__c/k-1")) == (404, "NOT_FOUND")


def test_a_parent_can_be_named_by_its_key(editor: Caller) -> None:
    project_id = editor.created("Project__c", Name="Apollo", Key__c="k-1")

    milestone_id = editor.created("Milestone__c", Name="Landing", Project__r={"Key__c": "k-1"})

    assert editor.read("Milestone__c", milestone_id)["Project__c"] == project_id


class TestConditions:
    """`If-Unmodified-Since` and `If-Modified-Since`, to the second."""

    def test_a_read_says_when_the_record_was_last_modified(self, editor: Caller) -> None:
        record_id = editor.created("Project__c", Name="Apollo")

        answer = editor("GET", f"sobjects/Project__c/{record_id}")

        assert answer.headers["Last-Modified"] == "Mon, 02 Mar 2026 10:30:15 GMT"

    @pytest.mark.parametrize(
        ("since", "status"), [("Mon, 02 Mar 2026 10:30:15 GMT", 304), ("Mon, 02 Mar 2026 10:30:14 GMT", 200)]
    )
    def test_a_read_of_what_the_client_has_is_304(self, editor: Caller, since: str, status: int) -> None:
        record_id = editor.created("Project__c", Name="Apollo")

        answer = editor("GET", f"sobjects/Project__c/{record_id}", headers={"If-Modified-Since": since})

        assert answer.status_code == status

    @pytest.mark.parametrize(("edited_after", "status"), [(0, 204), (0.5, 204), (1, 412), (60, 412)])
    def test_a_write_on_condition_is_refused_once_the_record_was_modified(
        self, editor: Caller, org: LocalOrg, edited_after: float, status: int
    ) -> None:
        record_id = editor.created("Project__c", Name="Apollo")
        known = editor("GET", f"sobjects/Project__c/{record_id}").headers["Last-Modified"]
        org.clock.advance(timedelta(seconds=edited_after))
        editor("PATCH", f"sobjects/Project__c/{record_id}", json={"Name": "Theirs"})

        answer = editor(
            "PATCH",
            f"sobjects/Project__c/{record_id}",
            json={"Name": "Ours"},
            headers={"If-Unmodified-Since": known},
        )

        assert answer.status_code == status
        assert editor.read("Project__c", record_id)["Name"] == ("Ours" if status == 204 else "Theirs")

    @pytest.mark.parametrize("given", ["yesterday", "2026-03-02T10:30:15Z", ""])
    def test_a_malformed_date_refuses_a_write(self, editor: Caller, given: str) -> None:
        record_id = editor.created("Project__c", Name="Apollo")

        answer = editor(
            "PATCH", f"sobjects/Project__c/{record_id}", json={"Name": "x"}, headers={"If-Unmodified-Since": given}
        )

        assert answer.status_code == 400
        assert editor.read("Project__c", record_id)["Name"] == "Apollo"

    def test_a_malformed_date_does_not_stop_a_read(self, editor: Caller) -> None:
        record_id = editor.created("Project__c", Name="Apollo")

        answer = editor("GET", f"sobjects/Project__c/{record_id}", headers={"If-Modified-Since": "yesterday"})

        assert answer.status_code == 200

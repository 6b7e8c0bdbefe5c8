from __future__ import annotations

from collections.abc import Callable

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, ROOT, Caller, refusal


def ask(caller: Caller, soql: str, **options: object) -> dict[str, object]:
    answer = caller("GET", "query", query_string={"q": soql}, **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def fill(org: LocalOrg, count: int) -> None:
    rows = ({"Name": f"Project {at:05}", "Budget__c": at} for at in range(count))
    org.insert_many(org.actor(org.user_id(EDITOR)), "Project__c", rows)


def test_a_query_answers_with_its_records(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    assert ask(editor, "SELECT Id, Name FROM Project__c") == {
        "totalSize": 1,
        "done": True,
        "records": [
            {
                "attributes": {"type": "Project__c", "url": f"{ROOT}/sobjects/Project__c/{record_id}"},
                "Id": record_id,
                "Name": "Apollo",
            }
        ],
    }


def test_records_name_the_version_that_was_asked(editor: Caller) -> None:
    editor.created("Project__c", Name="Apollo")

    answer = editor("GET", "/services/data/v59.0/query/?q=SELECT+Id+FROM+Project__c")

    assert answer.json["records"][0]["attributes"]["url"].startswith("/services/data/v59.0/sobjects/Project__c/")


@pytest.mark.parametrize(("soql", "code"), [("", "MALFORMED_QUERY"), ("SELECT FROM", "MALFORMED_QUERY")])
def test_what_is_no_query_is_refused(editor: Caller, soql: str, code: str) -> None:
    assert refusal(editor("GET", "query", query_string={"q": soql})) == (400, code)


def test_an_object_without_rights_is_not_supported(stranger: Caller) -> None:
    assert refusal(stranger("GET", "query?q=SELECT+Id+FROM+Project__c")) == (400, "INVALID_TYPE")


class TestPages:
    """Pages of 2,000 rows, or as many as the client asks for."""

    def test_pages_follow_each_other_to_the_last_row(self, editor: Caller, org: LocalOrg) -> None:
        fill(org, 4_001)

        page = ask(editor, "SELECT Name FROM Project__c ORDER BY Name")
        pages = [page]
        while not page["done"]:
            page = dict(editor("GET", str(page["nextRecordsUrl"])).json)
            pages.append(page)

        assert [len(each["records"]) for each in pages] == [2000, 2000, 1]  # type: ignore[arg-type]
        assert {each["totalSize"] for each in pages} == {4_001}
        names = [record["Name"] for each in pages for record in each["records"]]  # type: ignore[attr-defined]
        assert names == [f"Project {at:05}" for at in range(4_001)]

    @pytest.mark.parametrize(
        ("asked", "given"), [("batchSize=250", 250), ("batchSize=1", 200), ("batchSize=9999", 450), ("nonsense", 450)]
    )
    def test_a_client_may_ask_for_smaller_pages(self, editor: Caller, org: LocalOrg, asked: str, given: int) -> None:
        fill(org, 450)

        page = ask(editor, "SELECT Id FROM Project__c", headers={"Sforce-Query-Options": asked})

        assert len(page["records"]) == given  # type: ignore[arg-type]

    def test_a_cursor_keeps_what_the_query_found(self, editor: Caller, org: LocalOrg) -> None:
        fill(org, 2_001)
        page = ask(editor, "SELECT Id, Name FROM Project__c ORDER BY Name")
        for row in list(org.storage.rows("Project__c"))[-1:]:
            editor("DELETE", f"sobjects/Project__c/{row['Id']}")

        last = editor("GET", str(page["nextRecordsUrl"])).json

        assert [record["Name"] for record in last["records"]] == ["Project 02000"]

    def test_a_page_can_be_read_again(self, editor: Caller, org: LocalOrg) -> None:
        fill(org, 2_001)
        url = str(ask(editor, "SELECT Id FROM Project__c")["nextRecordsUrl"])

        assert editor("GET", url).json == editor("GET", url).json

    @pytest.mark.parametrize("locator", ["01gLs0000000009IAA-2000", "nonsense"])
    def test_an_unknown_locator_is_refused(self, editor: Caller, locator: str) -> None:
        assert refusal(editor("GET", f"query/{locator}")) == (400, "INVALID_QUERY_LOCATOR")

    def test_a_locator_past_the_end_is_refused(self, editor: Caller, org: LocalOrg) -> None:
        fill(org, 2_001)
        locator = str(ask(editor, "SELECT Id FROM Project__c")["nextRecordsUrl"]).rpartition("/")[2]

        for past in ("1", "2001", "9999"):
            answer = editor("GET", f"query/{locator.partition('-')[0]}-{past}")
            assert refusal(answer) == (400, "INVALID_QUERY_LOCATOR")

    def test_a_locator_is_of_use_to_its_user_only(
        self, editor: Caller, org: LocalOrg, as_user: Callable[[str], Caller]
    ) -> None:
        fill(org, 2_001)
        url = str(ask(editor, "SELECT Id FROM Project__c")["nextRecordsUrl"])

        assert refusal(as_user("admin@example.com")("GET", url)) == (400, "INVALID_QUERY_LOCATOR")


def test_only_query_all_sees_the_recycle_bin(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    editor("DELETE", f"sobjects/Project__c/{record_id}")
    soql = {"q": "SELECT Id, IsDeleted FROM Project__c"}

    assert editor("GET", "query", query_string=soql).json["totalSize"] == 0
    assert editor("GET", "queryAll", query_string=soql).json["records"][0]["IsDeleted"] is True

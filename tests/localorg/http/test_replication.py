from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, refusal


def window(caller: Caller, kind: str, start: str, end: str, sobject: str = "Project__c"):
    return caller("GET", f"sobjects/{sobject}/{kind}/?start={quote(start)}&end={quote(end)}")


def test_updated_names_what_was_created_or_changed(editor: Caller, org: LocalOrg) -> None:
    old = editor.created("Project__c", Name="Apollo")
    org.clock.advance(timedelta(minutes=10))
    new = editor.created("Project__c", Name="Gemini")

    first = window(editor, "updated", "2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z").json
    editor("PATCH", f"sobjects/Project__c/{old}", json={"Name": "Apollo 11"})
    second = window(editor, "updated", "2026-03-02T10:31:00Z", "2026-03-02T10:41:00Z").json

    assert first == {"ids": [old], "latestDateCovered": "2026-03-02T10:31:00.000+0000"}
    assert second == {"ids": [old, new], "latestDateCovered": "2026-03-02T10:40:00.000+0000"}


def test_seconds_are_cut_off(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    answer = window(editor, "updated", "2026-03-02T10:30:59.999Z", "2026-03-02T10:31:59Z")

    assert answer.json["ids"] == [record_id]


@pytest.mark.parametrize(
    "moment", ["2026-03-02T11:29:00+01:00", "2026-03-02T10:29:00.000+0000", "2026-03-02T10:29:00Z"]
)
def test_moments_come_in_any_zone(editor: Caller, moment: str) -> None:
    record_id = editor.created("Project__c", Name="Apollo")

    assert window(editor, "updated", moment, "2026-03-02T10:31:00Z").json["ids"] == [record_id]


def test_a_plus_that_was_not_escaped_is_understood(editor: Caller) -> None:
    answer = editor("GET", "sobjects/Project__c/updated?start=2026-03-02T11:29:00+01:00&end=2026-03-02T11:31:00+01:00")

    assert answer.status_code == 200


def test_a_deleted_record_is_no_longer_updated_but_deleted(editor: Caller) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    editor("DELETE", f"sobjects/Project__c/{record_id}")
    minutes = ("2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z")

    assert window(editor, "updated", *minutes).json["ids"] == []
    assert window(editor, "deleted", *minutes).json == {
        "deletedRecords": [{"deletedDate": "2026-03-02T10:30:15.000+0000", "id": record_id}],
        "earliestDateAvailable": "2026-02-15T10:30:00.000+0000",
        "latestDateCovered": "2026-03-02T10:30:00.000+0000",
    }


@pytest.mark.req("P3")
def test_a_record_that_is_gone_for_good_is_still_in_the_delete_log(editor: Caller, org: LocalOrg) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    org.writer.hard_delete(org.actor(org.user_id(EDITOR)), record_id)

    answer = window(editor, "deleted", "2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z")

    assert [each["id"] for each in answer.json["deletedRecords"]] == [record_id]


def test_what_cascades_is_in_the_delete_log(editor: Caller) -> None:
    project_id = editor.created("Project__c", Name="Apollo")
    milestone_id = editor.created("Milestone__c", Name="Landing", Project__c=project_id)
    editor("DELETE", f"sobjects/Project__c/{project_id}")

    answer = window(editor, "deleted", "2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z", "Milestone__c")

    assert [each["id"] for each in answer.json["deletedRecords"]] == [milestone_id]


def test_an_undeleted_record_is_updated_again(editor: Caller, org: LocalOrg) -> None:
    record_id = editor.created("Project__c", Name="Apollo")
    editor("DELETE", f"sobjects/Project__c/{record_id}")
    org.writer.undelete(org.actor(org.user_id(EDITOR)), record_id)
    minutes = ("2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z")

    assert window(editor, "updated", *minutes).json["ids"] == [record_id]
    assert window(editor, "deleted", *minutes).json["deletedRecords"] == []


@pytest.mark.parametrize("kind", ["updated", "deleted"])
@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-03-02T10:30:00Z", "2026-03-02T10:30:00Z", "INVALID_REPLICATION_DATE"),
        ("2026-03-02T10:30:00Z", "2026-03-02T10:30:59Z", "INVALID_REPLICATION_DATE"),
        ("2026-03-02T10:31:00Z", "2026-03-02T10:30:00Z", "INVALID_REPLICATION_DATE"),
        ("2026-01-01T10:31:00Z", "2026-03-02T10:30:00Z", "INVALID_REPLICATION_DATE"),
        ("yesterday", "2026-03-02T10:30:00Z", "INVALID_FIELD"),
        ("2026-03-02T10:29:00", "2026-03-02T10:30:00Z", "INVALID_FIELD"),
        ("", "2026-03-02T10:30:00Z", "INVALID_FIELD"),
    ],
)
def test_a_window_that_cannot_be_is_refused(editor: Caller, kind: str, start: str, end: str, code: str) -> None:
    assert refusal(window(editor, kind, start, end)) == (400, code)


@pytest.mark.parametrize(
    ("kind", "start", "status"),
    [
        ("updated", "2026-01-31T10:30:00Z", 200),
        ("updated", "2026-01-31T10:29:00Z", 400),
        ("deleted", "2026-02-15T10:30:00Z", 200),
        ("deleted", "2026-02-15T10:29:00Z", 400),
    ],
)
def test_updates_are_kept_for_thirty_days_and_deletions_for_fifteen(
    editor: Caller, kind: str, start: str, status: int
) -> None:
    assert window(editor, kind, start, "2026-03-02T10:30:00Z").status_code == status


def test_an_object_without_rights_is_not_there(stranger: Caller) -> None:
    answer = window(stranger, "updated", "2026-03-02T10:29:00Z", "2026-03-02T10:30:00Z")

    assert refusal(answer) == (404, "NOT_FOUND")


@pytest.mark.parametrize("kind", ["updated", "deleted"])
def test_more_ids_than_an_answer_can_hold_are_refused(
    editor: Caller, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.localorg.http.replication.MOST_IDS", 1)
    ids = [editor.created("Project__c", Name=name) for name in ("Apollo", "Gemini", "Mercury", "Vostok")]
    editor("DELETE", f"composite/sobjects?ids={','.join(ids[:2])}")

    answer = window(editor, kind, "2026-03-02T10:30:00Z", "2026-03-02T10:31:00Z")

    assert refusal(answer) == (400, "EXCEEDED_ID_LIMIT")

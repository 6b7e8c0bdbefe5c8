from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.http.app import App
from service.localorg.org import ADMIN, LocalOrg
from tests.localorg.http.calling import EDITOR, NOW, ROOT, Caller, call, refusal


class TestUsage:
    """API calls as Salesforce counts them."""

    def test_every_answer_says_how_many_calls_were_used(self, editor: Caller) -> None:
        first, second = editor("GET", "sobjects"), editor("GET", "sobjects/Nothing__c")

        assert first.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
        assert second.headers["Sforce-Limit-Info"] == "api-usage=2/100000"

    def test_signing_in_and_the_list_of_versions_are_free(self, app: App) -> None:
        call(app, "POST", "/services/oauth2/token", data={})
        call(app, "GET", "/services/data")
        call(app, "GET", ROOT)

        assert app.api.usage.used == 0

    def test_calls_past_the_limit_are_refused(self, app: App, editor: Caller) -> None:
        assert call(app, "POST", "/localorg/limits", json={"api_requests": 1}).json == {"used": 0, "allowed": 1}

        assert editor("GET", "sobjects").status_code == 200
        assert refusal(editor("GET", "sobjects")) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert app.api.usage.used == 1

    def test_calls_are_forgotten_after_a_day(self, app: App, org: LocalOrg, editor: Caller) -> None:
        call(app, "POST", "/localorg/limits", json={"api_requests": 10, "used": 10})
        org.clock.advance(timedelta(hours=23))
        assert refusal(editor("GET", "sobjects")) == (403, "REQUEST_LIMIT_EXCEEDED")

        org.clock.advance(timedelta(hours=1))

        assert editor("GET", "sobjects").status_code == 200

    def test_the_limits_resource_says_what_is_left(self, app: App, editor: Caller) -> None:
        call(app, "POST", "/localorg/limits", json={"api_requests": 100, "used": 40})

        assert editor("GET", "limits").json["DailyApiRequests"] == {"Max": 100, "Remaining": 59}


def test_records_are_counted_by_object(editor: Caller, stranger: Caller) -> None:
    editor.created("Project__c", Name="Apollo")
    gone = editor.created("Project__c", Name="Gemini")
    editor("DELETE", f"sobjects/Project__c/{gone}")

    asked = editor("GET", "limits/recordCount?sObjects=project__c,Account,Nothing__c").json

    assert asked == {"sObjects": [{"count": 0, "name": "Account"}, {"count": 1, "name": "Project__c"}]}
    assert "Project__c" not in [each["name"] for each in stranger("GET", "limits/recordCount").json["sObjects"]]


class TestVersions:
    """v51.0 to v68.0."""

    def test_they_are_listed_with_their_release(self, app: App) -> None:
        listed = call(app, "GET", "/services/data/").json

        assert listed[0] == {"label": "Spring '21", "url": "/services/data/v51.0", "version": "51.0"}
        assert listed[2]["label"] == "Winter '22"
        assert listed[-1] == {"label": "Winter '27", "url": ROOT, "version": "68.0"}

    def test_a_version_lists_its_resources(self, editor: Caller) -> None:
        assert editor("GET", ROOT).json["sobjects"] == f"{ROOT}/sobjects"

    @pytest.mark.parametrize(
        ("version", "expected"),
        [
            ("v51.0", (200, None)),
            ("v50.0", (410, "UNSUPPORTED_API_VERSION")),
            ("v69.0", (404, "NOT_FOUND")),
            ("vnext", (404, "NOT_FOUND")),
        ],
    )
    def test_others_are_refused(self, editor: Caller, version: str, expected: tuple[int, str | None]) -> None:
        answer = editor("GET", f"/services/data/{version}/sobjects")

        assert answer.status_code == expected[0]
        assert expected[1] is None or refusal(answer) == expected


class TestControls:
    """What only loopback may do."""

    def test_the_state_names_users_with_tokens_that_work(self, app: App, org: LocalOrg, editor: Caller) -> None:
        editor.created("Project__c", Name="Apollo")

        state = call(app, "GET", "/localorg/").json

        assert (state["org_id"], state["now"]) == (org.org_id, "2026-03-02T10:30:15+00:00")
        assert state["counts"]["Project__c"] == 1
        assert state["api_requests"] == {"used": 1, "allowed": 100_000}
        users = {user["username"]: user for user in state["users"]}
        assert users[EDITOR] == {
            "username": EDITOR,
            "name": "Eddy Editor",
            "id": org.user_id(EDITOR),
            "access_token": editor.token,
        }
        assert Caller(app, users[ADMIN]["access_token"])("GET", "sobjects").status_code == 200

    def test_the_clock_is_set_moved_and_set_free(self, app: App, org: LocalOrg) -> None:
        at = call(app, "POST", "/localorg/clock", json={"at": "2030-01-01T01:00:00+01:00"}).json
        later = call(app, "POST", "/localorg/clock", json={"advance_seconds": 90}).json
        call(app, "POST", "/localorg/clock", json={"run": True})

        assert (at["now"], later["now"]) == ("2030-01-01T00:00:00+00:00", "2030-01-01T00:01:30+00:00")
        assert org.clock.now() > NOW
        assert org.clock.now().year != 2030

    def test_a_client_can_be_registered(self, app: App) -> None:
        made = call(app, "POST", "/localorg/clients", json={"client_id": "c", "secret": "s", "run_as": EDITOR})
        token = call(
            app,
            "POST",
            "/services/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"},
        )

        assert (made.status_code, token.status_code) == (201, 200)

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("clock", {"at": "tomorrow"}),
            ("clock", {"at": "2030-01-01T00:00:00"}),
            ("clock", {"advance_seconds": "90"}),
            ("clock", {"back": 1}),
            ("clock", []),
            ("limits", {"api_requests": True}),
            ("jobs", {"held_polls": "two"}),
            ("clients", {"secret": "s"}),
        ],
    )
    def test_what_a_control_does_not_know_is_refused(self, app: App, path: str, body: Any) -> None:
        assert refusal(call(app, "POST", f"/localorg/{path}", json=body)) == (400, "INVALID_INPUT")

    def test_sessions_of_nobody_are_refused(self, app: App) -> None:
        answer = call(app, "POST", "/localorg/sessions", json={"username": "nobody@example.com", "expire": True})

        assert refusal(answer) == (404, "NOT_FOUND")

    @pytest.mark.parametrize(("method", "path"), [("GET", "/localorg/"), ("POST", "/localorg/clock")])
    def test_from_elsewhere_there_are_no_controls(self, app: App, method: str, path: str) -> None:
        answer = call(app, method, path, json={"run": True}, environ={"REMOTE_ADDR": "192.0.2.7"})

        assert refusal(answer) == (404, "NOT_FOUND")


class TestMerge:
    """POST /localorg/merge: what people do in the user interface."""

    def test_records_are_merged_and_both_sides_are_told(self, app: App, admin: Caller) -> None:
        winner, loser = (admin.created("Account", Name=name) for name in ("Acme", "ACME"))
        contact = admin.created("Contact", LastName="A", AccountId=loser)
        call(app, "POST", "/localorg/clock", json={"advance_seconds": 60})

        answer = call(app, "POST", "/localorg/merge", json={"winner": winner, "losers": [loser]})

        assert answer.json == {"winner": winner, "losers": [loser], "children": [contact]}
        call(app, "POST", "/localorg/clock", json={"advance_seconds": 60})
        window = "start=2026-03-02T10:31:00Z&end=2026-03-02T10:32:00Z"
        assert admin("GET", f"sobjects/Account/updated?{window}").json["ids"] == [winner]
        (gone,) = admin("GET", f"sobjects/Account/deleted?{window}").json["deletedRecords"]
        assert gone["id"] == loser
        assert admin("GET", f"sobjects/Contact/updated?{window}").json["ids"] == []

    def test_children_move_their_clock_if_they_are_told_to(self, app: App, admin: Caller) -> None:
        winner, loser = (admin.created("Account", Name=name) for name in ("Acme", "ACME"))
        contact = admin.created("Contact", LastName="A", AccountId=loser)
        call(app, "POST", "/localorg/clock", json={"advance_seconds": 60})

        asked = {"winner": winner, "losers": [loser], "moves_children_clock": True}
        assert call(app, "POST", "/localorg/merge", json=asked).status_code == 200

        assert admin.read("Contact", contact)["SystemModstamp"] == "2026-03-02T10:31:15.000+0000"

    def test_what_is_no_merge_is_refused(self, app: App) -> None:
        assert refusal(call(app, "POST", "/localorg/merge", json={"winner": "001"})) == (400, "INVALID_INPUT")
        asked = {"winner": "001000000000001AAA", "losers": []}
        assert refusal(call(app, "POST", "/localorg/merge", json=asked)) == (400, "MERGE_FAILED")

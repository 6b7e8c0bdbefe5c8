"""Faults of whole calls, over the app in-process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from service.localorg.errors import Refusal
from service.localorg.faults.cut import Cut
from service.localorg.faults.kinds import OF_CALLS, Fault
from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, NOW, ROOT, Caller, call, refusal
from tests.wsgi_transport import WsgiAdapter

URL = "https://org.test"
PROJECTS = f"{ROOT}/sobjects/Project__c"


@pytest.fixture
def session(app: App) -> requests.Session:
    session = requests.Session()
    session.mount(URL, WsgiAdapter(app))
    session.headers["Authorization"] = f"Bearer {app.api.sessions.open(app.api.org.user_id(EDITOR))}"
    return session


def names(org: LocalOrg) -> list[str]:
    return [row["Name"] for row in org.storage.rows("Project__c")]


class TestCuts:
    """The connection breaks before, after or within."""

    def test_a_lost_answer_was_carried_out(self, org: LocalOrg, session: requests.Session) -> None:
        org.faults.once("lost_answer")

        with pytest.raises(requests.ConnectionError):
            session.post(URL + PROJECTS, json={"Name": "Apollo"})

        assert names(org) == ["Apollo"]
        assert session.get(URL + PROJECTS).status_code == 200

    def test_a_call_that_was_not_sent_did_nothing_and_costs_nothing(
        self, app: App, org: LocalOrg, session: requests.Session
    ) -> None:
        org.faults.once("not_sent")

        with pytest.raises(requests.ConnectionError):
            session.post(URL + PROJECTS, json={"Name": "Apollo"})

        assert names(org) == []
        assert app.api.usage.used == 0

    def test_a_torn_answer_breaks_off_in_its_body(self, org: LocalOrg, session: requests.Session) -> None:
        org.faults.once("torn")

        with session.get(URL + PROJECTS, stream=True) as answer:
            assert answer.status_code == 200
            received: list[bytes] = []
            with pytest.raises(requests.RequestException):
                received.extend(answer.iter_content(1))

        assert 0 < sum(map(len, received)) < int(answer.headers["Content-Length"])

    def test_torn_bulk_results_break_off_after_their_header(
        self, org: LocalOrg, editor: Caller, session: requests.Session
    ) -> None:
        org.insert_many(org.admin(), "Project__c", [{"Name": f"P{number}"} for number in range(10)])
        job = editor("POST", "jobs/query", json={"operation": "query", "query": "SELECT Name FROM Project__c"}).json
        editor("GET", f"jobs/query/{job['id']}")
        org.faults.once("torn")

        with session.get(f"{URL}{ROOT}/jobs/query/{job['id']}/results", stream=True) as answer:
            assert answer.headers["Sforce-NumberOfRecords"] == "10"
            received: list[bytes] = []
            with pytest.raises(requests.RequestException):
                received.extend(answer.iter_content(1))

        assert b"".join(received).startswith(b'"Name"\n"P0"')
        assert b'"P9"' not in b"".join(received)

    def test_an_answer_without_a_body_is_torn_to_nothing(self, org: LocalOrg, editor: Caller) -> None:
        project = editor.created("Project__c", Name="Apollo")
        org.faults.once("torn")

        with pytest.raises(Cut):
            editor("PATCH", f"sobjects/Project__c/{project}", json={"Name": "Gemini"})

        assert names(org) == ["Gemini"]


class TestErrors:
    """The org answers, but not with what was asked for."""

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            ("server_error", 500, "UNKNOWN_EXCEPTION"),
            ("unavailable", 503, "SERVER_UNAVAILABLE"),
            ("limit", 403, "REQUEST_LIMIT_EXCEEDED"),
            ("concurrent_limit", 403, "REQUEST_LIMIT_EXCEEDED"),
            ("expired_session", 401, "INVALID_SESSION_ID"),
        ],
    )
    def test_a_call_is_refused_and_not_carried_out(
        self, org: LocalOrg, editor: Caller, fault: str, status: int, code: str
    ) -> None:
        org.faults.once(fault)

        answer = editor("POST", "sobjects/Project__c", json={"Name": "Apollo"})

        assert refusal(answer) == (status, code)
        assert names(org) == []

    def test_a_late_server_error_was_carried_out(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.once("late_server_error")

        answer = editor("POST", "sobjects/Project__c", json={"Name": "Apollo"})

        assert refusal(answer) == (500, "UNKNOWN_EXCEPTION")
        assert names(org) == ["Apollo"]

    def test_a_server_error_counts_as_a_call(self, app: App, org: LocalOrg, editor: Caller) -> None:
        org.faults.once("server_error")

        editor("GET", "sobjects")

        assert app.api.usage.used == 1

    def test_the_two_limits_can_be_told_apart(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.once("limit", "concurrent_limit")

        daily, concurrent = (editor("GET", "sobjects").json[0]["message"] for _ in range(2))

        assert daily == "TotalRequests Limit exceeded."
        assert concurrent.startswith("ConcurrentRequests")

    def test_an_expired_session_ends_all_sessions_and_takes_new_ones(
        self, app: App, org: LocalOrg, editor: Caller
    ) -> None:
        other = Caller(app, app.api.sessions.open(org.user_id(EDITOR)))
        org.faults.once("expired_session")

        assert refusal(editor("GET", "sobjects")) == (401, "INVALID_SESSION_ID")
        assert refusal(other("GET", "sobjects")) == (401, "INVALID_SESSION_ID")
        assert Caller(app, app.api.sessions.open(org.user_id(EDITOR)))("GET", "sobjects").status_code == 200

    def test_a_slow_answer_moves_a_clock_that_stands(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rates={"slow": 1}, seconds=90)

        answer = editor("GET", "sobjects")

        assert answer.status_code == 200
        assert org.clock.now() == NOW + timedelta(seconds=90)


class TestWhatIsSpared:
    """Controls always, sign-in unless it is named."""

    def test_neither_sign_in_nor_controls_are_struck(self, app: App, org: LocalOrg) -> None:
        org.faults.set(rates={"server_error": 1})

        assert call(app, "GET", "/localorg/").status_code == 200
        assert call(app, "POST", "/services/oauth2/token", data={}).status_code == 400
        assert call(app, "GET", "/services/data").status_code == 200

    def test_sign_in_is_down_where_that_is_asked_for(self, app: App, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rates={"sign_in_down": 1})

        assert call(app, "POST", "/services/oauth2/token", data={}).status_code == 503
        assert editor("GET", "sobjects").status_code == 200
        assert org.faults.counts == {Fault.SIGN_IN_DOWN: 1}


def struck(org: LocalOrg, calls: int) -> list[Fault | None]:
    return [org.faults.of_call() for _ in range(calls)]


class TestSeeds:
    """One generator per org decides everything."""

    def test_equal_seeds_strike_equally(self, org: LocalOrg) -> None:
        org.faults.storm(7, 0.3)
        first = struck(org, 500)
        org.faults.storm(7, 0.3)
        again = struck(org, 500)
        org.faults.storm(8, 0.3)

        assert again == first
        assert struck(org, 500) != first

    def test_a_storm_has_all_faults_of_calls_and_the_rate_that_was_asked_for(self, org: LocalOrg) -> None:
        org.faults.storm(1, 0.1)

        found = [fault for fault in struck(org, 10_000) if fault]

        assert set(found) == set(OF_CALLS)
        assert 900 < len(found) < 1100
        assert org.faults.counts.total() == len(found)

    def test_nothing_strikes_after_clearing(self, org: LocalOrg, editor: Caller) -> None:
        org.faults.set(rates={"server_error": 1})
        org.faults.once("torn")
        org.faults.clear()

        assert editor("GET", "sobjects").status_code == 200
        assert org.faults.counts == {}

    def test_a_clone_has_calm_weather(self, org: LocalOrg) -> None:
        org.faults.storm(1, 1)

        assert org.clone(org.clock).faults.weather.rates == {}

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"rates": {"lost": 0.1}}, "no such fault: lost"),
            ({"rates": {"governor": 0.1}}, "no such fault: governor"),
            ({"rates": {"torn": 1.1}}, "between 0 and 1"),
            ({"rates": {"torn": -0.1}}, "between 0 and 1"),
        ],
    )
    def test_unknown_faults_and_rates_are_refused(self, org: LocalOrg, settings: Any, message: str) -> None:
        with pytest.raises(Refusal, match=message):
            org.faults.set(**settings)

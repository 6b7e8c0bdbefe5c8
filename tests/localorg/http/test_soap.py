"""SOAP: the operations that clients of REST still use."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from tests.localorg.http.calling import EDITOR, Caller, call

DOOR = "/services/Soap/u/64.0"
INVALID = "Invalid username, password, security token; or user locked out."


@pytest.fixture(autouse=True)
def _known(app: App, org: LocalOrg) -> None:
    app.api.passwords.set(org.user_id(EDITOR), "a & b", "TOKEN")


def send(app: App, body: str, door: str = DOOR, session: str = "") -> TestResponse:
    header = f"<urn:SessionHeader><urn:sessionId>{session}</urn:sessionId></urn:SessionHeader>" if session else ""
    envelope = (
        '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">'
        f"<env:Header>{header}</env:Header><env:Body>{body}</env:Body></env:Envelope>"
    )
    return call(app, "POST", door, data=envelope, content_type="text/xml", base_url="https://org.example.com")


def login(app: App, username: str = EDITOR, password: str = "a &amp; bTOKEN", door: str = DOOR) -> TestResponse:
    asked = f"<urn:username>{username}</urn:username><urn:password>{password}</urn:password>"
    return send(app, f"<urn:login>{asked}</urn:login>", door)


def values(answer: TestResponse, name: str) -> list[str]:
    """Return the texts of an answer's elements of a name."""
    return re.findall(f"<{name}>([^<]*)</{name}>", answer.text)


def fault(answer: TestResponse) -> str:
    assert (answer.status_code, answer.content_type) == (500, "text/xml;charset=UTF-8")
    (code,) = values(answer, "sf:exceptionCode")
    assert values(answer, "faultcode") == [f"sf:{code}"]
    return code


class TestLogin:
    """login() and what a session of it is worth."""

    def test_username_password_and_token_are_worth_a_session(self, app: App, org: LocalOrg) -> None:
        answer = login(app)

        assert answer.status_code == 200
        assert values(answer, "serverUrl") == [f"https://org.example.com{DOOR}/{org.org_id}"]
        assert values(answer, "metadataServerUrl") == [f"https://org.example.com/services/Soap/m/64.0/{org.org_id}"]
        assert values(answer, "userId") == [org.user_id(EDITOR)] * 2
        assert values(answer, "organizationId") == [org.org_id]
        (token,) = values(answer, "sessionId")
        assert Caller(app, token)("GET", "limits").status_code == 200

    def test_the_enterprise_door_opens_too(self, app: App) -> None:
        assert 'xmlns="urn:enterprise.soap.sforce.com"' in login(app, door="/services/Soap/c/52.0/").text

    @pytest.mark.parametrize(
        ("username", "password", "code"),
        [
            (EDITOR, "wrong", "INVALID_LOGIN"),
            (EDITOR, "a &amp; b", "LOGIN_MUST_USE_SECURITY_TOKEN"),
            ("admin@example.com", "", "INVALID_LOGIN"),
            ("nobody@example.com", "a &amp; bTOKEN", "INVALID_LOGIN"),
        ],
    )
    def test_others_are_refused(self, app: App, username: str, password: str, code: str) -> None:
        answer = login(app, username, password)

        assert fault(answer) == code
        assert values(answer, "faultstring")[0].startswith(f"{code}: {INVALID}")

    def test_an_inactive_user_is_refused(self, app: App, org: LocalOrg, admin: Caller) -> None:
        admin("PATCH", f"sobjects/User/{org.user_id(EDITOR)}", json={"IsActive": False})

        assert fault(login(app)) == "INVALID_LOGIN"

    @pytest.mark.parametrize("version", ["65.0", "68.0", "latest"])
    def test_the_newest_versions_have_no_login(self, app: App, version: str) -> None:
        assert fault(login(app, door=f"/services/Soap/u/{version}")) == "UNSUPPORTED_API_VERSION"


class TestOperations:
    """Operations of a session."""

    def test_a_session_says_who_and_when_and_counts_its_calls(self, app: App, editor: Caller, org: LocalOrg) -> None:
        who = send(app, "<urn:getUserInfo/>", session=editor.token)
        when = send(app, "<urn:getServerTimestamp/>", f"{DOOR}/{org.org_id}", session=editor.token)

        assert values(who, "userName") == [EDITOR]
        assert values(when, "timestamp") == ["2026-03-02T10:30:15.000Z"]
        assert app.api.usage.used == 2

    def test_it_ends_with_logout(self, app: App, editor: Caller) -> None:
        assert send(app, "<urn:logout/>", session=editor.token).status_code == 200

        assert fault(send(app, "<urn:getUserInfo/>", session=editor.token)) == "INVALID_SESSION_ID"

    def test_there_is_none_without_a_token(self, app: App) -> None:
        assert fault(send(app, "<urn:getUserInfo/>")) == "INVALID_SESSION_ID"

    def test_others_are_not_available(self, app: App, editor: Caller) -> None:
        assert fault(send(app, "<urn:convertLead/>", session=editor.token)) == "INVALID_OPERATION"

    @pytest.mark.parametrize("body", ["<urn:getUserInfo>", "", "<a/><b/>"])
    def test_what_is_no_envelope_of_one_operation_is_refused(self, app: App, body: str) -> None:
        assert fault(send(app, body)) == "UNKNOWN_EXCEPTION"


class TestMerge:
    """merge(), as a session sends it."""

    def request(self, winner: str, *losers: str, fields: str = "") -> str:
        master = f"<urn:masterRecord><urn:type>Account</urn:type><urn:Id>{winner}</urn:Id>{fields}</urn:masterRecord>"
        others = "".join(f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds>" for loser in losers)
        return f"<urn:request>{master}{others}</urn:request>"

    def test_records_are_merged_and_the_master_takes_values(self, app: App, admin: Caller) -> None:
        winner, loser = (admin.created("Account", Name=name, Phone="1") for name in ("Acme", "ACME"))
        contact = admin.created("Contact", LastName="A", AccountId=loser)
        fields = "<urn:Website>acme.example</urn:Website><urn:fieldsToNull>Phone</urn:fieldsToNull>"

        asked = self.request(winner, loser, fields=fields)
        answer = send(app, f"<urn:merge>{asked}</urn:merge>", session=admin.token)

        assert (values(answer, "success"), values(answer, "id")) == (["true"], [winner])
        assert (values(answer, "mergedRecordIds"), values(answer, "updatedRelatedIds")) == ([loser], [contact])
        record = admin.read("Account", winner)
        assert (record["Website"], record["Phone"]) == ("acme.example", None)

    def test_each_request_has_its_own_result(self, app: App, admin: Caller) -> None:
        winner, loser = (admin.created("Account", Name=name) for name in ("Acme", "ACME"))

        asked = self.request(winner, winner) + self.request(winner, loser) + "<urn:request/>"
        answer = send(app, f"<urn:merge>{asked}</urn:merge>", session=admin.token)

        assert values(answer, "success") == ["false", "true", "false"]
        assert values(answer, "statusCode") == ["MERGE_FAILED", "MALFORMED_ID"]

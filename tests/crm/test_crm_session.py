import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
import requests as library
from responses import matchers
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from service.crm import requests
from service.crm.answers import Landed, OutOfStep, RowResult, moment
from service.crm.client import Client
from service.crm.errors import LimitReached, Refused, Retryable, RowError, Unreachable
from service.crm.login import AccessToken
from service.crm.session import FOR_PEOPLE, OUR_BUDGET, Limit, SessionSettings
from tests.crm.conftest import DATA, ORG

ACCOUNT = f"{DATA}sobjects/Account/describe"
ROWS = f"{DATA}composite/sobjects"
READ = requests.describe("Account")
WRITE = requests.create_rows("Account", [{"Name": "Acme"}])
DONE = [{"id": "001A", "success": True, "errors": []}]
PAGE = "<html><body>Bad Gateway</body></html>"


def said(code, message="words", **more):
    return [{"errorCode": code, "message": message, **more}]


def no_connection():
    pool = HTTPConnectionPool("acme.my.salesforce.com")
    return library.ConnectionError(MaxRetryError(pool, "/", NewConnectionError(pool, "refused")))


# What every request carries


def test_a_request_says_who_sends_it_and_asks_for_no_assignment_rules(client, org):
    org.post(
        ROWS,
        json=DONE,
        match=[
            matchers.header_matcher(
                {
                    "Authorization": "Bearer 00D!secret-token",
                    "Sforce-Call-Options": "client=Plansync",
                    "Sforce-Auto-Assign": "FALSE",
                    "Content-Type": "application/json",
                }
            )
        ],
    )
    assert client.call(WRITE) == (RowResult(id="001A", success=True),)


def test_a_request_has_a_timeout_and_a_ca_of_its_own(monkeypatch, org):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/elsewhere.pem")
    settings = SessionSettings(connect_timeout=1, read_timeout=2, ca_file=Path("/ours.pem"))
    client = Client(AccessToken(token="t", instance_url=ORG), settings=settings)
    org.get(ACCOUNT, json={}, match=[matchers.request_kwargs_matcher({"timeout": (1, 2), "verify": "/ours.pem"})])
    assert client.call(READ) == {}


def test_a_netrc_of_the_machine_does_not_replace_the_token(monkeypatch, tmp_path, client, org):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine acme.my.salesforce.com login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    org.get(ACCOUNT, json={}, match=[matchers.header_matcher({"Authorization": "Bearer 00D!secret-token"})])
    assert client.call(READ) == {}


def test_cookies_of_one_answer_stay_out_of_the_next_request(client, org):
    org.get(ACCOUNT, json={}, headers={"Set-Cookie": "BrowserId=1; domain=.salesforce.com; path=/"})
    client.call(READ)
    client.call(READ)
    assert "Cookie" not in org.calls[1].request.headers


def test_simple_salesforce_takes_the_same_road(waits, org):
    client = Client(AccessToken(token="t", instance_url="http://127.0.0.1:8080/"), sleep=waits.append)
    org.get("http://127.0.0.1:8080/services/data/v68.0/query/", status=503)
    org.get(
        "http://127.0.0.1:8080/services/data/v68.0/query/",
        json={"done": True, "totalSize": 1, "records": [{"Score__c": 1.1000}]},
        match=[matchers.header_matcher({"Authorization": "Bearer t", "Sforce-Call-Options": "client=Plansync"})],
    )
    (row,) = client.query("SELECT Score__c FROM Account")
    assert str(row["Score__c"]) == "1.1"
    assert client.api_calls == 2
    assert len(waits) == 1


def test_usage_is_read_from_every_answer(client, org):
    info = "api-usage=18/5000; per-app-api-usage=17/250(appName=Plansync)"
    org.get(ACCOUNT, json={}, headers={"Sforce-Limit-Info": info})
    org.get(ACCOUNT, json={}, headers={"Sforce-Limit-Info": "something else"})
    assert client.limit is None
    client.call(READ)
    assert client.limit == Limit(used=18, allowed=5000)
    client.call(READ)
    assert client.limit == Limit(used=18, allowed=5000)


def test_the_orgs_clock_is_read_from_every_answer(client, org):
    org.get(ACCOUNT, json={}, headers={"Date": "Sun, 01 Mar 2026 12:00:00 GMT"})
    org.get(ACCOUNT, json={}, headers={"Date": "yesterday"})
    assert client.org_time is None
    client.call(READ)
    client.call(READ)
    assert client.org_time == moment("2026-03-01T12:00:00Z")


# What is repeated


@pytest.mark.parametrize(
    "first",
    [
        {"status": 503, "json": said("SERVER_UNAVAILABLE")},
        {"status": 502, "body": PAGE},
        {"status": 429, "json": said("TOO_MANY")},
        {"status": 403, "json": said("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit")},
        {"status": 400, "json": said("QUERY_TIMEOUT")},
        {"status": 200, "body": '{"torn": '},
        {"status": 200, "body": b'{"torn": "\xf0'},
        {"status": 200, "body": PAGE},
        {"body": library.ReadTimeout()},
        {"body": library.ConnectionError("Connection aborted.")},
        {"body": library.exceptions.ChunkedEncodingError()},
        {"body": no_connection()},
    ],
)
def test_a_read_that_fails_on_the_way_is_repeated(client, org, waits, first):
    org.get(ACCOUNT, **first)
    org.get(ACCOUNT, json={"name": "Account"})
    assert client.call(READ) == {"name": "Account"}
    assert len(waits) == 1


@pytest.mark.req("P4")
@pytest.mark.parametrize(
    "first",
    [
        {"status": 503, "json": said("SERVER_UNAVAILABLE")},
        {"status": 429, "json": said("TOO_MANY")},
        {"status": 403, "json": said("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")},
        {"status": 400, "json": said("UNABLE_TO_LOCK_ROW")},
        {"body": no_connection()},
        {"body": library.ConnectTimeout()},
        {"body": library.exceptions.ProxyError()},
    ],
)
def test_a_write_that_was_never_begun_is_repeated(client, org, waits, first):
    org.post(ROWS, **first)
    org.post(ROWS, json=DONE)
    assert client.call(WRITE) == (RowResult(id="001A", success=True),)
    assert len(waits) == 1


@pytest.mark.req("P4")
@pytest.mark.parametrize(
    "only",
    [
        {"body": library.ReadTimeout()},
        {"body": library.ConnectionError("Connection aborted.")},
        {"status": 500, "json": said("UNKNOWN_EXCEPTION")},
        {"status": 502, "body": PAGE},
        {"status": 503, "body": PAGE},
        {"status": 504},
        {"status": 200, "body": '[{"torn": '},
    ],
)
def test_a_write_that_may_have_landed_is_left_to_the_caller(client, org, waits, only):
    org.post(ROWS, **only)
    with pytest.raises(Retryable) as caught:
        client.call(WRITE)
    assert caught.value.ambiguous
    assert "may have landed" in str(caught.value)
    assert waits == []


def test_patience_ends_with_growing_jittered_waits(client, org, waits):
    org.get(ACCOUNT, status=503)
    with pytest.raises(Retryable) as caught:
        client.call(READ)
    assert (caught.value.status, caught.value.ambiguous) == (503, False)
    assert len(waits) == 3
    assert waits[0] < waits[2]
    assert client.api_calls == 4


# What is refused


def test_a_refusal_keeps_code_message_fields_and_status(client, org):
    org.get(ACCOUNT, status=400, json=said("INVALID_FIELD", "No such column", fields=["X__c"]))
    with pytest.raises(Refused) as caught:
        client.call(READ)
    refused = caught.value
    assert (refused.code, refused.message, refused.fields) == ("INVALID_FIELD", "No such column", ("X__c",))
    assert (refused.status, refused.transient) == (400, False)
    assert str(refused) == "Salesforce refused the request: INVALID_FIELD: No such column (X__c)"


def test_a_page_of_a_firewall_is_named_as_one(client, org, waits):
    org.get(ACCOUNT, status=403, body=PAGE, content_type="text/html")
    with pytest.raises(Refused, match="HTTP_403: a page that is not Salesforce's: is there a proxy"):
        client.call(READ)
    assert waits == []


def test_a_page_of_a_proxy_says_what_it_is_when_patience_ends(client, org):
    org.get(ACCOUNT, status=502, body=PAGE, content_type="text/html")
    with pytest.raises(Retryable, match="status 502 with a page that is not Salesforce's"):
        client.call(READ)


def test_the_daily_limit_is_not_asked_again(client, org, waits):
    org.get(ACCOUNT, status=403, json=said("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    with pytest.raises(LimitReached, match="TotalRequests Limit exceeded"):
        client.call(READ)
    assert waits == []


def test_the_daily_limit_is_an_error_even_where_refusals_are_answers(client, org):
    org.patch(f"{DATA}sobjects/Account/001A", status=403, json=said("REQUEST_LIMIT_EXCEEDED", "TotalRequests"))
    with pytest.raises(LimitReached):
        client.call(requests.update_row("Account", "001A", {}))


@pytest.mark.req("P9")
@pytest.mark.parametrize(("budget", "refuses"), [(OUR_BUDGET, True), (FOR_PEOPLE, False)])
def test_the_reserve_is_for_people(org, budget, refuses):
    org.get(ACCOUNT, json={}, headers={"Sforce-Limit-Info": "api-usage=5000/5000"})
    client = Client(AccessToken(token="t", instance_url=ORG), settings=SessionSettings(budget=budget))
    client.call(READ)
    with pytest.raises(LimitReached, match="kept for people") if refuses else nullcontext():
        client.call(READ)
    assert client.api_calls == (1 if refuses else 2)


@pytest.mark.req("P1")
@pytest.mark.parametrize(("took", "seconds"), [(0.2, 0), (0.999, 0), (3.7, 3)])
def test_what_was_read_may_be_as_old_as_the_question(org, took, seconds):
    org.get(ACCOUNT, json={}, headers={"Date": "Sun, 01 Mar 2026 12:00:00 GMT"})
    ticks = iter([100.0, 100.0 + took])
    client = Client(AccessToken(token="t", instance_url=ORG), monotonic=lambda: next(ticks))
    assert client.asked_at is None
    client.call(READ)
    assert client.org_time == moment("2026-03-01T12:00:00Z")
    assert client.asked_at == moment("2026-03-01T12:00:00Z") - timedelta(seconds=seconds)


def test_what_was_read_is_no_older_than_the_answer_before(org):
    for second in ("00", "02"):
        org.get(ACCOUNT, json={}, headers={"Date": f"Sun, 01 Mar 2026 12:00:{second} GMT"})
    ticks = iter([100.0, 100.1, 100.1, 103.9])
    client = Client(AccessToken(token="t", instance_url=ORG), monotonic=lambda: next(ticks))
    client.call(READ)
    client.call(READ)
    assert client.asked_at == moment("2026-03-01T12:00:00Z")


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (204, None, Landed()),
        (412, said("PRECONDITION_FAILED"), OutOfStep()),
        (403, said("INSUFFICIENT_ACCESS_OR_READONLY"), RowError("INSUFFICIENT_ACCESS_OR_READONLY", "words")),
    ],
)
def test_a_conditional_update_on_its_own_is_answered_with_a_value(client, org, status, body, meaning):
    org.patch(f"{DATA}sobjects/Account/001A", status=status, body=json.dumps(body) if body else "")
    since = moment("2026-03-01T12:00:00Z")
    assert client.call(requests.update_row("Account", "001A", {"Name": "x"}, unmodified_since=since)) == meaning


def test_a_certificate_that_is_not_trusted_is_not_asked_again(client, org, waits):
    org.get(ACCOUNT, body=library.exceptions.SSLError("CERTIFICATE_VERIFY_FAILED"))
    with pytest.raises(Unreachable, match="SALESFORCE_CA_FILE") as caught:
        client.call(READ)
    assert caught.value.host == "acme.my.salesforce.com"
    assert waits == []


def test_a_host_without_a_connection_is_named(client, org):
    org.get(ACCOUNT, body=no_connection())
    with pytest.raises(Unreachable, match=r"acme\.my\.salesforce\.com cannot be reached \(no connection\): check"):
        client.call(READ)


def test_an_org_that_moved_names_its_new_host_and_is_not_followed(client, org):
    org.get(ACCOUNT, status=302, headers={"Location": "https://new.my.salesforce.com/x?secret=1"})
    with pytest.raises(Unreachable, match=r"it points to new\.my\.salesforce\.com\)") as caught:
        client.call(READ)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://", "https://exa mple"])
def test_a_url_that_is_none_is_named(url):
    with pytest.raises(Unreachable, match="the URL is not one"):
        Client(AccessToken(token="t", instance_url=url)).call(READ)


def test_no_error_and_no_repr_shows_a_token(client, org):
    org.get(ACCOUNT, body=library.ConnectionError("Connection aborted."))
    with pytest.raises(Retryable) as caught:
        client.call(READ)
    assert "secret-token" not in f"{caught.value!r} {caught.value} {client.session.grant()!r}"


@pytest.mark.parametrize(
    ("url", "proxies"),
    [("https://localhost:8443/", {}), ("https://127.0.0.1/", {}), (ORG, {"https": "http://proxy.example.com"})],
)
def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(client, monkeypatch, url, proxies):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    assert client.session.merge_environment_settings(url, {}, None, None, None)["proxies"] == proxies

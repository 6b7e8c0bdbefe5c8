"""The client against the real local org, over the real protocol, in-process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from service.crm import requests
from service.crm.answers import Described, Landed, NotModified, OutOfStep
from service.crm.client import Client
from service.crm.errors import LimitReached, Refused, SignInNeeded, Unreachable
from service.crm.login import AccessToken, ClientCredentials, JwtBearer, RefreshToken
from service.crm.session import SessionSettings
from service.crm.soql import compare, select
from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import ADMIN, LocalOrg
from service.localorg.server import Server
from tests.wsgi_transport import WsgiAdapter

ORG = "https://org.test"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PACKAGE = Path(__file__).parents[2] / "sfdx"


@cache
def installed() -> LocalOrg:
    return LocalOrg.install(PACKAGE, clock=Clock(NOON))


@pytest.fixture
def app() -> App:
    return create_app(installed().clone(Clock(NOON)))


def connect(app, login, **more):
    client = Client(login, sleep=lambda _: None, **more)
    client.session.mount(ORG, WsgiAdapter(app))
    return client


@pytest.fixture
def client(app) -> Client:
    token = app.api.sessions.token_of(app.api.org.user_id(ADMIN))
    return connect(app, AccessToken(token=token, instance_url=ORG))


def accounts(client, count, **values):
    rows = [{"Name": f"Account {n}", **values} for n in range(count)]
    return [result.id for result in client.call(requests.create_rows("Account", rows))]


@cache
def certificate() -> tuple[str, str]:
    """A private key and its certificate, both as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Plansync")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    today = datetime.now(UTC)
    signed = builder.not_valid_before(today).not_valid_after(today + timedelta(days=1)).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), signed.public_bytes(pem).decode()


# Signing in


def test_a_certificate_signs_in(app):
    private_key, certificate_pem = certificate()
    app.api.clients.register("3MVG", certificate_pem=certificate_pem)
    login = JwtBearer(my_domain=ORG, client_id="3MVG", username=ADMIN, private_key=private_key)
    client = connect(app, login)
    identity = client.identity()
    assert (identity.username, identity.org_id) == (ADMIN, app.api.org.org_id)
    assert client.session.grant().org_id == app.api.org.org_id
    assert client.api_calls == app.api.usage.used == 0


def test_a_user_who_is_not_approved_is_told_how_to_be(app):
    private_key, certificate_pem = certificate()
    app.api.clients.register("3MVG", certificate_pem=certificate_pem)
    login = JwtBearer(my_domain=ORG, client_id="3MVG", username="nobody@example.com", private_key=private_key)
    with pytest.raises(SignInNeeded, match="pre-authorise"):
        connect(app, login).identity()


def test_client_credentials_sign_in_as_their_user(app):
    app.api.clients.register("3MVG", secret="s3cret", run_as=ADMIN)
    assert (
        connect(app, ClientCredentials(my_domain=ORG, client_id="3MVG", secret="s3cret")).identity().username == ADMIN
    )


def test_a_refresh_token_outlives_its_sessions(app):
    app.api.clients.register("3MVG", secret="s3cret")
    token = app.api.sessions.grant_refresh(app.api.org.user_id(ADMIN), "3MVG")
    login = RefreshToken(my_domain=ORG, client_id="3MVG", refresh_token=token, secret="s3cret", on_rotation=print)
    client = connect(app, login)
    client.call(requests.describe("Account"))
    app.api.sessions.expire(None)
    assert client.call(requests.describe("Account"))["name"] == "Account"
    assert client.identity().username == ADMIN


def test_a_wrong_token_is_one_sentence_with_a_way_out(app):
    client = connect(app, AccessToken(token="00D!wrong", instance_url=ORG))
    with pytest.raises(SignInNeeded, match="give a fresh one"):
        client.call(requests.describe("Account"))


# Reading


def test_an_object_is_described_with_its_fields(client):
    fields = {field["name"]: field for field in client.call(requests.describe("Objective__c"))["fields"]}
    assert fields["Plansync_Id__c"]["externalId"]


def test_the_schema_is_sent_once(client):
    described = client.call(requests.describe_global())
    assert isinstance(described, Described)
    assert "Objective__c" in {sobject["name"] for sobject in described.sobjects}
    assert client.call(requests.describe_global(modified_since=described.modified or NOON)) == NotModified()


@pytest.mark.req("P9")
def test_an_idle_cycle_over_twelve_objects_is_one_call(app, client):
    start, end = NOON - timedelta(hours=1), NOON
    nouns = [name for name in app.api.org.schema.objects if name.endswith("__c") and name != "Plansync_Settings__c"]
    assert len(nouns) == 9
    asked = [
        build(sobject, start=start, end=end)
        for sobject in ["Account", "Contact", "User", *nouns]
        for build in (requests.updated_since, requests.deleted_since)
    ]
    answers = client.composite([*asked, requests.describe_global(modified_since=NOON)])
    assert len(answers) == 25
    assert not [answer for answer in answers if isinstance(answer, Refused)]
    assert answers[-1] == NotModified()
    assert client.api_calls == app.api.usage.used == 1


def test_changes_and_deletions_are_found_in_their_window(app, client):
    kept, gone = accounts(client, 2)
    app.api.org.clock.advance(timedelta(minutes=2))
    client.call(requests.delete_rows([gone]))
    app.api.org.clock.advance(timedelta(minutes=2))
    end = NOON + timedelta(minutes=4)
    updated = client.call(requests.updated_since("Account", start=NOON, end=end))
    deleted = client.call(requests.deleted_since("Account", start=NOON, end=end))
    assert updated.ids == (kept,)
    assert deleted.rows == ((gone, NOON + timedelta(minutes=2)),)
    assert updated.latest == deleted.latest == end


def test_records_are_retrieved_in_order_with_none_for_the_missing(client):
    one, two = accounts(client, 2)
    rows = client.call(requests.retrieve("Account", [two, "001000000000000AAA", one], ["Id", "Name"]))
    assert [row and row["Name"] for row in rows] == ["Account 1", None, "Account 0"]


def test_a_query_is_paged_to_its_end(client):
    for _ in range(11):
        accounts(client, 200)
    soql = select("Account", ["Id"], where=[compare("Name", "LIKE", "Account%")], order_by=["Id"])
    assert len({row["Id"] for row in client.query(soql)}) == 2200
    (first,) = client.composite([requests.query(soql)])
    (second,) = client.composite([requests.next_page(first.next)])
    assert (len(first.rows), len(second.rows), second.next) == (2000, 200, None)


def test_a_query_past_the_length_of_a_url_travels_in_a_composite(client):
    accounts(client, 1)
    wide = select("Account", ["Id"], where=[compare("Name", "IN", ["Account 0", *(f"{n:050}" for n in range(400))])])
    (page,) = client.composite([requests.query(wide)])
    assert page.total == 1


def test_the_recycle_bin_can_be_queried(client):
    (gone,) = accounts(client, 1)
    client.call(requests.delete_rows([gone]))
    soql = select("Account", ["Id", "IsDeleted"], where=[compare("Id", "=", gone)])
    assert list(client.query(soql)) == []
    assert [row["IsDeleted"] for row in client.query(soql, deleted=True)] == [True]


def test_a_malformed_query_is_refused_in_salesforces_words(client):
    with pytest.raises(Refused) as caught:
        list(client.query("SELECT FROM Account"))
    assert (caught.value.code, caught.value.status) == ("MALFORMED_QUERY", 400)


def test_a_bulk_query_streams_its_rows(app, client):
    ids = accounts(client, 3, Description='one\n"two", 😀')
    before = client.api_calls
    with client.bulk_query(select("Account", ["Id", "Description"], order_by=["Id"])) as (header, rows, _):
        assert header == ["Id", "Description"]
        assert list(rows) == [[account, 'one\n"two", 😀'] for account in sorted(ids)]
    assert client.api_calls - before == 3
    assert client.api_calls == app.api.usage.used


def test_a_bulk_query_waits_for_its_job(app, client):
    app.api.held_polls = 3
    with client.bulk_query("SELECT Id FROM Account") as (_, rows, _):
        assert list(rows) == []
    assert client.api_calls == 6


# Writing


@pytest.mark.req("P12")
def test_numbers_make_the_round_trip_exactly(client):
    exact = Decimal("12345.6789")
    (account,) = accounts(client, 1)
    values = {"Name": "Aim", "Account__c": account}
    aim = client.call(requests.create_row("Objective__c", values)).id
    kpi = {"Objective__c": aim, "Description__c": "KPI", "Baseline_Value__c": exact}
    (made,) = client.call(requests.create_rows("Objective_KPI__c", [kpi]))
    assert made.success, made.errors
    (row,) = client.call(requests.retrieve("Objective_KPI__c", [made.id], ["Baseline_Value__c"]))
    assert row["Baseline_Value__c"] == exact


def test_a_row_that_fails_does_not_hold_up_the_others(client):
    good, bad = client.call(requests.create_rows("Account", [{"Name": "Good"}, {"Name": "x" * 300}]))
    assert good.success
    assert (bad.errors[0].code, bad.errors[0].fields) == ("STRING_TOO_LONG", ("Name",))


@pytest.mark.req("P4")
def test_an_upsert_sent_twice_makes_one_record(client):
    (account,) = accounts(client, 1)
    row = {"Plansync_Id__c": "3f1d1c1e-0000-4000-8000-000000000001", "Name": "Aim", "Account__c": account}
    upsert = requests.upsert_rows("Objective__c", "Plansync_Id__c", [row])
    (first,), (second,) = client.composite([upsert, upsert])
    assert (first.created, second.created) == (True, False)
    assert first.id == second.id


def test_rows_are_updated_and_deleted_by_id(client):
    (account,) = accounts(client, 1)
    (updated,) = client.call(requests.update_rows("Account", [{"Id": account, "Name": "New"}]))
    (deleted,) = client.call(requests.delete_rows([account]))
    (again,) = client.call(requests.delete_rows([account]))
    assert updated.success
    assert deleted.success
    assert again.errors[0].code == "ENTITY_IS_DELETED"


@pytest.mark.req("P2")
def test_a_record_that_changed_meanwhile_is_not_overwritten(app, client):
    first, second = accounts(client, 2)
    app.api.org.clock.advance(timedelta(seconds=5))
    client.call(requests.update_rows("Account", [{"Id": second, "Name": "Theirs"}]))
    answers = client.composite(
        [
            requests.update_row("Account", account, {"Name": "Ours"}, unmodified_since=NOON)
            for account in (first, second)
        ]
    )
    assert answers == [Landed(), OutOfStep()]
    rows = client.call(requests.retrieve("Account", [first, second], ["Name"]))
    assert [row["Name"] for row in rows] == ["Ours", "Theirs"]


def test_a_refused_row_keeps_its_fields_next_to_those_that_land(client):
    (account,) = accounts(client, 1)
    refused, landed = client.composite(
        [requests.update_row("Account", account, {"Name": "x" * 300}), requests.update_row("Account", account, {})]
    )
    assert (refused.code, refused.fields) == ("STRING_TOO_LONG", ("Name",))
    assert landed == Landed()


def test_a_tree_lands_whole_or_not_at_all(app, client):
    (account,) = accounts(client, 1)
    before = client.api_calls

    def tree(name):
        aim = {"Name": "Aim", "Account__c": account, "Success_Plan__c": "@{plan.id}"}
        return {
            "plan": requests.create_row("Success_Plan__c", {"Name": name, "Account__c": account}),
            "aim": requests.upsert_row("Objective__c", ("Plansync_Id__c", "aim-1"), aim),
        }

    refused = client.graph(tree("x" * 300))
    assert isinstance(refused, Refused)
    assert refused.code == "STRING_TOO_LONG"
    assert list(client.query("SELECT Id FROM Success_Plan__c")) == []
    planted = client.graph(tree("Plan"))
    (row,) = client.query("SELECT Id, Success_Plan__c FROM Objective__c")
    assert (row["Id"], row["Success_Plan__c"]) == (planted["aim"].id, planted["plan"].id)
    assert client.api_calls - before == 4


def test_all_or_none_takes_everything_back(client):
    good = requests.create_row("Account", {"Name": "Good"})
    bad = requests.create_row("Account", {})
    halted, refused = client.composite([good, bad], all_or_none=True)
    assert isinstance(halted, Refused)
    assert refused.code == "REQUIRED_FIELD_MISSING"
    assert list(client.query("SELECT Id FROM Account")) == []


def test_verbs_of_simple_salesforce_work_on_the_same_session(app, client):
    made = client.salesforce.Account.create({"Name": "Acme"})
    app.api.sessions.expire(None)
    with pytest.raises(SignInNeeded):
        client.salesforce.Account.delete(made["id"])
    fresh = app.api.sessions.token_of(app.api.org.user_id(ADMIN))
    assert connect(app, AccessToken(token=fresh, instance_url=ORG)).salesforce.Account.delete(made["id"]) == 204


# The road


@pytest.fixture
def quick():
    return SessionSettings(attempts=1)


def at(server, app, settings):
    token = app.api.sessions.token_of(app.api.org.user_id(ADMIN))
    return Client(AccessToken(token=token, instance_url=server.url), settings=settings)


def test_an_org_is_reached_over_tls_with_its_own_ca(app, tmp_path):
    with Server(app, tls=tmp_path) as server:
        client = at(server, app, SessionSettings(ca_file=server.ca_file))
        assert client.identity().username == ADMIN
        assert [row["Username"] for row in client.query("SELECT Username FROM User WHERE Username LIKE 'admin%'")]
        client.session.close()


def test_an_org_whose_ca_is_unknown_is_not_trusted(app, tmp_path):
    with Server(app, tls=tmp_path) as server, pytest.raises(Unreachable, match="SALESFORCE_CA_FILE"):
        at(server, app, None).identity()


def test_an_org_on_this_machine_is_reached_over_plain_http(app, quick):
    with Server(app) as server:
        client = at(server, app, quick)
        assert [row["Username"] for row in client.query("SELECT Username FROM User WHERE Username LIKE 'admin%'")]
        with client.bulk_query("SELECT Id FROM User") as (header, rows, _):
            assert (header, len(list(rows))) == (["Id"], 2)
        client.session.close()


def test_an_org_that_is_down_is_named(app, quick):
    with Server(app) as server:
        client = at(server, app, quick)
    with pytest.raises(Unreachable, match="localhost:") as caught:
        client.identity()
    assert "check the org's URL" in caught.value.way_out


# Limits


def test_usage_is_counted_as_the_org_counts_it(app, client):
    client.call(requests.describe("Account"))
    client.composite([requests.describe("Account")] * 25)
    list(client.query("SELECT Id FROM Account"))
    assert client.api_calls == app.api.usage.used == 3
    assert client.limit.used == 3
    assert client.limit.allowed == app.api.usage.allowance


def test_the_end_of_the_allowance_is_its_own_error(app, client):
    app.api.usage.reset(allowance=1)
    client.call(requests.describe("Account"))
    with pytest.raises(LimitReached):
        client.call(requests.describe("Account"))

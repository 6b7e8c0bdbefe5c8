from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
import pytest
import requests as library
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from responses import matchers

from service.crm.client import Client
from service.crm.errors import Retryable, SignInNeeded, Unreachable
from service.crm.login import AccessToken, ClientCredentials, Grant, JwtBearer, RefreshToken
from tests.crm.conftest import ORG

TOKEN = f"{ORG}/services/oauth2/token"
GRANTED = {
    "access_token": "00D!fresh",
    "instance_url": f"{ORG}/",
    "id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA",
    "scope": "api",
}
NOW = datetime.now(UTC).replace(microsecond=0)


@cache
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem():
    form = serialization.PrivateFormat.PKCS8
    return key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def jwt_bearer(private_key=None):
    return JwtBearer(
        my_domain=f"{ORG}/", client_id="3MVG", username="me@acme.com", private_key=private_key or pem(), now=lambda: NOW
    )


def client_credentials():
    return ClientCredentials(my_domain=ORG, client_id="3MVG", secret="s3cret")


def test_a_signed_assertion_names_the_my_domain_as_its_audience(org):
    org.post(TOKEN, json=GRANTED)
    grant = Client(jwt_bearer()).session.grant()
    assert grant == Grant(token="00D!fresh", instance_url=ORG, org_id="00D000000000001EAA", scope="api")
    form = dict(pair.split("=") for pair in org.calls[0].request.body.split("&"))
    anytime = {"verify_exp": False}
    claims = jwt.decode(form["assertion"], key().public_key(), algorithms=["RS256"], audience=ORG, options=anytime)
    assert (claims["iss"], claims["sub"]) == ("3MVG", "me@acme.com")
    assert claims["exp"] == int((NOW + timedelta(minutes=3)).timestamp())


def test_client_credentials_are_sent_in_the_form(org):
    form = {"grant_type": "client_credentials", "client_id": "3MVG", "client_secret": "s3cret"}
    org.post(TOKEN, json={**GRANTED, "id": None}, match=[matchers.urlencoded_params_matcher(form)])
    assert Client(client_credentials()).session.grant().org_id is None


@pytest.mark.parametrize(("secret", "sent"), [(None, {}), ("s3cret", {"client_secret": "s3cret"})])
def test_a_refresh_token_is_traded_with_or_without_a_secret(org, secret, sent):
    login = RefreshToken(my_domain=ORG, client_id="3MVG", refresh_token="r1", secret=secret, on_rotation=pytest.fail)
    form = {"grant_type": "refresh_token", "client_id": "3MVG", "refresh_token": "r1", **sent}
    org.post(TOKEN, json=GRANTED, match=[matchers.urlencoded_params_matcher(form)])
    assert Client(login).session.grant().token == "00D!fresh"


def test_a_rotated_refresh_token_is_kept_and_used_next():
    kept = []
    login = RefreshToken(my_domain=ORG, client_id="3MVG", refresh_token="r1", on_rotation=kept.append)
    sent = []

    def post(url, form):
        sent.append(form["refresh_token"])
        return {**GRANTED, "refresh_token": f"r{len(sent) + 1}"}

    login.sign_in(post)
    login.sign_in(post)
    assert sent == ["r1", "r2"]
    assert kept == ["r2", "r3"]


@pytest.mark.parametrize(
    ("answer", "way_out"),
    [
        ({"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}, "pre-authorise"),
        ({"error": "invalid_grant", "error_description": "audience is invalid"}, "My Domain URL"),
        ({"error": "app_not_found", "error_description": "External client app is not installed"}, "My Domain URL"),
        ({"error": "invalid_grant", "error_description": "invalid assertion"}, "certificate"),
        ({"error": "invalid_grant", "error_description": "expired authorization code"}, "clock"),
        ({"error": "invalid_grant", "error_description": "no client credentials user enabled"}, "run-as user"),
        ({"error": "invalid_grant", "error_description": "expired access/refresh token"}, "revoked or already used"),
        ({"error": "invalid_client_id", "error_description": "client identifier invalid"}, "consumer key"),
        ({"error": "invalid_client", "error_description": "invalid client credentials"}, "client secret"),
        ({"error": "inactive_user", "error_description": "user is inactive"}, "activate the integration user"),
        ({"error": "invalid_grant", "error_description": "ip restricted"}, "IP ranges"),
        ({"error": "something_new"}, "plansync connect"),
        ({}, "plansync connect"),
        ([], "plansync connect"),
    ],
)
def test_a_refused_sign_in_says_the_reason_and_the_way_out(org, answer, way_out):
    org.post(TOKEN, status=400, json=answer)
    with pytest.raises(SignInNeeded) as caught:
        Client(client_credentials()).session.grant()
    assert way_out in caught.value.way_out
    assert "s3cret" not in str(caught.value)
    if answer:
        assert caught.value.reason.startswith(answer["error"])


@pytest.mark.parametrize("private_key", ["not a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_private_key_that_is_none_is_named_and_not_shown(private_key):
    with pytest.raises(SignInNeeded, match="RSA key in PEM form") as caught:
        Client(jwt_bearer(private_key)).session.grant()
    assert private_key not in str(caught.value)


def test_a_page_instead_of_a_token_means_the_wrong_host(org):
    org.post(TOKEN, status=404, body="<html>not here</html>")
    with pytest.raises(Unreachable, match="it is not Salesforce's sign-in"):
        Client(client_credentials()).session.grant()


@pytest.mark.parametrize("first", [{"status": 503}, {"body": library.ReadTimeout()}])
def test_a_busy_sign_in_does_not_make_the_request_behind_it_ambiguous(org, waits, first):
    org.post(TOKEN, **first)
    with pytest.raises(Retryable) as caught:
        Client(client_credentials(), sleep=waits.append).session.grant()
    assert not caught.value.ambiguous


@pytest.mark.parametrize("url", ["http://acme.my.salesforce.com", "acme.my.salesforce.com", "ftp://acme"])
def test_no_secret_travels_unencrypted(url):
    with pytest.raises(SignInNeeded, match="https"):
        ClientCredentials(my_domain=url, client_id="3MVG", secret="s3cret").sign_in(pytest.fail)
    with pytest.raises(SignInNeeded, match="https"):
        AccessToken(token="t", instance_url=url).sign_in(pytest.fail)


def test_plain_http_is_fine_on_this_machine():
    assert (
        AccessToken(token="t", instance_url="http://127.0.0.1:8080/")
        .sign_in(pytest.fail)
        .instance_url.endswith(":8080")
    )


def test_no_repr_shows_a_secret():
    login = RefreshToken(my_domain=ORG, client_id="3MVG", refresh_token="s3cret-r", secret="s3cret", on_rotation=print)
    grant = Grant(token="s3cret-t", instance_url=ORG)
    shown = f"{login} {jwt_bearer()} {client_credentials()} {grant} {AccessToken(token='s3cret-a', instance_url=ORG)}"
    assert "s3cret" not in shown
    assert "PRIVATE KEY" not in shown

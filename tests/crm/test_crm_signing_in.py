"""Signing in: one refresh for all threads, a refusal for all of them, and what a fresh token is worth."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from responses import matchers

from service.crm import requests
from service.crm.answers import Landed, moment
from service.crm.client import Client
from service.crm.errors import SignInNeeded
from service.crm.login import Grant
from tests.crm.conftest import DATA, ORG
from tests.wsgi_transport import WsgiAdapter

ACCOUNT = f"{DATA}sobjects/Account/describe"
READ = requests.describe("Account")
EXPIRED = [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]


class Doorman:
    """Hands out numbered tokens, or refuses."""

    def __init__(self, *, refuse_after=None):
        self.sign_ins = 0
        self.refuse_after = refuse_after

    def sign_in(self, post):
        self.sign_ins += 1
        if self.refuse_after is not None and self.sign_ins > self.refuse_after:
            raise SignInNeeded("invalid_grant: expired access/refresh token", "connect again")
        return Grant(token=f"token-{self.sign_ins}", instance_url=ORG)


class Org:
    """Accepts one token; those who bring the old one are held until all of them have."""

    def __init__(self, *, threads, token):
        self.barrier = threading.Barrier(threads)
        self.token = token
        self.headers = []

    def __call__(self, environ, start_response):
        if environ["HTTP_AUTHORIZATION"] != f"Bearer {self.token}":
            self.barrier.wait(timeout=30)
            start_response("401 Unauthorized", [("Content-Type", "application/json")])
            return [json.dumps(EXPIRED).encode()]
        self.headers.append(environ.get("HTTP_IF_UNMODIFIED_SINCE"))
        start_response("204 No Content", [])
        return [b""]


def in_threads(count, work):
    with ThreadPoolExecutor(count) as pool:
        return [future.exception() or future.result() for future in [pool.submit(work) for _ in range(count)]]


def update(client):
    request = requests.update_row("Account", "001A", {"Name": "x"}, unmodified_since=moment("2026-03-01T12:00:00Z"))
    return client.call(request)


@pytest.mark.req("P2")
def test_eight_threads_share_one_refresh_and_keep_their_headers():
    doorman, org = Doorman(), Org(threads=8, token="token-2")
    client = Client(doorman)
    client.session.mount(ORG, WsgiAdapter(org))
    client.session.grant()
    assert in_threads(8, lambda: update(client)) == [Landed()] * 8
    assert doorman.sign_ins == 2
    assert org.headers == ["Sun, 01 Mar 2026 12:00:00 GMT"] * 8


def test_eight_threads_share_one_refused_refresh():
    doorman, org = Doorman(refuse_after=1), Org(threads=8, token="token-9")
    client = Client(doorman)
    client.session.mount(ORG, WsgiAdapter(org))
    client.session.grant()
    outcomes = in_threads(8, lambda: update(client))
    assert all(isinstance(outcome, SignInNeeded) for outcome in outcomes)
    assert doorman.sign_ins == 2


def test_a_refused_sign_in_is_tried_anew_by_the_next_call():
    doorman = Doorman(refuse_after=0)
    client = Client(doorman)
    with pytest.raises(SignInNeeded):
        client.call(READ)
    doorman.refuse_after = None
    assert client.session.grant().token == "token-2"


def test_a_fresh_token_that_is_not_accepted_ends_the_matter(org):
    org.get(ACCOUNT, status=401, json=EXPIRED)
    with pytest.raises(SignInNeeded, match="Session expired or invalid"):
        Client(Doorman()).call(READ)
    assert len(org.calls) == 3


def test_an_access_token_that_expired_says_so_without_a_second_call(client, org):
    org.get(ACCOUNT, status=401, json=EXPIRED)
    with pytest.raises(SignInNeeded, match="the access token has expired") as caught:
        client.call(READ)
    assert len(org.calls) == 1
    assert "secret" not in str(caught.value)


def test_who_is_signed_in_is_asked_without_an_api_call(org):
    userinfo = f"{ORG}/services/oauth2/userinfo"
    org.get(userinfo, status=403, body="Bad_OAuth_Token")
    person = {"user_id": "005A", "organization_id": "00DA", "preferred_username": "me@acme.com", "zoneinfo": "UTC"}
    org.get(userinfo, json=person, match=[matchers.header_matcher({"Authorization": "Bearer token-2"})])
    client = Client(Doorman())
    identity = client.identity()
    assert (identity.user_id, identity.org_id) == ("005A", "00DA")
    assert (identity.username, identity.time_zone) == ("me@acme.com", "UTC")
    assert client.api_calls == 0

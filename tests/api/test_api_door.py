"""The door of the API: nothing is open but what is listed, and each refusal says the way out."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.access.certificates import read
from service.access.certificates import register as register_certificate
from service.api.app import MOUNTED
from service.api.door import FOR_ALL, OPEN
from service.app import create_app
from service.crm.errors import LimitReached, Refused, Retryable, RowError, SignInNeeded, Unreachable
from service.localorg.signing import key_pair
from service.store.orgs import Org, UnknownOrg
from tests import filled
from tests.api.conftest import OnWorld, Somebody
from tests.world import World


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Return every route with each of its methods."""
    return [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}]


def address(rule: Rule) -> str:
    """Return an address that fits a route."""
    return re.sub("<uuid:[a-z_]+>", str(uuid4()), re.sub("<(string|path)[^>]*:[a-z_]+>", "index.css", rule.rule))


@pytest.mark.req("OB-04")
def test_every_route_but_the_listed_ones_refuses_a_request_without_a_token(
    world: World, org: Org, app: Flask, tmp_path: Path
) -> None:
    at_the_real_door = create_app(filled.services(world, tmp_path)).test_client()

    found = {(rule.endpoint, method): address(rule) for rule, method in routes(app)}
    assert len(found) > 60
    for (endpoint, method), path in found.items():
        if endpoint not in OPEN:
            answer = at_the_real_door.open(MOUNTED + path, method=method, json={})
            assert (answer.status_code, answer.json["code"]) == (401, "token_missing"), (endpoint, method)
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_every_listed_endpoint_exists(app: Flask) -> None:
    assert OPEN.keys() | FOR_ALL <= app.view_functions.keys()


@pytest.mark.req("OB-05")
def test_every_route_refuses_somebody_with_neither_permission_set_but_says_why(app: Flask, nobody: Somebody) -> None:
    for rule, method in routes(app):
        if rule.endpoint not in OPEN and rule.endpoint not in FOR_ALL:
            answer = nobody.send(method, address(rule), {})
            assert (answer.status_code, answer.json["code"]) == (403, "denied"), (rule, method)
            assert "CSC - Customer Success" in answer.json["detail"]
    assert not any(verdict["allowed"] for verdict in nobody.read("/me")["verdicts"])


@pytest.fixture
def door(world: World, org: Org, tmp_path: Path) -> FlaskClient:
    """The whole application with its real door."""
    known = filled.services(world, tmp_path)
    parts = {name: getattr(known, name) for name in ("settings", "engine", "seal", "clock", "new_id")}
    return create_app(OnWorld(**parts, world=world)).test_client()


def test_a_token_that_counts_for_nothing_is_refused_in_its_own_words(door: FlaskClient) -> None:
    answer = door.get(f"{MOUNTED}/me", headers={"Authorization": "Bearer nonsense"})

    assert (answer.status_code, answer.json["code"]) == (401, "token_malformed")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_the_console_beside_it_keeps_its_own_door(door: FlaskClient) -> None:
    assert door.get("/").status_code == 303
    assert door.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("no spaces", False), ("x" * 65, False), ("é", False)]
)
def test_a_request_keeps_its_name_if_it_is_one(csm: Somebody, given: str, kept: bool) -> None:
    answer = csm.get(f"/objectives/{uuid4()}", X_Request_Id=given)

    assert (answer.headers["X-Request-Id"] == given) is kept
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/objectives", 405), ("GET", "/objectives/1", 404), ("GET", "/", 404)],
)
def test_what_is_not_there_is_a_problem_like_any_other(csm: Somebody, method: str, path: str, status: int) -> None:
    answer = csm.send(method, path)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["status"] == status


def test_only_json_of_a_bearable_size_is_taken(app: Flask, csm: Somebody) -> None:
    headers = {"Authorization": "Bearer csm", "Idempotency-Key": "1"}
    form = app.test_client().post("/objectives", data={"name": "x"}, headers=headers)
    large = csm.post("/objectives", {"description": "x" * 1_100_000})
    broken = app.test_client().post("/objectives", data="{", content_type="application/json", headers=headers)
    deep = app.test_client().post("/objectives", data="[" * 200_000, content_type="application/json", headers=headers)

    assert [answer.status_code for answer in (form, large, broken, deep)] == [415, 413, 400, 400]
    assert broken.json["detail"] == "Invalid JSON body."


def test_answers_are_fenced_in_and_kept_by_nobody(csm: Somebody) -> None:
    headers = csm.get("/objectives").headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")
    assert "Set-Cookie" not in headers


@pytest.mark.req("OB-03", "OB-04", "OB-05")
def test_the_orgs_own_word_decides_what_its_users_may_do(world: World, org: Org, door: FlaskClient) -> None:
    register_certificate(world.engine, org.id, read(key_pair(world.org).certificate.encode()), now=world.clock.now())
    account = world.create_there("account", Name="Acme")
    for name, sets in {"cora": ["CSC_Customer_Success"], "pat": ["CSC_Participant_User"], "nobody": []}.items():
        world.org.add_user(f"{name}@example.com", name=name.title(), permission_sets=sets)
    world.settle()

    def ask(who: str, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        token = world.app.api.sign_token(f"{who}@example.com", filled.settings(Path()).url)
        given = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        return door.open(MOUNTED + path, method=method, json=body, headers=given)

    plan = {"name": "Plan", "account_id": str(world.our_id(account))}
    made = {who: ask(who, "POST", "/success-plans", plan, Idempotency_Key="1") for who in ("cora", "pat", "nobody")}

    assert [answer.status_code for answer in made.values()] == [201, 403, 403], made["cora"].text
    assert "CSC - Customer Success" in made["pat"].json["detail"]
    where = made["cora"].location.removeprefix(MOUNTED)
    assert ask("pat", "GET", where).json["name"] == "Plan"
    owner = world.there("success_plan")[made["cora"].json["crm_id"]]["OwnerId"]
    assert owner == world.org.user_id("cora@example.com")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LimitReached("15000 of 15000"), 503, "crm_unavailable"),
        (Retryable("busy"), 503, "crm_unavailable"),
        (Unreachable("org.test", "no route", "mend it", repeatable=True), 503, "crm_unavailable"),
        (SignInNeeded("expired", "sign in"), 503, "crm_unavailable"),
        (Refused((RowError("X", "no"),), status=400), 422, "crm_refused"),
        (UnknownOrg("No org"), 409, "not_done"),
        (OperationalError("SELECT 1", None, Exception()), 503, "no_database"),
        (ZeroDivisionError(), 500, "internal_server_error"),
    ],
)
def test_whatever_breaks_is_told_as_a_problem(
    csm: Somebody, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def broken(*_args: object) -> None:
        raise error

    monkeypatch.setattr("service.api.records.one", broken)
    answer = csm.get(f"/objectives/{uuid4()}")

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]

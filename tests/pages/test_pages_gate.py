"""Who gets in: every route asks for a session, every form for its token, and the cookie is kept close."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from service.access import sessions
from service.app import HEADERS, create_app, create_console
from service.pages.gate import OPEN, way_on
from service.store.admins import Admin
from service.store.sealing import Seal, new_key
from tests import filled
from tests.pages.conftest import Visit
from tests.pages.page import Page
from tests.world import World

PASSWORD = filled.PASSWORD.text


def routes(app: Flask) -> list[tuple[Rule, str]]:
    """Return every route with each of its methods."""
    return [(rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}]


def address(rule: Rule) -> str:
    """Return an address that fits a route."""
    return re.sub("<uuid:[a-z_]+>", lambda _: str(uuid4()), rule.rule.replace("<path:filename>", "console.css"))


def test_every_route_but_the_listed_ones_sends_strangers_to_the_sign_in(stranger: Visit) -> None:
    visitor = stranger()
    app = visitor.client.application

    asked = {(rule.endpoint, method): visitor.client.open(address(rule), method=method) for rule, method in routes(app)}

    assert len(asked) > 20
    for (endpoint, method), answer in asked.items():
        turned_away = answer.status_code == 303 and answer.location.startswith("/sign-in")
        assert turned_away is (endpoint not in OPEN), (endpoint, method)
        answer.close()


def test_every_open_endpoint_exists(stranger: Visit) -> None:
    assert OPEN.keys() <= stranger().client.application.view_functions.keys()


def test_a_page_that_is_not_there_is_not_told_to_strangers(stranger: Visit) -> None:
    assert stranger().get("/nowhere").status_code == 303


def test_every_form_asks_for_its_token(at_acme, admin: Admin) -> None:
    app = at_acme.client.application
    forms = [rule for rule, method in routes(app) if method == "POST"]

    answers = [at_acme.client.post(address(rule)) for rule in forms]

    assert len(forms) >= 8
    assert {answer.status_code for answer in answers} == {400}
    assert "This form is too old" in answers[0].text


def test_a_form_that_another_site_sends_over_tls_is_refused(visit: Visit, admin: Admin) -> None:
    visitor = visit()
    form = {"csrf_token": visitor.csrf_token(), "zone": ""}
    tls = {"base_url": "https://localhost"}

    def send(referer: str) -> int:
        with visitor.client.session_transaction() as session:
            held = dict(session)
        with visitor.client.session_transaction(base_url="https://localhost") as session:
            session.update(held)
        return visitor.client.post("/account/time-zone", data=form, headers={"Referer": referer}, **tls).status_code

    assert send("https://evil.example/") == 400
    assert send("https://localhost/account") == 303


def test_signing_in_leads_to_the_page_that_was_asked_for(stranger: Visit, admin: Admin) -> None:
    visitor = stranger()
    asked = visitor.get("/account?x=1").location
    assert asked == "/sign-in?next=/account?x%3D1"

    answer = visitor.post("/sign-in", email="ADA@example.com", password=PASSWORD, next="/account?x=1")

    assert (answer.status_code, answer.location) == (303, "/account?x=1")
    assert "ada@example.com" in visitor.page("/").text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "account", "", None],
)
def test_signing_in_never_leads_elsewhere(stranger: Visit, elsewhere: str | None) -> None:
    with stranger().client.application.test_request_context():
        assert way_on(elsewhere) == "/"


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(stranger: Visit, admin: Admin) -> None:
    visitor = stranger()

    known = visitor.post("/sign-in", email="ada@example.com", password="wrong")
    unknown = visitor.post("/sign-in", email="bob@example.com", password="wrong")

    assert (known.status_code, unknown.status_code) == (403, 403)
    assert "No admin has this address and password." in Page(known.text).text
    assert Page(known.text).text == Page(unknown.text).text
    assert "wrong" not in [field.get("value") for field in Page(known.text).all("input")]


def test_too_many_attempts_are_told_how_long_to_wait(stranger: Visit, admin: Admin, world: World) -> None:
    visitor = stranger()
    for _ in range(5):
        assert visitor.post("/sign-in", email="nobody@example.com", password="x").status_code == 403
    world.pass_time(minutes=6, seconds=30)

    answer = visitor.post("/sign-in", email="nobody@example.com", password="x")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "511")
    assert "Try again in 9 minutes." in Page(answer.text).text


def test_the_callers_address_is_the_proxys_word_only_where_a_proxy_is_named(
    stranger: Visit, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.access.sign_in.MOST", {"account": 99, "address": 1})

    def refused(proxies: int, forwarded: str) -> bool:
        visitor = stranger(create_app, proxies=proxies)
        form = {"csrf_token": visitor.csrf_token(), "email": "a@example.com", "password": "x"}
        headers = {"X-Forwarded-For": forwarded}
        return visitor.client.post("/sign-in", data=form, headers=headers).status_code == 429

    assert [refused(0, "198.51.100.1"), refused(0, "198.51.100.2")] == [False, True]
    assert [refused(1, "198.51.100.3"), refused(1, "198.51.100.4"), refused(1, "6.6.6.6, 198.51.100.4")] == [
        False,
        False,
        True,
    ]


def test_without_any_admin_the_page_says_how_to_make_the_first(stranger: Visit) -> None:
    assert "plansync admins add you@example.com" in stranger().page("/sign-in").text


def test_with_an_admin_it_does_not(stranger: Visit, admin: Admin) -> None:
    assert "plansync admins add" not in stranger().page("/sign-in").text


def test_signing_out_ends_the_session_on_both_ends(visit: Visit) -> None:
    visitor = visit()
    with visitor.client.session_transaction() as session:
        held = dict(session)

    assert "You are signed out." in visitor.told("/sign-out")
    with visitor.client.session_transaction() as session:
        session.update(held)
    assert visitor.get("/").status_code == 303


def test_a_session_that_is_over_is_asked_anew(visit: Visit, world: World) -> None:
    visitor = visit()
    world.pass_time(hours=sessions.IDLE.total_seconds() / 3600)

    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize("token", ["", "forged", 7, None, ["x"]])
def test_a_session_nobody_was_given_opens_nothing(visit: Visit, token: object) -> None:
    visitor = visit()
    with visitor.client.session_transaction() as session:
        session["sign_in"] = token

    assert visitor.get("/").status_code == 303


def test_signing_in_begins_a_new_session_and_new_tokens(stranger: Visit, admin: Admin) -> None:
    visitor = stranger()
    before = visitor.csrf_token()

    visitor.client.post("/sign-in", data={"csrf_token": before, "email": "ada@example.com", "password": PASSWORD})

    assert visitor.client.post("/sign-out", data={"csrf_token": before}).status_code == 400


@pytest.mark.parametrize(("base_url", "secure"), [("http://localhost", False), ("https://localhost", True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Visit, base_url: str, secure: bool) -> None:
    cookie = stranger().client.get("/sign-in", base_url=base_url).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure
    assert "Domain" not in cookie


def test_cookies_of_an_older_key_are_good_until_the_key_is_dropped(
    visit: Visit, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = new_key(), new_key()
    monkeypatch.setattr(filled, "SEAL", Seal([old]))
    visitor = visit()
    [(key, cookie)] = visitor.client._cookies.items()

    def status(*keys: str) -> int:
        monkeypatch.setattr(filled, "SEAL", Seal(list(keys)))
        client = create_console(filled.services(world, tmp_path)).test_client()
        client._cookies[key] = cookie
        return client.get("/").status_code

    assert [status(old), status(new, old), status(new)] == [200, 200, 303]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/static/console.css", "/sign-in", "/account"])
def test_every_answer_is_hardened(visit: Visit, path: str) -> None:
    with visit().get(path) as answer:
        pass

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}


@pytest.mark.parametrize("path", ["/", "/account", "/sign-in"])
def test_pages_are_not_kept_by_anybody(visit: Visit, path: str) -> None:
    assert visit().get(path).headers["Cache-Control"] == "no-store"


def test_a_form_of_any_size_is_not_read(visit: Visit) -> None:
    assert visit().post("/account/time-zone", zone="x" * 600_000).status_code == 413


def test_a_session_lives_while_it_is_used(visit: Visit, world: World) -> None:
    visitor = visit()
    for _ in range(3):
        world.clock.advance(timedelta(hours=7))
        assert visitor.get("/").status_code == 200

"""Connecting an org: what is kept, and one sentence for everything that can be wrong."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.access.certificates import in_use
from service.localorg.clock import Clock
from service.localorg.http.app import create_app
from service.localorg.org import LocalOrg
from service.localorg.server import Server
from service.store import orgs
from service.store.database import embedded_server
from tests.access.signing import certificate, private_pem, rsa_key
from tests.cli.conftest import Crm, Ran, Shell


def test_a_connected_org_is_kept_with_its_identity_its_zone_and_a_sealed_login(
    shell: Shell, crm: Crm, engine: Engine
) -> None:
    token = crm.token_file()

    ran = shell("connect", "--url", crm.url, "--token-file", token, "--name", "acme", "--json")

    org = orgs.named(engine, "acme")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "name": "acme",
        "id": str(org.id),
        "instance_url": crm.url,
        "crm_org_id": crm.org.org_id,
        "namespace": None,
        "time_zone": "UTC",
        "username": "integration@example.com",
    }
    assert org.crm_org_id == crm.org.org_id
    assert token.read_text().encode() not in org.login


@pytest.mark.parametrize(("theirs", "ours"), [("Europe/Paris", "Europe/Paris"), ("Mars/Phobos", "UTC")])
def test_the_orgs_time_zone_is_kept_where_it_is_known(shell: Shell, crm: Crm, theirs: str, ours: str) -> None:
    crm.org.storage.execute('UPDATE "Organization" SET "TimeZoneSidKey" = ?', (theirs,))

    assert crm.connect(shell, "--json").document["time_zone"] == ours


def test_connecting_says_what_to_do_next(shell: Shell, crm: Crm) -> None:
    ran = crm.connect(shell, "--name", "acme")

    assert "Next: `plansync mappings check --org acme`, then `plansync sync`." in ran.out


def test_an_org_connected_again_keeps_its_place(shell: Shell, connected: Crm, engine: Engine) -> None:
    before = orgs.named(engine, "default")

    ran = connected.connect(shell)

    assert ran.code == 0
    assert orgs.named(engine, "default").id == before.id


def test_the_login_of_the_environment_is_used(
    shell: Shell, crm: Crm, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    crm.app.api.clients.register("app", "s3cret", None, "integration@example.com")
    monkeypatch.setenv("SALESFORCE_INSTANCE_URL", crm.url)
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "app")
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "s3cret")

    assert shell("connect").code == 0
    assert shell("sync", "--json").document["kind"] == "full"
    assert orgs.named(engine, "default").instance_url == crm.url


def test_a_name_is_not_given_to_a_second_org(shell: Shell, connected: Crm, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE orgs SET crm_org_id = '00D000000000999AAA'")

    ran = connected.connect(shell, "--json")

    assert (ran.code, ran.document["error"]["code"]) == (2, "usage")
    assert "give the new org a --name of its own" in ran.document["error"]["message"]


def test_a_wrong_token_is_one_sentence(shell: Shell, crm: Crm, engine: Engine) -> None:
    ran = shell("connect", "--url", crm.url, "--token-file", crm.token_file("00DLs0000000001!wrong"))

    _is_one_sentence(ran, 3, "Salesforce does not let Plansync in")
    assert orgs.every(engine) == []


def test_an_unreachable_org_is_one_sentence(shell: Shell, crm: Crm) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://localhost:{nobody.getsockname()[1]}"
        ran = shell("connect", "--url", url, "--token-file", crm.token_file())

    _is_one_sentence(ran, 3, "cannot be reached (no connection): check the org's URL")


@pytest.mark.parametrize("known", ["no CA", "another CA"])
def test_an_org_whose_certificate_is_not_trusted_is_one_sentence(
    shell: Shell, installed_org: LocalOrg, tmp_path: Path, known: str
) -> None:
    app = create_app(installed_org.clone(Clock()))
    token = tmp_path / "token"
    token.write_text("any")
    with Server(app, tls=tmp_path / "theirs") as server, Server(app, tls=tmp_path / "another") as another:
        ca = ("--ca-file", another.ca_file) if known == "another CA" else ()
        ran = shell("connect", "--url", server.url, "--token-file", token, *ca)

    _is_one_sentence(ran, 3, "its certificate or its TLS is not accepted")
    assert "SALESFORCE_CA_FILE" in ran.err


def test_an_org_with_a_ca_of_its_own_is_connected_with_it(
    shell: Shell, installed_org: LocalOrg, engine: Engine, tmp_path: Path
) -> None:
    crm = Crm(installed_org.clone(Clock()), engine, tmp_path, url="")
    with Server(crm.app, tls=tmp_path / "tls") as server:
        crm.url = server.url
        assert crm.connect(shell, "--ca-file", server.ca_file).code == 0
        assert shell("sync").code == 0
        Path(str(server.ca_file)).unlink()
        ran = shell("sync")

    _is_one_sentence(ran, 4, "is not there; put it back")


def test_a_login_that_names_no_org_is_one_sentence(shell: Shell) -> None:
    _is_one_sentence(shell("connect"), 4, "SALESFORCE_INSTANCE_URL is not set")


def test_a_private_key_that_is_not_there_is_one_sentence(
    shell: Shell, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_CLIENT_ID", "app")
    monkeypatch.setenv("SALESFORCE_USERNAME", "integration@example.com")
    monkeypatch.setenv("SALESFORCE_PRIVATE_KEY_FILE", "/nowhere/key.pem")

    _is_one_sentence(shell("connect", "--url", crm.url), 4, "/nowhere/key.pem cannot be read")


def test_a_certificate_is_registered_while_the_org_is_connected(shell: Shell, crm: Crm, engine: Engine) -> None:
    ran = crm.connect(shell, "--certificate", _file(crm, "one"), "--json")

    [registered] = ran.document["certificates"]
    [counting] = in_use(engine, orgs.named(engine, "default").id, now=datetime.now(UTC))
    assert (registered["fingerprint"], registered["retired_at"]) == (counting.fingerprint, None)


def test_a_new_certificate_of_a_connected_org_needs_no_sign_in(shell: Shell, connected: Crm, engine: Engine) -> None:
    shell("connect", "--certificate", _file(connected, "one"))
    connected.app.api.usage.reset(allowance=100)
    two = _file(connected, "two")

    ran = shell("connect", "--certificate", two, "--json")
    told = shell("connect", "--certificate", two)

    newer, older = ran.document["certificates"]
    assert (ran.code, newer["retired_at"], connected.app.api.usage.used) == (0, None, 0)
    retired = datetime.fromisoformat(older["retired_at"])
    assert retired - datetime.fromisoformat(newer["registered_at"]) == timedelta(days=1)
    assert f"Certificate {newer['fingerprint'][:16]} of default signs for its users." in told.out
    assert (
        f"Certificate {older['fingerprint'][:16]} of default counts until {retired:%Y-%m-%d %H:%M:%S} UTC." in told.out
    )


def test_a_certificate_of_an_org_that_is_not_connected_asks_for_the_login(shell: Shell, crm: Crm) -> None:
    _is_one_sentence(shell("connect", "--certificate", _file(crm, "one")), 4, "SALESFORCE_INSTANCE_URL is not set")


def test_a_private_key_in_place_of_a_certificate_is_refused(shell: Shell, connected: Crm) -> None:
    key = connected.folder / "org.key"
    key.write_bytes(private_pem(rsa_key("one")))

    _is_one_sentence(shell("connect", "--certificate", key), 2, "a private key, which Plansync must never see")


def _file(crm: Crm, name: str) -> Path:
    path = crm.folder / f"{name}.crt"
    path.write_bytes(certificate(rsa_key(name), begins=datetime.now(UTC)))
    return path


def test_an_empty_token_file_is_refused(shell: Shell, crm: Crm) -> None:
    empty = crm.folder / "empty"
    empty.touch()

    ran = shell("connect", "--url", crm.url, "--token-file", empty)

    assert ran.code == 2
    assert "it holds no token" in ran.err


def test_the_embedded_database_is_made_and_migrated_on_the_way(outside: Shell, crm: Crm) -> None:
    try:
        behind = outside("status")
        at_first = outside("db", "status", "--json")
        connected = crm.connect(outside, "--json")
        afterwards = outside("db", "status", "--json")
        again = outside("db", "upgrade", "--json")
    finally:
        embedded_server((outside.folder / "data" / "postgres").resolve()).cleanup()

    _is_one_sentence(behind, 4, "make them with `plansync db upgrade`")
    assert (at_first.code, at_first.document["revision"], at_first.document["embedded"]) == (1, None, True)
    assert connected.code == 0
    assert (afterwards.code, afterwards.document["revision"]) == (0, afterwards.document["needed"])
    assert again.document["before"] == again.document["after"]


def _is_one_sentence(ran: Ran, code: int, words: str) -> None:
    assert (ran.code, ran.out) == (code, "")
    # The server of the test speaks on the same standard error.
    [line] = [line for line in ran.err.splitlines() if not line.startswith("Client (")]
    assert words in line

"""The doctor at the command line: a table with words, one JSON document, and an exit code that a script can trust."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import Engine

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.org import INTEGRATION
from service.store import orgs, reports
from service.store.database import transaction
from service.store.sealing import new_key
from tests.cli.conftest import Crm, Shell


def test_a_healthy_installation_is_shown_check_by_check_in_words(shell: Shell, connected: Crm) -> None:
    shell("sync")

    ran = shell("doctor")

    lines = [line.split() for line in ran.out.splitlines()]
    assert (ran.code, ran.err) == (0, "")
    assert ["detection", "ok"] in [line[:2] for line in lines]
    assert "PostgreSQL 18" in ran.out
    assert "Signed in as integration@example.com" in ran.out
    assert ran.out.splitlines()[-1] == "1 warning, 6 skipped, 20 ok"
    assert ["certificate", "warning"] in [line[:2] for line in lines]
    assert "\x1b" not in ran.out


def test_the_json_is_one_document_and_is_kept(shell: Shell, connected: Crm, engine: Engine) -> None:
    ran = shell("doctor", "--org", "default", "--json")

    org = orgs.named(engine, None)
    with transaction(engine, org.id) as connection:
        kept = reports.last(connection, "doctor")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.document["org"], ran.document["ok"]) == ("default", True)
    assert kept is not None
    assert ran.document == kept.body
    assert {finding["state"] for finding in ran.document["findings"]} == {"ok", "warning", "skipped"}


def test_a_failure_ends_with_1_and_every_failure_has_its_fix(shell: Shell, connected: Crm) -> None:
    SchemaChanges(connected.org).remove_field("Objective__c", "Title__c")

    ran = shell("doctor", "--json")
    shown = shell("doctor")

    failures = [finding for finding in ran.document["findings"] if finding["state"] == "failure"]
    assert (ran.code, ran.document["ok"], shown.code) == (1, False, 1)
    assert [finding["check"] for finding in failures] == ["fields"]
    assert all(finding["fix"] for finding in failures)
    assert shown.out.splitlines()[-1].startswith("1 failure, ")


def test_a_login_that_is_not_let_in_leaves_a_report(shell: Shell, connected: Crm) -> None:
    user = connected.org.user_id(INTEGRATION)
    connected.app.api.sessions.expire(user)

    ran = shell("doctor", "--json")

    states = {finding["check"]: finding["state"] for finding in ran.document["findings"]}
    assert ran.code == 1
    assert (states["database"], states["login"], states["fields"]) == ("ok", "failure", "skipped")


def test_without_an_org_the_way_out_is_to_connect_one(shell: Shell) -> None:
    ran = shell("doctor", "--json")

    [connection] = [finding for finding in ran.document["findings"] if finding["check"] == "connection"]
    assert (ran.code, ran.document["org"]) == (1, None)
    assert connection["fix"] == "connect one with `plansync connect`"


def test_an_org_of_another_name_is_told(shell: Shell, connected: Crm) -> None:
    ran = shell("doctor", "--org", "nobody")

    assert ran.code == 1
    assert "No org is called 'nobody'" in ran.out


def test_a_database_that_does_not_answer_is_a_report_too(outside: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DATABASE_URL", f"postgresql://plansync:hush@127.0.0.1:{taken.getsockname()[1]}/plansync")

        ran = outside("doctor", "--json")
        shown = outside("doctor")

    assert (ran.code, shown.code, ran.document["at"]) == (1, 1, None)
    assert ran.document["findings"][0] == {
        "check": "database",
        "state": "failure",
        "found": "The database at 127.0.0.1 does not answer",
        "fix": "check DATABASE_URL and that PostgreSQL runs",
    }
    assert shown.out.startswith("This installation")
    assert "hush" not in shown.out + ran.out


def test_a_key_that_was_lost_is_told_for_the_org_that_needs_it(
    shell: Shell, connected: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANSYNC_SECRET_KEYS", new_key())

    ran = shell("doctor", "--json")

    failures = {finding["check"]: finding for finding in ran.document["findings"] if finding["state"] == "failure"}
    assert failures.keys() == {"keys", "mappings"}
    assert failures["keys"]["found"] == "The login of default was sealed with another key"
    assert "put the key it was sealed with into PLANSYNC_SECRET_KEYS" in failures["keys"]["fix"]

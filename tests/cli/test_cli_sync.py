"""One cycle from the command line, what it would do, and what it leaves waiting."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select

from service.store import orgs
from service.store.database import transaction
from service.store.ledger import links, runs
from tests.cli.conftest import Crm, Shell
from tests.filled import HOSTILE


@pytest.fixture
def grown(shell: Shell, connected: Crm) -> Crm:
    """The org with an account that both sides hold."""
    connected.create_there("Account", Name="Acme")
    assert shell("sync").code == 0
    return connected


@pytest.fixture
def parked(shell: Shell, grown: Crm, engine: Engine) -> UUID:
    """A record that the CRM refuses, because its name is too long and hostile as well."""
    long = grown.create_here("objective", name=HOSTILE + "\x1b[31m" + "x" * 80, account_id=_account(engine))
    assert shell("sync").code == 1
    return long


def _account(engine: Engine) -> UUID:
    with transaction(engine, orgs.named(engine, None).id) as connection:
        return connection.execute(select(links.c.id).where(links.c.object == "account")).scalar_one()


def test_a_first_sync_reads_everything_and_says_so_on_one_line(shell: Shell, connected: Crm) -> None:
    connected.create_there("Account", Name="Acme")

    ran = shell("sync", "--json")

    document = ran.document
    assert (ran.code, ran.err) == (0, "")
    assert (document["org"], document["kind"], document["counts"]["read"]) == ("default", "full", 3)
    assert (document["api_calls"], document["parked"]) == (4, 0)


def test_progress_goes_to_standard_error_where_somebody_watches(
    shell: Shell, connected: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    connected.create_there("Account", Name="Acme")

    ran = shell("sync", "--json")

    assert ran.document["kind"] == "full"
    assert "syncing default" in ran.err
    assert "success plan" in ran.err


def test_the_next_sync_is_one_call(shell: Shell, grown: Crm) -> None:
    ran = shell("sync")

    assert ran.code == 0
    assert ran.out.startswith("default: one cycle in ")
    assert "API calls" in ran.out


def test_everything_is_read_again_when_asked(shell: Shell, grown: Crm) -> None:
    ran = shell("sync", "--full")

    assert ran.code == 0
    assert ran.out.startswith("default: everything read in ")


def test_a_dry_run_of_the_first_sync_counts_and_writes_nothing(shell: Shell, connected: Crm, engine: Engine) -> None:
    connected.create_there("Account", Name="Acme")

    document = shell("sync", "--dry-run", "--json").document

    assert (document["full"], document["changed"]["account"], document["pushes"]) == (True, 1, [])
    with transaction(engine, orgs.named(engine, None).id) as connection:
        assert connection.execute(select(func.count()).select_from(links)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(runs)).scalar_one() == 0


def test_a_dry_run_names_what_would_be_sent_and_sends_nothing(shell: Shell, grown: Crm, engine: Engine) -> None:
    objective = grown.create_here("objective", name="Adopt", account_id=_account(engine))

    ran = shell("sync", "--dry-run")
    document = shell("sync", "--dry-run", "--json").document

    assert "nothing was written" in ran.out
    assert str(objective) in ran.out
    [push] = document["pushes"]
    assert (push["noun"], push["id"], push["act"]) == ("objective", str(objective), "create there")
    assert {"name", "account_id"} <= set(push["columns"])
    assert document["api_calls"] <= 2
    assert list(grown.org.storage.rows("Objective__c")) == []


def test_a_dry_run_shows_what_would_be_decided(shell: Shell, grown: Crm) -> None:
    [account] = grown.org.storage.rows("Account")
    grown.org.writer.update(grown.admin, "Account", account["Id"], {"Name": "Acme Corp"})

    ran = shell("sync", "--dry-run")
    [decision] = shell("sync", "--dry-run", "--json").document["taken"]["decisions"]

    assert "To be decided about what the CRM changed (pull 1)" in ran.out
    assert "Acme Corp" in ran.out
    assert (decision["noun"], decision["field"], decision["action"]) == ("account", "name", "pull")


def test_missing_records_are_accepted_by_a_full_sync_only(shell: Shell, connected: Crm) -> None:
    ran = shell("sync", "--accept-missing")

    assert ran.code == 2
    assert "--accept-missing goes with --full" in ran.err


def test_a_sync_without_an_org_says_how_to_connect_one(shell: Shell) -> None:
    ran = shell("sync", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "unknown_org")
    assert "`plansync connect`" in ran.document["error"]["message"]


def test_an_expired_token_ends_the_sync_with_one_sentence_and_a_failed_run(shell: Shell, grown: Crm) -> None:
    grown.app.api.sessions.expire()

    ran = shell("sync", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (3, "sign_in_needed")
    status = shell("status", "--json")
    [org] = status.document["orgs"]
    assert (status.code, org["health"], org["runs"][0]["outcome"]) == (1, "failed", "failed")
    assert org["runs"][0]["error"] == ran.document["error"]["message"]


def test_what_is_parked_is_said_by_the_exit_code_and_the_way_to_it(shell: Shell, parked: UUID) -> None:
    ran = shell("sync")

    assert ran.code == 1
    assert "`plansync parked` says what waits and why." in ran.out


def test_the_status_counts_each_record_once(shell: Shell, parked: UUID) -> None:
    ran = shell("status", "--json")

    [org] = ran.document["orgs"]
    assert (ran.code, org["health"], org["parked"]) == (1, "needs attention", 1)
    assert org["records"]["account"] == {"in_step": 1, "to_push": 0, "parked": 0, "gone": 0}
    assert org["records"]["objective"] == {"in_step": 0, "to_push": 0, "parked": 1, "gone": 0}
    assert org["cursor_age_seconds"] >= 0
    assert org["runs"][0]["counts"] == {"refused": 1, "landed": 0, "out of step": 0}


def test_the_status_reads_as_tables(shell: Shell, parked: UUID) -> None:
    ran = shell("status", "--org", "default")

    assert "needs attention: 1 record or field waits for a decision or a correction." in ran.out
    assert "times in UTC" in ran.out
    assert "objective" in ran.out


def test_the_status_of_nothing_says_what_to_do(shell: Shell) -> None:
    ran = shell("status")

    assert (ran.code, ran.out) == (0, "No org is connected yet; connect one with `plansync connect`.\n")


def test_parked_records_are_listed_with_their_reason_and_the_way_out(shell: Shell, parked: UUID) -> None:
    ran = shell("parked")
    [item] = shell("parked", "--json").document["parked"]

    assert ran.code == 1
    assert str(parked) in ran.out
    assert "Shorten the text here" in ran.out
    assert (item["link_id"], item["kind"], item["code"]) == (str(parked), "refused", "STRING_TOO_LONG")
    assert (item["details"]["fields"], item["attempts"]) == (["Name"], 1)


def test_text_of_the_crm_cannot_speak_to_the_terminal(shell: Shell, parked: UUID) -> None:
    assert "\x1b" not in shell("parked").out
    assert "\x1b" not in shell("parked", "show", parked).out


def test_one_parked_record_is_shown_with_the_values_at_stake(shell: Shell, parked: UUID) -> None:
    ran = shell("parked", "show", parked)

    assert ran.code == 1
    assert "way out" in ran.out
    assert json.dumps(HOSTILE)[1:20] in ran.out
    assert shell("parked", "show", parked, "--json").document["parked"][0]["link_id"] == str(parked)


def test_a_record_that_is_not_parked_is_not_shown(shell: Shell, grown: Crm) -> None:
    ran = shell("parked", "show", "00000000-0000-4000-8000-000000000000")

    assert ran.code == 2
    assert "`plansync parked` lists what is" in ran.err


def test_nothing_parked_is_good_news(shell: Shell, grown: Crm) -> None:
    assert shell("parked").out == "Nothing is parked.\n"
    assert shell("parked", "--json").document == {"org": "default", "parked": []}


@pytest.mark.parametrize("chosen", ["all", "this one"])
def test_a_retry_lets_it_go_with_the_next_sync(shell: Shell, parked: UUID, chosen: str) -> None:
    assert shell("sync").code == 1  # its next try is an hour off by now
    before = shell("parked", "--json").document["parked"][0]["attempts"]

    retried = shell("parked", "retry", *([parked] if chosen == "this one" else []), "--json")
    shell("sync")

    assert (retried.code, retried.document) == (0, {"org": "default", "retried": 1, "left": 0})
    assert shell("parked", "--json").document["parked"][0]["attempts"] == before + 1


def test_a_retry_of_nothing_says_so(shell: Shell, grown: Crm) -> None:
    ran = shell("parked", "retry")

    assert ran.out == "To be tried with the next `plansync sync`: 0. Waiting for a person's decision: 0.\n"


def test_options_stand_after_the_word_they_belong_to(shell: Shell, grown: Crm) -> None:
    ran = shell("parked", "--org", "default", "retry")

    assert ran.code == 2
    assert "Give the options after the word retry" in ran.err

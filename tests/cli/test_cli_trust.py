"""Audit, why and conflicts from the command line: what they say, and what they tell the shell."""

from __future__ import annotations

import getpass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from service.cli import conflicts as command
from service.store import orgs, reports
from service.store.database import transaction
from service.store.ledger import links
from service.store.records import RECORDS
from tests.cli.conftest import Crm, Shell


class Pair:
    """An account with an objective and a KPI that both sides hold."""

    def __init__(self, shell: Shell, crm: Crm) -> None:
        self.shell, self.crm = shell, crm
        self.account = crm.create_there("Account", Name="Acme")
        self.objective = crm.create_there("Objective__c", Name="Adopt", Account__c=self.account)
        kpi = {"Objective__c": self.objective, "Description__c": "Seats", "Target_Value__c": 25.5}
        self.kpi = crm.create_there("Objective_KPI__c", **kpi)
        assert shell("sync").code == 0
        self.org = orgs.named(crm.engine, None)

    def here(self, crm_id: str) -> UUID:
        """Return our id of a CRM record."""
        with transaction(self.crm.engine, self.org.id) as connection:
            return connection.execute(select(links.c.id).where(links.c.crm_id == crm_id)).scalar_one()

    def edit_here(self, noun: str, crm_id: str, *, secretly: bool = False, **values: Any) -> None:
        """Edit a record here; secretly, so that nobody knows that it is to be sent."""
        table, ours = RECORDS[noun], self.here(crm_id)
        with transaction(self.crm.engine, self.org.id) as connection:
            connection.execute(table.update().where(table.c.id == ours).values(**values))
            if secretly:
                clean = update(links).where(links.c.id == ours).values(pushed_version=links.c.version)
                connection.execute(clean)

    def edit_there(self, sobject: str, crm_id: str, **values: Any) -> None:
        """Edit a record in the CRM."""
        self.crm.org.writer.update(self.crm.admin, sobject, crm_id, values)

    def clash(self) -> None:
        """Let both sides change a field whose mapping says ask."""
        self.edit_there("Objective_KPI__c", self.kpi, Target_Value__c=30)
        self.edit_here("objective_kpi", self.kpi, target_value=40)
        assert self.shell("sync").code == 1


@pytest.fixture
def pair(shell: Shell, connected: Crm) -> Pair:
    """Two sides in step."""
    return Pair(shell, connected)


def test_an_audit_of_two_equal_sides_says_so(shell: Shell, pair: Pair) -> None:
    ran = shell("audit")
    document = shell("audit", "--json").document

    assert ran.code == 0
    assert "default: both sides compared in" in ran.out
    assert "Nothing differs that is not under way." in ran.out
    assert (document["differences"], document["waiting"], document["found"]) == (0, 0, [])
    assert document["objects"]["objective"]["ours"] == 1


def test_an_audit_names_what_differs_has_its_own_exit_code_and_is_kept(
    shell: Shell, pair: Pair, engine: Engine
) -> None:
    pair.edit_here("objective", pair.objective, secretly=True, title="Other")

    ran = shell("audit", "--object", "objective")
    again = shell("audit", "--json")

    assert ran.code == again.code == 5
    assert "Differences (1 in all)" in ran.out
    assert "title: None, 'Other', None" in ran.out
    assert "`plansync audit --repair`" in ran.out
    [found] = again.document["found"]
    assert (found["crm_id"], found["kind"]) == (pair.objective, "fields differ")
    with transaction(engine, pair.org.id) as connection:
        kept = reports.last(connection, "audit")
    assert kept is not None
    assert kept.body["found"] == [found]


def test_what_is_under_way_is_told_apart(shell: Shell, pair: Pair) -> None:
    pair.edit_here("objective", pair.objective, title="Edited")

    ran = shell("audit")

    assert ran.code == 0
    assert "Under way (1 in all)" in ran.out


def test_a_repair_mends_and_ends_well(shell: Shell, pair: Pair) -> None:
    pair.edit_here("objective", pair.objective, secretly=True, title="Other")

    ran = shell("audit", "--repair")

    assert ran.code == 0
    assert "Repaired: repair 1." in ran.out
    assert shell("audit").code == 0


def test_an_audit_of_an_unknown_object_says_which_there_are(shell: Shell, pair: Pair) -> None:
    ran = shell("audit", "--object", "goal")

    assert ran.code == 2
    assert "No object is called 'goal'; there are user, account" in ran.err


def test_an_audit_before_the_first_sync_says_what_to_do(shell: Shell, connected: Crm) -> None:
    ran = shell("audit", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (1, "nothing_read")


def test_why_says_it_in_sentences_and_shows_the_fields(shell: Shell, pair: Pair) -> None:
    ran = shell("why", pair.objective)
    document = shell("why", pair.here(pair.objective), "--json").document

    assert ran.code == 0
    assert f"Objective__c {pair.objective} in the CRM." in ran.out
    assert "Last decisions, newest first" in ran.out
    assert "Theirs" not in ran.out
    assert document["sentences"][0].startswith("objective Adopt:")
    assert document["decisions"][0]["action"] == "create here"


def test_why_can_ask_the_crm(shell: Shell, pair: Pair) -> None:
    ran = shell("why", pair.objective, "--ask-org")

    assert "Theirs" in ran.out
    assert "The CRM still holds what both sides agreed on." in ran.out


def test_why_of_what_was_never_seen_needs_a_person(shell: Shell, pair: Pair) -> None:
    ran = shell("why", "a03Ls0000000999")

    assert ran.code == 1
    assert "Plansync has never seen a03Ls0000000999" in ran.out
    assert "Fields" not in ran.out


def test_why_of_what_is_no_id_is_a_wrong_command_line(shell: Shell, pair: Pair) -> None:
    ran = shell("why", "Acme", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (2, "no_record")


def test_without_conflicts_there_is_nothing_to_decide(shell: Shell, pair: Pair) -> None:
    assert shell("conflicts").out == shell("conflicts", "list").out == "Nothing waits for a decision.\n"
    assert shell("conflicts", "--json").document == {"org": "default", "conflicts": []}


def test_conflicts_are_listed_with_the_values_of_both_sides(shell: Shell, pair: Pair) -> None:
    pair.clash()

    ran = shell("conflicts")
    [conflict] = shell("conflicts", "list", "--json").document["conflicts"]

    assert ran.code == 1
    assert "1 to be decided" in ran.out
    assert (conflict["field"], conflict["base"], conflict["ours"], conflict["theirs"]) == (
        "target_value",
        "25.5",
        "40",
        "30",
    )
    assert shell("conflicts", "--object", "objective").code == 0


@pytest.mark.parametrize("form", ["{ours}.target_value", "{ours}", "{crm}", "{short}.target_value"])
def test_a_conflict_is_decided_by_any_name_of_its_record(shell: Shell, pair: Pair, form: str) -> None:
    pair.clash()
    record = form.format(ours=pair.here(pair.kpi), crm=pair.kpi, short=pair.kpi[:15])

    ran = shell("conflicts", "decide", record, "--take", "theirs")

    assert ran.code == 0
    assert "Decided: 1, theirs won." in ran.out
    assert shell("conflicts").code == 0
    assert getpass.getuser() in shell("why", pair.kpi).out


def test_everything_is_decided_at_once_and_sent_with_the_next_sync(shell: Shell, pair: Pair) -> None:
    pair.clash()

    document = shell("conflicts", "decide", "--all", "--object", "objective_kpi", "--take", "ours", "--json").document

    assert document == {"org": "default", "decided": 1, "left": 0}
    assert shell("sync").code == 0
    [row] = pair.crm.org.storage.rows("Objective_KPI__c")
    assert float(row["Target_Value__c"]) == 40


def test_a_record_that_one_side_deleted_is_shown_as_such(shell: Shell, pair: Pair) -> None:
    pair.crm.org.writer.delete(pair.crm.admin, pair.kpi)
    pair.edit_here("objective_kpi", pair.kpi, description="Seats in use")
    shell("sync")

    ran = shell("conflicts")

    assert "deleted" in ran.out
    assert "description: Seats in use" in ran.out


def test_what_changed_since_it_was_listed_is_not_decided(shell: Shell, pair: Pair) -> None:
    pair.clash()
    [conflict] = shell("conflicts", "--json").document["conflicts"]
    pair.edit_here("objective_kpi", pair.kpi, target_value=41)

    ran = shell("conflicts", "decide", pair.kpi, "--take", "theirs", "--seen", conflict["seen"], "--json")

    assert (ran.code, ran.document["error"]["code"]) == (1, "changed")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["decide", "--take", "ours"], "Name records"),
        (["decide", "a", "--all", "--take", "ours"], "Name records"),
        (["decide", "a", "--object", "objective", "--take", "ours"], "Name records"),
        (["decide", "a", "b", "--seen", "x", "--take", "ours"], "--seen goes with one record"),
        (["decide", "a", "--take", "ours"], "Nothing is to be decided about a;"),
        (["decide", "a"], "--take"),
        (["--json", "list"], "Give the options after the word list"),
    ],
)
def test_a_wrong_command_line_is_refused(shell: Shell, connected: Crm, words: list[str], sentence: str) -> None:
    ran = shell("conflicts", *words)

    assert ran.code == 2
    assert sentence in ran.err


def test_a_user_without_a_name_decides_as_the_command_line(
    shell: Shell, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(command.getpass, "getuser", nobody)
    pair.clash()

    shell("conflicts", "decide", pair.kpi, "--take", "theirs")

    assert "decided by the command line" in shell("why", pair.kpi).out


def test_parked_names_what_waits_behind(shell: Shell, pair: Pair) -> None:
    refused = pair.crm.create_here("objective", name="x" * 81, account_id=pair.here(pair.account))
    follower = pair.crm.create_here("objective_kpi", description="Seats", objective_id=refused)
    shell("sync")

    ran = shell("parked", "show", refused)
    items = {item["link_id"]: item for item in shell("parked", "--json").document["parked"]}

    assert f"objective_kpi {follower}" in ran.out
    assert [waiter["id"] for waiter in items[str(refused)]["behind"]] == [str(follower)]
    assert items[str(follower)]["behind"] == []

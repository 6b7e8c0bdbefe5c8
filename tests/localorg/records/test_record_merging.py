"""Merging accounts and contacts: what stays, what goes, and whose clock moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.soql.run import run_query

LATER = timedelta(hours=1)


def found(org: LocalOrg, actor: Actor, soql: str) -> list[dict[str, Any]]:
    """Return the records of a query of all rows, without their attributes."""
    records = run_query(org, actor, soql, all_rows=True).records
    return [{key: value for key, value in record.items() if key != "attributes"} for record in records]


@pytest.fixture
def accounts(boats: LocalOrg, admin: Actor) -> tuple[str, str, str]:
    winner, *losers = (boats.writer.create(admin, "Account", {"Name": name}) for name in ("Acme", "ACME", "acme"))
    return (winner, losers[0], losers[1])


def test_losers_are_deleted_with_the_winner_on_them(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]
) -> None:
    winner, *losers = accounts

    merged = boats.writer.merge(admin, winner, losers)

    assert (merged.winner, merged.losers) == (winner, tuple(losers))
    rows = found(boats, admin, "SELECT Id, IsDeleted, MasterRecordId FROM Account ORDER BY Id")
    assert rows == [
        {"Id": winner, "IsDeleted": False, "MasterRecordId": None},
        *({"Id": loser, "IsDeleted": True, "MasterRecordId": winner} for loser in losers),
    ]


@pytest.mark.parametrize("moves", [False, True])
def test_what_hung_on_a_loser_hangs_on_the_winner_and_its_clock_moves_on_demand(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str], moves: bool
) -> None:
    winner, loser, _ = accounts
    contact = boats.writer.create(admin, "Contact", {"LastName": "A", "AccountId": loser})
    boat = boats.writer.create(admin, "Boat__c", {"Name": "Ariel", "Account__c": loser, "Length__c": 3})
    boats.clock.advance(LATER)

    merged = boats.writer.merge(admin, winner, [loser], moves_children_clock=moves)

    assert set(merged.children) == {contact, boat}
    row = boats.storage.row("Boat__c", boat)
    assert row is not None
    assert row["Account__c"] == winner
    assert row["SystemModstamp"].startswith("2026-03-04T06" if moves else "2026-03-04T05")
    assert boats.storage.row("Contact", contact)["AccountId"] == winner  # type: ignore[index]


def test_the_winner_takes_values_and_its_clock_moves(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]
) -> None:
    winner, loser, _ = accounts
    boats.clock.advance(LATER)

    boats.writer.merge(admin, winner, [loser], {"Phone": "1"})

    row = boats.storage.row("Account", winner)
    assert row is not None
    assert (row["Phone"], row["SystemModstamp"][:13]) == ("1", "2026-03-04T06")


def test_a_winner_below_a_loser_stands_on_its_own(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]
) -> None:
    winner, loser, _ = accounts
    boats.writer.update(admin, "Account", winner, {"ParentId": loser})

    boats.writer.merge(admin, winner, [loser])

    assert found(boats, admin, f"SELECT ParentId FROM Account WHERE Id = '{winner}'") == [{"ParentId": None}]


def test_a_loser_that_comes_back_is_its_own_master_and_its_children_stay_away(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]
) -> None:
    winner, loser, _ = accounts
    contact = boats.writer.create(admin, "Contact", {"LastName": "A", "AccountId": loser})
    boats.writer.merge(admin, winner, [loser])

    boats.writer.undelete(admin, loser)

    rows = found(boats, admin, f"SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '{loser}'")
    assert rows == [{"IsDeleted": False, "MasterRecordId": None}]
    assert boats.storage.row("Contact", contact)["AccountId"] == winner  # type: ignore[index]


def test_deleting_the_winner_leaves_its_mark_on_the_losers(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]
) -> None:
    winner, loser, _ = accounts
    boats.writer.merge(admin, winner, [loser])

    boats.writer.delete(admin, winner)

    assert boats.storage.row("Account", loser)["MasterRecordId"] == winner  # type: ignore[index]


def test_contacts_are_merged_too(boats: LocalOrg, admin: Actor) -> None:
    winner, loser, third = (boats.writer.create(admin, "Contact", {"LastName": name}) for name in "ABC")
    boats.writer.update(admin, "Contact", third, {"ReportsToId": loser})

    boats.writer.merge(admin, winner, [loser])

    assert boats.storage.row("Contact", third)["ReportsToId"] == winner  # type: ignore[index]


def test_nobody_sets_the_master_record(boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        boats.writer.update(admin, "Account", accounts[0], {"MasterRecordId": accounts[1]})

    assert refused.value.code == "INVALID_FIELD_FOR_INSERT_UPDATE"


@pytest.mark.parametrize(
    ("losers", "code"),
    [
        (lambda winner, one, two: [], "MERGE_FAILED"),
        (lambda winner, one, two: [one, one[:15]], "MERGE_FAILED"),
        (lambda winner, one, two: [one, two, "001000000000001AAA"], "MERGE_FAILED"),
        (lambda winner, one, two: [winner], "MERGE_FAILED"),
        (lambda winner, one, two: ["003000000000001AAA"], "MERGE_FAILED"),
        (lambda winner, one, two: [one, "001000000000001AAA"], "NOT_FOUND"),
    ],
)
def test_a_merge_that_cannot_be_changes_nothing(
    boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str], losers: Any, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        boats.writer.merge(admin, accounts[0], losers(*accounts), {"Phone": "1"})

    assert refused.value.code == code
    assert found(boats, admin, "SELECT Id FROM Account WHERE IsDeleted = true OR Phone != null") == []


def test_a_deleted_record_is_not_merged(boats: LocalOrg, admin: Actor, accounts: tuple[str, str, str]) -> None:
    boats.writer.delete(admin, accounts[1])

    with pytest.raises(Refusal) as refused:
        boats.writer.merge(admin, accounts[0], [accounts[1]])

    assert refused.value.code == "ENTITY_IS_DELETED"


def test_custom_objects_are_not_merged(boats: LocalOrg, admin: Actor) -> None:
    one, two = (boats.writer.create(admin, "Boat__c", {"Name": name, "Length__c": 3}) for name in "AB")

    with pytest.raises(Refusal) as refused:
        boats.writer.merge(admin, one, [two])

    assert refused.value.code == "INVALID_TYPE_FOR_OPERATION"


def test_merging_takes_the_right_to_delete_the_losers(
    boats: LocalOrg, admin: Actor, guest: Actor, accounts: tuple[str, str, str]
) -> None:
    with pytest.raises(Refusal) as refused:
        boats.writer.merge(guest, accounts[0], [accounts[1]])

    assert refused.value.code == "INSUFFICIENT_ACCESS_OR_READONLY"

"""What a query shows depends on its user: object rights, field-level security, sharing, deleted records."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.soql.run import run_query
from tests.localorg.soql.conftest import Ask


def rows(org: LocalOrg, actor: Actor, text: str, **options: Any) -> list[dict[str, Any]]:
    return list(run_query(org, actor, text, **options).records)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Boat__c", "INVALID_TYPE"),
        ("SELECT COUNT() FROM Boat__c", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Id FROM Boats__r) FROM Account", "INVALID_TYPE"),
    ],
)
def test_an_object_that_the_user_may_not_read_does_not_exist(
    boats: LocalOrg, guest: Actor, text: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        rows(boats, guest, text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Half_Full__c FROM Boat__c",
        "SELECT Id FROM Boat__c WHERE Half_Full__c > 0",
        "SELECT Id FROM Boat__c ORDER BY Half_Full__c",
        "SELECT COUNT(Half_Full__c) FROM Boat__c",
        "SELECT Boat__r.Half_Full__c FROM Trip__c",
        "SELECT (SELECT Invoice__c FROM Trips__r) FROM Boat__c",
    ],
)
def test_a_field_that_the_user_may_not_read_does_not_exist(boats: LocalOrg, sailor: Actor, text: str) -> None:
    with pytest.raises(Refusal, match="No such column") as refused:
        rows(boats, sailor, text)
    assert refused.value.code == "INVALID_FIELD"


def test_fields_of_a_group_leave_out_what_the_user_may_not_read(boats: LocalOrg, sailor: Actor) -> None:
    (boat,) = rows(boats, sailor, "SELECT FIELDS(ALL) FROM Boat__c WHERE Name = 'Alba' LIMIT 1")
    assert "Half_Full__c" not in boat
    assert boat["Label__c"] == "Alba of Kiel!"


def test_a_formula_sees_fields_that_its_reader_may_not(boats: LocalOrg, sailor: Actor) -> None:
    found = rows(boats, sailor, "SELECT Label__c FROM Boat__c WHERE Label__c LIKE '%!'")
    assert [boat["Label__c"] for boat in found] == ["Alba of Kiel!"]


def test_sharing_hides_the_records_of_others(boats: LocalOrg, sailor: Actor, mate: Actor, master: Actor) -> None:
    boats.writer.create(sailor, "Harbour__c", {"Name": "Sylt"})
    assert [h["Name"] for h in rows(boats, sailor, "SELECT Name FROM Harbour__c")] == ["Sylt"]
    assert rows(boats, mate, "SELECT Name FROM Harbour__c") == []
    assert run_query(boats, mate, "SELECT COUNT() FROM Harbour__c").total == 0
    assert run_query(boats, master, "SELECT COUNT() FROM Harbour__c").total == 3


def test_sharing_holds_in_children_and_joins(boats: LocalOrg, sailor: Actor, master: Actor) -> None:
    boat = rows(boats, sailor, "SELECT Id FROM Boat__c WHERE Name = 'Alba'")[0]["Id"]
    harbour = boats.writer.create(sailor, "Harbour__c", {"Name": "Sylt"})
    hidden = rows(boats, boats.admin(), "SELECT Id FROM Harbour__c WHERE Name = 'Kiel'")[0]["Id"]
    for home in (harbour, hidden):
        boats.writer.create(boats.admin(), "Visit__c", {"Boat__c": boat, "Harbour__c": home})
    children = "SELECT (SELECT Harbour__c FROM Visits__r) FROM Boat__c WHERE Name = 'Alba'"
    assert rows(boats, sailor, children)[0]["Visits__r"]["totalSize"] == 1
    assert rows(boats, master, children)[0]["Visits__r"]["totalSize"] == 2
    join = "SELECT Name FROM Boat__c WHERE Harbour__c IN (SELECT Id FROM Harbour__c)"
    assert rows(boats, sailor, join) == []
    assert len(rows(boats, master, join)) == 4


def test_deleted_records_show_only_on_request(boats: LocalOrg, ask: Ask) -> None:
    boats.writer.delete(boats.admin(), ask("SELECT Id FROM Boat__c WHERE Name = 'Alba'")[0]["Id"])
    assert ask("SELECT Id FROM Boat__c WHERE Name = 'Alba'") == []
    assert ask("SELECT IsDeleted FROM Boat__c WHERE Name = 'Alba'", all_rows=True) == [{"IsDeleted": True}]
    assert ask("SELECT Name FROM Boat__c WHERE IsDeleted = true") == []
    assert ask("SELECT COUNT(Id) FROM Trip__c") == [{"expr0": 1}]
    assert ask("SELECT COUNT(Id) FROM Trip__c", all_rows=True) == [{"expr0": 4}]


def test_deleted_children_show_only_on_request(boats: LocalOrg, ask: Ask) -> None:
    boats.writer.delete(boats.admin(), ask("SELECT Id FROM Trip__c WHERE Boat__r.Name = 'Bora'")[0]["Id"])
    text = "SELECT (SELECT Name FROM Trips__r) FROM Boat__c WHERE Name = 'Bora'"
    assert ask(text) == [{"Trips__r": None}]
    assert ask(text, all_rows=True)[0]["Trips__r"]["totalSize"] == 1


def test_a_deleted_parent_is_null(boats: LocalOrg, ask: Ask) -> None:
    boat = ask("SELECT Id FROM Boat__c WHERE Name = 'Bora'")[0]["Id"]
    boats.writer.delete(boats.admin(), boat)
    text = "SELECT Boat__r.Name FROM Trip__c WHERE Boat__c = '" + boat + "'"
    assert ask(text) == []
    assert ask(text, all_rows=True) == [{"Boat__r": {"Name": "Bora"}}]


def test_two_orgs_do_not_share_their_formulas(boats: LocalOrg) -> None:
    other = boats.clone(boats.clock)
    text = "SELECT Label__c FROM Boat__c WHERE Label__c LIKE 'Alba%'"
    first, second = run_query(boats, boats.admin(), text), run_query(other, other.admin(), text)
    assert [r["Label__c"] for r in second.records] == [r["Label__c"] for r in first.records] == ["Alba of Kiel!"]


def test_a_query_can_be_read_while_others_run_and_write(boats: LocalOrg) -> None:
    admin = boats.admin()
    boats.insert_many(admin, "Boat__c", ({"Name": f"Boat {n}"} for n in range(4_100)))
    slow = iter(run_query(boats, admin, "SELECT Label__c FROM Boat__c WHERE Half_Full__c >= 0").records)
    next(slow)
    assert len(rows(boats, admin, "SELECT Label__c FROM Boat__c WHERE Label__c LIKE 'Alba%'")) == 1
    boats.writer.create(admin, "Harbour__c", {"Name": "Sylt"})
    with pytest.raises(Refusal):
        boats.insert_many(admin, "Boat__c", [{"Name": "Undone"}, {"Name": "Refused", "Length__c": -1}])
    assert sum(1 for _ in slow) == 4_105

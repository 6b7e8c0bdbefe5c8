"""Semi-joins and anti-joins."""

from __future__ import annotations

import pytest

from service.localorg.errors import Refusal
from tests.localorg.soql.conftest import Ask, Find


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Id IN (SELECT Boat__c FROM Trip__c)", ["Alba", "Bora"]),
        ("Id IN (SELECT Boat__c FROM Trip__c WHERE Name = 'TRIP-0004')", ["Bora"]),
        ("Id NOT IN (SELECT Boat__c FROM Trip__c)", ["Ciao", "Dora", "Emma", "Fado"]),
        ("Harbour__c IN (SELECT Id FROM Harbour__c WHERE Region__c = 'North')", ["Alba", "Ciao"]),
        ("Harbour__c NOT IN (SELECT Id FROM Harbour__c WHERE Region__c = 'North')", ["Bora", "Dora", "Emma", "Fado"]),
        ("Account__c IN (SELECT Id FROM Account a WHERE a.Owner.Name = 'Ada Admin' AND Industry = 'Energy')", ["Ciao"]),
        ("Account__c IN (SELECT AccountId FROM Contact)", []),
        ("Account__c NOT IN (SELECT AccountId FROM Contact)", ["Alba", "Bora", "Ciao", "Dora", "Emma", "Fado"]),
        ("Id IN (SELECT Boat__c FROM Trip__c) AND Id NOT IN (SELECT Boat__c FROM Trip__c WHERE Name = 'TRIP-0004')", ["Alba"]),
        ("(Id IN (SELECT Boat__c FROM Trip__c)) AND Name > 'B'", ["Bora"]),
        ("Account__r.OwnerId IN (SELECT Id FROM User WHERE IsActive = true) AND Name = 'Alba'", ["Alba"]),
    ],
)  # fmt: skip
def test_ids_are_looked_for_among_those_of_a_subquery(find: Find, where: str, names: list[str]) -> None:
    assert find(where) == names


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("Name = 'x' OR Id IN (SELECT Boat__c FROM Trip__c)", "only allowed at the top level WHERE expressions"),
        ("NOT Id IN (SELECT Boat__c FROM Trip__c)", "only allowed at the top level WHERE expressions"),
        ("Id IN (SELECT Boat__c FROM Trip__c WHERE Id IN (SELECT Trip__c FROM Ticket__c))", "Nesting of semi join"),
        ("Id IN (SELECT Name FROM Trip__c)", "cannot use: 'Name'"),
        ("Name IN (SELECT Boat__c FROM Trip__c)", "cannot use: 'Name'"),
        ("CALENDAR_YEAR(Built_On__c) IN (SELECT Boat__c FROM Trip__c)", "cannot use: 'CALENDAR_YEAR'"),
        ("Id IN (SELECT Boat__c, Id FROM Trip__c)", "must select one id or reference field"),
        ("Id IN (SELECT COUNT(Id) FROM Trip__c)", "must select one id or reference field"),
        ("Id IN (SELECT Boat__c FROM Trip__c LIMIT 1)", "must select one id or reference field"),
        ("Id IN (SELECT Boat__c FROM Trip__c ORDER BY Name)", "must select one id or reference field"),
        ("Id IN (SELECT Boat__c FROM Trip__c GROUP BY Boat__c)", "must select one id or reference field"),
        ("Id IN (SELECT Id FROM Trip__c)", "should point to the same object type"),
        (
            "Id IN (SELECT Boat__c FROM Trip__c) AND Id IN (SELECT Boat__c FROM Visit__c)"
            " AND Id NOT IN (SELECT Boat__c FROM Trip__c)",
            "Maximum 2 semi join sub-selects are allowed",
        ),
    ],
)
def test_joins_are_limited_as_in_salesforce(find: Find, where: str, message: str) -> None:
    with pytest.raises(Refusal, match=message) as refused:
        find(where)
    assert refused.value.code == "MALFORMED_QUERY"


def test_deleted_records_take_no_part_in_a_join(boats, find: Find, ask: Ask) -> None:  # type: ignore[no-untyped-def]
    (trip,) = ask("SELECT Id FROM Trip__c WHERE Boat__r.Name = 'Bora'")
    boats.writer.delete(boats.admin(), trip["Id"])
    assert find("Id IN (SELECT Boat__c FROM Trip__c)") == ["Alba"]

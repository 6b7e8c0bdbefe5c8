"""Queries that Salesforce answers from an index do so here: the plan is looked at, never the time."""

from __future__ import annotations

import pytest

from service.localorg.org import LocalOrg
from service.localorg.soql.compile import compile_flat, compile_query
from service.localorg.soql.parser import parse
from service.localorg.soql.run import session_of

ID = "a00000000000001AAA"


def plan(org: LocalOrg, text: str, *, flat: bool = False) -> str:
    """Return how SQLite goes about a query."""
    compiled = (compile_flat if flat else compile_query)(session_of(org, org.admin(), text, False), parse(text))
    steps = org.storage.execute(f"EXPLAIN QUERY PLAN {compiled.sql.text}", compiled.sql.bound).fetchall()
    return " / ".join(detail for *_, detail in steps)


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (f"Id = '{ID}'", "sqlite_autoindex_Boat__c_1"),
        (f"Id IN ('{ID}', 'a00000000000002AAA')", "sqlite_autoindex_Boat__c_1"),
        (f"Id > '{ID}' ORDER BY Id LIMIT 200", "sqlite_autoindex_Boat__c_1"),
        ("Name = 'Alba'", "Boat__c.Name"),
        ("Serial__c = 'a-1'", "Boat__c.Serial__c"),
        ("Serial__c IN ('a-1', 'A-1') AND Length__c > 1", "Boat__c.Serial__c"),
        (f"Harbour__c = '{ID}'", "Boat__c.Harbour__c"),
        (f"Account__c = '{ID}' AND Name LIKE 'A%'", "Boat__c.Account__c"),
        (f"OwnerId = '{ID}'", "Boat__c.OwnerId"),
        ("SystemModstamp > 2026-01-01T00:00:00Z", "Boat__c.SystemModstamp"),
        ("SystemModstamp = TODAY", "Boat__c.SystemModstamp"),
    ],
)
def test_a_condition_on_an_indexed_field_is_searched(boats: LocalOrg, where: str, index: str) -> None:
    for flat in (False, True):
        found = plan(boats, f"SELECT Id, Name, Length__c FROM Boat__c WHERE {where}", flat=flat)

        assert f"SEARCH t USING INDEX {index} " in found
        assert "SCAN" not in found
        assert "TEMP B-TREE" not in found


@pytest.mark.parametrize(
    ("where", "start"),
    [
        ("Harbour__r.Code__c = 'KI'", "Harbour__c.Code__c"),
        ("Harbour__r.Name = 'Kiel'", "Harbour__c.Name"),
        (f"Account__r.ParentId = '{ID}'", "Account.ParentId"),
    ],
)
def test_a_condition_on_a_parent_starts_at_the_parent(boats: LocalOrg, where: str, start: str) -> None:
    found = plan(boats, f"SELECT Id, Length__c FROM Boat__c WHERE {where}")

    assert f"USING INDEX {start} " in found
    assert "SEARCH t USING INDEX Boat__c." in found
    assert "SCAN" not in found


def test_parents_and_children_are_searched_by_their_links(boats: LocalOrg) -> None:
    text = "SELECT Name, Harbour__r.Name, Account__r.Owner.Name FROM Boat__c WHERE Serial__c = 'a-1'"
    assert "SCAN" not in plan(boats, text)

    query = parse("SELECT Id, (SELECT Id FROM Trips__r) FROM Boat__c")
    (child,) = compile_query(session_of(boats, boats.admin(), "", False), query).children
    steps = boats.storage.execute(f"EXPLAIN QUERY PLAN {child.statement.sql.text}", (ID,)).fetchall()
    assert "SEARCH t USING INDEX Trip__c.Boat__c " in steps[0][-1]


def test_ids_are_compared_in_order(boats: LocalOrg) -> None:
    ids = [record_id for (record_id,) in boats.storage.execute('SELECT "Id" FROM "Boat__c" ORDER BY "Id"')]
    text = f"SELECT Id FROM Boat__c WHERE Id > '{ids[2][:15]}' AND Id <= '{ids[4]}' ORDER BY Id"
    statement = compile_query(session_of(boats, boats.admin(), text, False), parse(text))

    assert [row[0] for row in boats.storage.execute(statement.sql.text, statement.sql.bound)] == ids[3:5]

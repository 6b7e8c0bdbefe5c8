"""Bulk queries: flat rows as CSV cells."""

from __future__ import annotations

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.soql.run import rows_csv

FIELDS = "Name, Kind__c, Colours__c, Length__c, Built_On__c, Launched_At__c, Licensed__c, Half_Full__c, harbour__r.name"


@pytest.mark.req("P12")
def test_rows_have_the_forms_of_bulk(boats: LocalOrg) -> None:
    found = rows_csv(boats, boats.admin(), f"SELECT {FIELDS} FROM Boat__c WHERE Name IN ('Alba', 'Dora') ORDER BY Name")
    assert found.object == "Boat__c"
    assert found.header == (
        "Name", "Kind__c", "Colours__c", "Length__c", "Built_On__c", "Launched_At__c", "Licensed__c", "Half_Full__c", "Harbour__r.Name",
    )  # fmt: skip
    assert list(found.rows) == [
        ("Alba", "Sail", "Red;Blue", "10.5", "2020-01-15", "2020-03-01T10:00:00.000Z", "true", "40.0", "Kiel"),
        ("Dora", "", "Red;Green;Blue", "3.25", "", "", "false", "0.0", ""),
    ]


def test_labels_can_be_asked_for(boats: LocalOrg) -> None:
    found = rows_csv(boats, boats.admin(), "SELECT toLabel(Kind__c) FROM Boat__c ORDER BY Name LIMIT 4")
    assert list(found.rows) == [("Sail",), ("Motor",), ("Row",), ("",)]


def test_deleted_rows_come_on_request(boats: LocalOrg) -> None:
    admin = boats.admin()
    (cells,) = rows_csv(boats, admin, "SELECT Id FROM Boat__c WHERE Name = 'Alba'").rows
    boats.writer.delete(admin, cells[0])
    text = "SELECT Name, IsDeleted FROM Boat__c WHERE Name = 'Alba'"
    assert list(rows_csv(boats, admin, text).rows) == []
    assert list(rows_csv(boats, admin, text, all_rows=True).rows) == [("Alba", "true")]


def test_many_rows_come_one_after_the_other(boats: LocalOrg) -> None:
    boats.insert_many(boats.admin(), "Harbour__c", ({"Name": f"Harbour {n}"} for n in range(5_000)))
    found = rows_csv(boats, boats.admin(), "SELECT Name FROM Harbour__c WHERE Name LIKE 'Harbour%'")
    assert sorted(cells[0] for cells in found.rows) == sorted(f"Harbour {n}" for n in range(5_000))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT Id, (SELECT Id FROM Trips__r) FROM Boat__c", "Nested queries are not supported"),
        ("SELECT COUNT() FROM Boat__c", "Aggregate Relationships not supported in Bulk V2 Query"),
        ("SELECT COUNT(Id) FROM Boat__c", "Aggregate Relationships not supported in Bulk V2 Query"),
        ("SELECT Kind__c FROM Boat__c GROUP BY Kind__c", "Aggregate Relationships not supported in Bulk V2 Query"),
        ("SELECT Id FROM Boat__c OFFSET 1", "OFFSET is not supported"),
    ],
)
def test_what_bulk_does_not_know_is_refused(boats: LocalOrg, text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message) as refused:
        rows_csv(boats, boats.admin(), text)
    assert refused.value.code == "API_ERROR"

"""Records as REST shows them: values, parents, children, labels, FIELDS()."""

from __future__ import annotations

import pytest

from service.localorg.org import LocalOrg
from service.localorg.soql.run import run_query
from tests.localorg.soql.conftest import Ask


def test_a_record_carries_its_type_and_address(boats: LocalOrg) -> None:
    result = run_query(
        boats, boats.admin(), "SELECT Id FROM Boat__c WHERE Name = 'Alba'", data_path="/services/data/v60.0"
    )
    (record,) = result.records
    assert record == {
        "attributes": {"type": "Boat__c", "url": f"/services/data/v60.0/sobjects/Boat__c/{record['Id']}"},
        "Id": record["Id"],
    }
    assert (result.object, result.total, result.columns) == ("Boat__c", 1, ("Id",))


@pytest.mark.req("P12")
def test_values_have_the_forms_of_rest(ask: Ask) -> None:
    fields = "Name, Kind__c, Colours__c, Length__c, Fill__c, Built_On__c, Launched_At__c, Licensed__c, Half_Full__c, Label__c"
    assert ask(f"SELECT {fields} FROM Boat__c WHERE Name IN ('Alba', 'Ciao') ORDER BY Name") == [
        {
            "Name": "Alba",
            "Kind__c": "Sail",
            "Colours__c": "Red;Blue",
            "Length__c": 10.5,
            "Fill__c": 80.0,
            "Built_On__c": "2020-01-15",
            "Launched_At__c": "2020-03-01T10:00:00.000+0000",
            "Licensed__c": True,
            "Half_Full__c": 40.0,
            "Label__c": "Alba of Kiel!",
        },
        {
            "Name": "Ciao",
            "Kind__c": "Row",
            "Colours__c": None,
            "Length__c": None,
            "Fill__c": None,
            "Built_On__c": None,
            "Launched_At__c": None,
            "Licensed__c": True,
            "Half_Full__c": 0.0,
            "Label__c": "Ciao of Kiel",
        },
    ]


def test_names_are_spelt_as_set_up_whatever_the_query_says(ask: Ask) -> None:
    assert ask("select NAME, harbour__R.code__C from BOAT__c where name = 'Alba'") == [
        {"Name": "Alba", "Harbour__r": {"Code__c": "KI"}}
    ]


@pytest.mark.parametrize("source", ["Boat__c b", "Boat__c AS b", "Boat__c limit"])
def test_an_object_may_have_an_alias_even_one_that_looks_like_a_keyword(ask: Ask, source: str) -> None:
    if source.endswith("limit"):
        assert len(ask("SELECT Name FROM Boat__c LIMIT 1")) == 1
        return
    assert ask(f"SELECT b.Name, Boat__c.Kind__c FROM {source} WHERE b.Name = 'Alba'") == [
        {"Name": "Alba", "Kind__c": "Sail"}
    ]


def test_parents_are_nested_and_null_where_there_are_none(ask: Ask) -> None:
    assert ask(
        "SELECT Name, Account__r.Owner.Name, Account__r.Name FROM Boat__c WHERE Name IN ('Alba', 'Dora') ORDER BY Name"
    ) == [
        {"Name": "Alba", "Account__r": {"Owner": {"Name": "Ada Admin"}, "Name": "Acme"}},
        {"Name": "Dora", "Account__r": None},
    ]


def test_a_parent_carries_its_own_type_and_address(boats: LocalOrg) -> None:
    (record,) = run_query(boats, boats.admin(), "SELECT Harbour__r.Id FROM Boat__c WHERE Name = 'Alba'").records
    harbour = record["Harbour__r"]
    assert harbour["attributes"] == {
        "type": "Harbour__c",
        "url": f"/services/data/v68.0/sobjects/Harbour__c/{harbour['Id']}",
    }


def test_a_parent_of_several_possible_objects_shows_as_a_name(boats: LocalOrg) -> None:
    (record,) = run_query(
        boats, boats.admin(), "SELECT Owner.Name, Owner.Type, OwnerId FROM Boat__c WHERE Name = 'Alba'"
    ).records
    assert record["Owner"] == {
        "attributes": {"type": "Name", "url": f"/services/data/v68.0/sobjects/User/{record['OwnerId']}"},
        "Name": "Ada Admin",
        "Type": "User",
    }


def test_children_come_as_a_result_of_their_own_or_null(ask: Ask) -> None:
    assert ask(
        "SELECT Name, (SELECT Name FROM Trips__r) FROM Boat__c WHERE Name IN ('Bora', 'Ciao') ORDER BY Name"
    ) == [
        {"Name": "Bora", "Trips__r": {"totalSize": 1, "done": True, "records": [{"Name": "TRIP-0004"}]}},
        {"Name": "Ciao", "Trips__r": None},
    ]


def test_a_child_subquery_has_its_own_conditions_order_and_limit(ask: Ask) -> None:
    text = "SELECT (SELECT Name, Boat__r.Name FROM Boat__c.Trips__r WHERE Name != 'TRIP-0003' ORDER BY Name DESC LIMIT 1) FROM Boat__c WHERE Name = 'Alba'"
    assert ask(text) == [
        {
            "Trips__r": {
                "totalSize": 1,
                "done": True,
                "records": [{"Name": "TRIP-0002", "Boat__r": {"Name": "Alba"}}],
            }
        }
    ]


def test_children_of_a_standard_object_have_their_own_names(ask: Ask) -> None:
    assert ask("SELECT (SELECT Name FROM Boats__r ORDER BY Name) FROM Account WHERE Name = 'Acme'") == [
        {"Boats__r": {"totalSize": 2, "done": True, "records": [{"Name": "Alba"}, {"Name": "Bora"}]}}
    ]


def test_labels_are_shown_on_request(boats: LocalOrg, ask: Ask) -> None:
    assert ask("SELECT toLabel(Kind__c), toLabel(Colours__c) colours FROM Boat__c WHERE Name = 'Alba'") == [
        {"Kind__c": "Sail", "colours": "Red;Blue"}
    ]
    assert ask("SELECT toLabel(Kind__c) FROM Boat__c WHERE Name = 'Dora'") == [{"Kind__c": None}]


def test_fields_of_a_group_are_all_readable_ones(boats: LocalOrg, ask: Ask) -> None:
    (every,) = ask("SELECT FIELDS(ALL) FROM Harbour__c WHERE Name = 'Kiel' LIMIT 200")
    (custom,) = ask("SELECT FIELDS(CUSTOM) FROM Harbour__c WHERE Name = 'Kiel' LIMIT 1")
    (standard,) = ask("SELECT FIELDS(STANDARD) FROM Harbour__c WHERE Name = 'Kiel'")
    assert set(every) == set(boats.schema.objects["Harbour__c"].fields)
    assert set(custom) == {"Code__c", "Region__c"}
    assert set(standard) == set(every) - set(custom)


def test_keywords_are_legal_names(ask: Ask) -> None:
    assert ask(
        "SELECT Name FROM Boat__c WHERE (Name = 'Alba') ORDER BY Name ASC NULLS FIRST LIMIT 1 OFFSET 0 FOR UPDATE"
    ) == [{"Name": "Alba"}]
    assert ask("SELECT COUNT(Id) order FROM Boat__c") == [{"order": 6}]


def test_more_records_than_a_batch_are_counted_and_read(boats: LocalOrg) -> None:
    boats.insert_many(boats.admin(), "Harbour__c", ({"Name": f"Harbour {n}"} for n in range(4_500)))
    result = run_query(boats, boats.admin(), "SELECT Name FROM Harbour__c")
    assert result.total == 4_502
    assert len(list(result.records)) == 4_502


def test_a_count_of_exactly_a_batch_is_right(boats: LocalOrg) -> None:
    boats.insert_many(boats.admin(), "Harbour__c", ({"Name": f"Harbour {n}"} for n in range(1_998)))
    result = run_query(boats, boats.admin(), "SELECT Name FROM Harbour__c")
    assert (result.total, len(list(result.records))) == (2_000, 2_000)


def test_a_parent_of_several_possible_objects_has_one_name_whatever_they_call_it(boats: LocalOrg, ask: Ask) -> None:
    admin = boats.admin()
    case = boats.writer.create(admin, "Case", {"Subject": "Leak"})
    account = ask("SELECT Id FROM Account WHERE Name = 'Acme'")[0]["Id"]
    for what in (case, account):
        boats.writer.create(admin, "Task", {"Subject": "Call", "WhatId": what})
    boats.writer.create(admin, "Task", {"Subject": "Idle"})
    assert ask("SELECT What.Name, What.Type FROM Task ORDER BY What.Type") == [
        {"What": None},
        {"What": {"Name": "Acme", "Type": "Account"}},
        {"What": {"Name": "00000001", "Type": "Case"}},
    ]
    assert len(ask("SELECT Id FROM Task WHERE What.Name = 'ACME'")) == 1

"""UserRecordAccess: who may do what with a record, in the forms that Salesforce takes."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.soql.columns import describe_columns
from service.localorg.soql.run import rows_csv, run_query

ALL = "RecordId, HasReadAccess, HasEditAccess, HasDeleteAccess, HasTransferAccess, HasAllAccess, MaxAccessLevel"


def run(org: LocalOrg, actor: Actor, text: str) -> list[dict[str, Any]]:
    found = run_query(org, actor, text)
    records = list(found.records)
    assert found.total == len(records)
    return [{key: value for key, value in record.items() if key != "attributes"} for record in records]


@pytest.fixture
def harbour(boats: LocalOrg, sailor: Actor) -> str:
    """A record of an object that is private, owned by the sailor."""
    return boats.writer.create(sailor, "Harbour__c", {"Name": "Hull"})


def levels(org: LocalOrg, user: Actor, record_id: str) -> tuple[list[str], str]:
    """Return what a user may do with a record, asked by the administrator, and the highest level of it."""
    where = f"UserId = '{user.user_id}' AND RecordId = '{record_id}'"
    (found,) = run(org, org.admin(), f"SELECT {ALL} FROM UserRecordAccess WHERE {where}")
    assert found.pop("RecordId") == record_id
    highest = found.pop("MaxAccessLevel")
    return [name[3:-6] for name, held in found.items() if held], highest


def test_the_levels_follow_object_rights_sharing_and_ownership(
    boats: LocalOrg, sailor: Actor, mate: Actor, master: Actor, guest: Actor, harbour: str
) -> None:
    boat = boats.writer.create(sailor, "Boat__c", {"Name": "Alba", "Length__c": 3})

    assert levels(boats, boats.admin(), harbour) == (["Read", "Edit", "Delete", "Transfer", "All"], "All")
    assert levels(boats, sailor, harbour) == (["Read", "Edit", "Delete", "Transfer", "All"], "All")
    assert levels(boats, mate, harbour) == ([], "None")
    assert levels(boats, master, harbour) == (["Read"], "Read")
    assert levels(boats, mate, boat) == (["Read", "Edit"], "Edit")
    assert levels(boats, sailor, boat) == (["Read", "Edit", "Transfer"], "Transfer")
    assert levels(boats, guest, boat) == ([], "None")


def test_a_detail_follows_its_master_and_has_no_owner_to_change(boats: LocalOrg, sailor: Actor) -> None:
    boat = boats.writer.create(sailor, "Boat__c", {"Name": "Alba", "Length__c": 3})
    trip = boats.writer.create(sailor, "Trip__c", {"Boat__c": boat})

    assert levels(boats, sailor, trip) == (["Read", "Edit", "Delete", "All"], "All")


def test_what_the_one_who_asks_may_not_read_is_left_out(
    boats: LocalOrg, sailor: Actor, mate: Actor, harbour: str
) -> None:
    gone = boats.writer.create(sailor, "Harbour__c", {"Name": "Kiel"})
    boats.writer.delete(sailor, gone)
    ids = f"'{harbour}', '{gone}', '{sailor.user_id}', 'a00000000000001AAA'"
    text = f"SELECT RecordId FROM UserRecordAccess WHERE UserId = '{sailor.user_id}' AND RecordId IN ({ids})"

    assert run(boats, sailor, text) == [{"RecordId": harbour}]
    assert run(boats, mate, text) == []


def test_records_are_chosen_by_a_level_ordered_and_cut(boats: LocalOrg, sailor: Actor, harbour: str) -> None:
    others = [boats.writer.create(boats.admin(), "Harbour__c", {"Name": name}) for name in "AB"]
    ids = ", ".join(f"'{each}'" for each in [harbour, *others])
    where = f"WHERE UserId = '{sailor.user_id}' AND (RecordId IN ({ids}))"
    ask = boats.admin()

    chosen = f"SELECT RecordId FROM UserRecordAccess {where}"
    assert run(boats, ask, f"{chosen} AND HasReadAccess = true") == [{"RecordId": harbour}]
    assert len(run(boats, ask, f"{chosen} AND HasReadAccess != true")) == 2
    assert run(boats, ask, f"{chosen} ORDER BY RecordId DESC LIMIT 1 OFFSET 1") == [{"RecordId": sorted(others)[0]}]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT RecordId FROM UserRecordAccess",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}'",
        "SELECT RecordId FROM UserRecordAccess WHERE RecordId = '{record}'",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId IN ('{user}', '{record}') AND RecordId = '{record}'",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' OR RecordId = '{record}'",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId != '{record}'",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{record}' AND MaxAccessLevel = 'All'",
        "SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{record}' AND Name = 'x'",
        "SELECT HasReadAccess FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{record}'",
        "SELECT RecordId, Name FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{record}'",
        "SELECT COUNT() FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId = '{record}'",
        "SELECT RecordId, HasEditAccess FROM UserRecordAccess"
        " WHERE UserId = '{user}' AND RecordId = '{record}' AND HasEditAccess = true",
    ],
)
def test_other_forms_are_malformed(boats: LocalOrg, sailor: Actor, harbour: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        run_query(boats, sailor, text.format(user=sailor.user_id, record=harbour))

    assert refused.value.code == "MALFORMED_QUERY"


def test_at_most_200_records_are_asked_of(boats: LocalOrg, sailor: Actor) -> None:
    ids = [f"a00{number:012}" for number in range(201)]
    text = f"SELECT RecordId FROM UserRecordAccess WHERE UserId = '{sailor.user_id}' AND RecordId IN "

    assert run(boats, sailor, text + str(tuple(ids[:200]))) == []
    with pytest.raises(Refusal) as refused:
        run_query(boats, sailor, text + str(tuple(ids)))
    assert refused.value.code == "EXCEEDED_ID_LIMIT"


def test_what_is_no_id_is_refused(boats: LocalOrg, sailor: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        run_query(boats, sailor, "SELECT RecordId FROM UserRecordAccess WHERE UserId = 'me' AND RecordId = 'it'")

    assert refused.value.code == "INVALID_QUERY_FILTER_OPERATOR"


def test_its_columns_can_be_asked_and_bulk_does_not_know_it(boats: LocalOrg, sailor: Actor) -> None:
    text = f"SELECT {ALL} FROM UserRecordAccess WHERE UserId = '{sailor.user_id}' AND RecordId = '{sailor.user_id}'"

    described = describe_columns(boats, sailor, text)

    assert [column["columnName"] for column in described["columnMetadata"]] == ALL.split(", ")
    assert (described["entityName"], described["idSelected"]) == ("UserRecordAccess", False)
    with pytest.raises(Refusal) as refused:
        rows_csv(boats, sailor, text)
    assert refused.value.code == "INVALID_TYPE"

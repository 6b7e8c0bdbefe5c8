"""Deleting, the recycle bin and the delete log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor


def boat(org: LocalOrg, actor: Actor, **values: Any) -> str:
    return org.writer.create(actor, "Boat__c", {"Name": "Ada", **values})


def stored(org: LocalOrg, sobject: str, record_id: str, *names: str) -> tuple[Any, ...]:
    row = org.storage.row(sobject, record_id)
    assert row is not None
    return tuple(row[name] for name in names)


def deleted(org: LocalOrg) -> list[tuple[Any, ...]]:
    return org.storage.execute('SELECT object, id, at, hard FROM "__deleted__" ORDER BY object, id').fetchall()


def refusal(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value


LATER = "2026-03-04T05:16:07.089Z"


def test_a_deleted_record_lies_in_the_recycle_bin_with_moved_stamps(boats: LocalOrg, admin: Actor) -> None:
    record_id = boat(boats, admin)
    boats.clock.advance(timedelta(minutes=10))
    boats.writer.delete(admin, record_id[:15])
    assert stored(boats, "Boat__c", record_id, "IsDeleted", "SystemModstamp", "LastModifiedDate") == (1, LATER, LATER)
    assert deleted(boats) == [("Boat__c", record_id, LATER, 0)]
    found = refusal(boats.reader.read_row, admin, "Boat__c", record_id)
    assert (found.code, found.status) == ("ENTITY_IS_DELETED", 404)


def test_deleting_twice_says_that_the_entity_is_deleted(boats: LocalOrg, admin: Actor) -> None:
    record_id = boat(boats, admin)
    boats.writer.delete(admin, record_id)
    assert refusal(boats.writer.delete, admin, record_id).code == "ENTITY_IS_DELETED"


@pytest.mark.parametrize(("record_id", "code"), [("nonsense", "MALFORMED_ID"), ("zzzLs0000000001", "MALFORMED_ID")])
def test_what_is_no_record_id_cannot_be_deleted(boats: LocalOrg, admin: Actor, record_id: str, code: str) -> None:
    assert refusal(boats.writer.delete, admin, record_id).code == code


def test_details_go_with_their_master_and_each_is_logged(boats: LocalOrg, admin: Actor) -> None:
    master = boat(boats, admin)
    trips = [boats.writer.create(admin, "Trip__c", {"Boat__c": master}) for _ in range(2)]
    boats.writer.delete(admin, master)
    assert [entry[:2] for entry in deleted(boats)] == [("Boat__c", master), *(("Trip__c", trip) for trip in trips)]


def test_a_master_comes_back_with_the_details_that_went_with_it(boats: LocalOrg, admin: Actor) -> None:
    master = boat(boats, admin)
    first, second = (boats.writer.create(admin, "Trip__c", {"Boat__c": master}) for _ in range(2))
    boats.writer.delete(admin, first)
    boats.writer.delete(admin, master)
    boats.clock.advance(timedelta(minutes=10))
    boats.writer.undelete(admin, master)
    assert stored(boats, "Boat__c", master, "IsDeleted", "SystemModstamp") == (0, LATER)
    assert stored(boats, "Trip__c", second, "IsDeleted", "SystemModstamp") == (0, LATER)
    assert stored(boats, "Trip__c", first, "IsDeleted") == (1,)
    assert [entry[1] for entry in deleted(boats)] == [first]


def test_a_detail_does_not_come_back_without_its_master(boats: LocalOrg, admin: Actor) -> None:
    master = boat(boats, admin)
    first, second = (boats.writer.create(admin, "Trip__c", {"Boat__c": master}) for _ in range(2))
    boats.writer.delete(admin, first)
    boats.writer.delete(admin, master)
    assert refusal(boats.writer.undelete, admin, first).code == "UNDELETE_FAILED"
    assert refusal(boats.writer.undelete, admin, second).code == "UNDELETE_FAILED"


@pytest.mark.parametrize("present", [True, False])
def test_only_what_is_in_the_recycle_bin_comes_back(boats: LocalOrg, admin: Actor, present: bool) -> None:
    record_id = boat(boats, admin)
    if not present:
        boats.writer.hard_delete(admin, record_id)
    found = refusal(boats.writer.undelete, admin, record_id)
    assert (found.code, found.message) == ("UNDELETE_FAILED", "Entity is not in the recycle bin")


def test_a_record_does_not_come_back_when_its_unique_value_was_taken(boats: LocalOrg, admin: Actor) -> None:
    first = boat(boats, admin, Serial__c="S1")
    boats.writer.delete(admin, first)
    boat(boats, admin, Serial__c="S1")
    assert refusal(boats.writer.undelete, admin, first).code == "DUPLICATE_VALUE"
    assert stored(boats, "Boat__c", first, "IsDeleted") == (1,)


def test_a_restricting_lookup_keeps_its_parent(boats: LocalOrg, admin: Actor) -> None:
    trip = boats.writer.create(admin, "Trip__c", {"Boat__c": boat(boats, admin)})
    tickets = [boats.writer.create(admin, "Ticket__c", {"Name": n, "Seat__c": n, "Trip__c": trip}) for n in "AB"]
    found = refusal(boats.writer.delete, admin, trip)
    assert found.code == "DELETE_FAILED"
    assert found.message == (
        "Your attempt to delete TRIP-0001 could not be completed because it is associated with"
        " the following tickets.: A, B\n"
    )
    for ticket in tickets:
        boats.writer.delete(admin, ticket)
    boats.writer.delete(admin, trip)
    assert stored(boats, "Trip__c", trip, "IsDeleted") == (1,)


def test_a_restricting_lookup_also_keeps_the_master_of_its_parent(boats: LocalOrg, admin: Actor) -> None:
    master = boat(boats, admin)
    trip = boats.writer.create(admin, "Trip__c", {"Boat__c": master})
    boats.writer.create(admin, "Ticket__c", {"Seat__c": "1A", "Trip__c": trip})
    assert refusal(boats.writer.delete, admin, master).code == "DELETE_FAILED"
    assert stored(boats, "Boat__c", master, "IsDeleted") == (0,)


def test_restricting_children_in_the_recycle_bin_are_lost_with_their_parent(boats: LocalOrg, admin: Actor) -> None:
    trip = boats.writer.create(admin, "Trip__c", {"Boat__c": boat(boats, admin)})
    ticket = boats.writer.create(admin, "Ticket__c", {"Seat__c": "1A", "Trip__c": trip})
    boats.writer.delete(admin, ticket)
    boats.writer.delete(admin, trip)
    assert boats.storage.row("Ticket__c", ticket) is None
    assert ("Ticket__c", ticket, 1) in [(name, each, hard) for name, each, _, hard in deleted(boats)]


def test_an_optional_lookup_is_emptied_without_moving_its_record(boats: LocalOrg, admin: Actor) -> None:
    port = boats.writer.create(admin, "Harbour__c", {"Name": "Hull"})
    record_id = boat(boats, admin, Harbour__c=port)
    before = stored(boats, "Boat__c", record_id, "SystemModstamp", "LastModifiedDate")
    boats.clock.advance(timedelta(minutes=10))
    boats.writer.delete(admin, port)
    assert stored(boats, "Boat__c", record_id, "Harbour__c") == (None,)
    assert stored(boats, "Boat__c", record_id, "SystemModstamp", "LastModifiedDate") == before


def test_undelete_fills_the_lookups_that_nobody_filled_since(boats: LocalOrg, admin: Actor) -> None:
    port, other = (boats.writer.create(admin, "Harbour__c", {"Name": name}) for name in ("Hull", "Hove"))
    kept, moved = boat(boats, admin, Harbour__c=port), boat(boats, admin, Harbour__c=port)
    boats.writer.delete(admin, port)
    boats.writer.update(admin, "Boat__c", moved, {"Harbour__c": other})
    boats.writer.undelete(admin, port)
    assert stored(boats, "Boat__c", kept, "Harbour__c") == (port,)
    assert stored(boats, "Boat__c", moved, "Harbour__c") == (other,)


def test_a_record_in_the_bin_loses_its_lookup_too(boats: LocalOrg, admin: Actor) -> None:
    port = boats.writer.create(admin, "Harbour__c", {"Name": "Hull"})
    record_id = boat(boats, admin, Harbour__c=port)
    boats.writer.delete(admin, record_id)
    boats.writer.delete(admin, port)
    boats.writer.undelete(admin, record_id)
    assert stored(boats, "Boat__c", record_id, "Harbour__c") == (None,)


@pytest.mark.parametrize("in_bin", [True, False])
def test_a_hard_delete_leaves_only_the_log(boats: LocalOrg, admin: Actor, in_bin: bool) -> None:
    master = boat(boats, admin)
    trip = boats.writer.create(admin, "Trip__c", {"Boat__c": master})
    if in_bin:
        boats.writer.delete(admin, master)
    boats.writer.hard_delete(admin, master)
    assert (boats.storage.row("Boat__c", master), boats.storage.row("Trip__c", trip)) == (None, None)
    assert [(entry[1], entry[3]) for entry in deleted(boats)] == [(master, 1), (trip, 1)]


def test_an_account_takes_its_contacts_along_and_is_kept_by_its_cases(boats: LocalOrg, admin: Actor) -> None:
    account = boats.writer.create(admin, "Account", {"Name": "Acme"})
    contact = boats.writer.create(admin, "Contact", {"LastName": "Ray", "AccountId": account})
    case = boats.writer.create(admin, "Case", {"Subject": "Help", "AccountId": account})
    message = refusal(boats.writer.delete, admin, account).message
    assert message.endswith("it is associated with the following cases.: 00000001\n")
    boats.writer.delete(admin, case)
    boats.writer.delete(admin, account)
    assert stored(boats, "Contact", contact, "IsDeleted") == (1,)


def test_users_cannot_be_deleted(boats: LocalOrg, admin: Actor, guest: Actor) -> None:
    assert refusal(boats.writer.delete, admin, guest.user_id).code == "INSUFFICIENT_ACCESS_OR_READONLY"

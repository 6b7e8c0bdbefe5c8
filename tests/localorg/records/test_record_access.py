"""Object rights, field-level security and sharing."""

from __future__ import annotations

from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor


def refusal(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value


def visible(org: LocalOrg, actor: Actor, sobject: str) -> set[str]:
    condition, bound = org.access.visible_sql(actor, sobject, "t") or ("1", ())
    found = org.storage.execute(f'SELECT "Id" FROM "{sobject}" AS t WHERE "IsDeleted" = 0 AND {condition}', bound)
    return {record_id for (record_id,) in found.fetchall()}


def harbour(org: LocalOrg, actor: Actor) -> str:
    return org.writer.create(actor, "Harbour__c", {"Name": "Hull"})


@pytest.fixture
def captain(boats: LocalOrg) -> Actor:
    """Stands above the sailor and the mate in the role hierarchy."""
    top = boats.writer.create(boats.admin(), "UserRole", {"Name": "Captain"})
    middle = boats.writer.create(boats.admin(), "UserRole", {"Name": "Officer", "ParentRoleId": top})
    low = boats.writer.create(boats.admin(), "UserRole", {"Name": "Sailor", "ParentRoleId": middle})
    boats.writer.update(boats.admin(), "User", boats.user_id("sailor@example.com"), {"UserRoleId": low})
    boats.writer.update(boats.admin(), "User", boats.user_id("mate@example.com"), {"UserRoleId": middle})
    captain = boats.add_user("captain@example.com", name="Cap", permission_sets=["Sailor"], role=top)
    return boats.actor(captain)


def test_a_user_without_a_permission_set_does_not_see_the_object(boats: LocalOrg, sailor: Actor, guest: Actor) -> None:
    record_id = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"})
    for call, arguments in (
        (boats.writer.create, (guest, "Boat__c", {})),
        (boats.reader.read_row, (guest, "Boat__c", record_id)),
        (boats.writer.update, (guest, "Boat__c", record_id, {})),
    ):
        found = refusal(call, *arguments)
        assert (found.code, found.message) == ("NOT_FOUND", "The requested resource does not exist")


def test_read_without_create_says_that_the_type_cannot_be_inserted(boats: LocalOrg, guest: Actor) -> None:
    boats.assign(guest.user_id, "Harbour Master")
    found = refusal(boats.writer.create, guest, "Harbour__c", {"Name": "Hull"})
    assert (found.code, found.message) == (
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "entity type cannot be inserted: Harbour",
    )


def test_read_without_edit_says_that_the_type_cannot_be_updated(boats: LocalOrg, sailor: Actor, guest: Actor) -> None:
    port = harbour(boats, sailor)
    boats.assign(guest.user_id, "Harbour Master")
    found = refusal(boats.writer.update, guest, "Harbour__c", port, {"Name": "Hove"})
    assert found.message == "entity type cannot be updated: Harbour"


def test_rights_are_the_union_of_all_permission_sets(boats: LocalOrg, sailor: Actor, master: Actor) -> None:
    rights = [boats.access.object_rights(actor, "Boat__c") for actor in (sailor, master)]
    assert [(r.create, r.edit, r.delete, r.modify_all) for r in rights] == [
        (True, True, False, False),
        (True, True, True, True),
    ]
    assert "Serial__c" in boats.access.editable(master, "Boat__c") - boats.access.editable(sailor, "Boat__c")


def test_an_assignment_counts_at_once_and_until_it_is_deleted(boats: LocalOrg, guest: Actor) -> None:
    assert not boats.access.object_rights(guest, "Boat__c").read
    assignment = boats.assign(guest.user_id, "Sailor")
    assert boats.access.object_rights(guest, "Boat__c").read
    boats.writer.delete(boats.admin(), assignment)
    assert not boats.access.object_rights(guest, "Boat__c").read


def test_an_assignment_that_was_rolled_back_does_not_count(boats: LocalOrg, guest: Actor) -> None:
    def assign_and_fail() -> None:
        with boats.transaction():
            boats.assign(guest.user_id, "Sailor")
            assert boats.access.object_rights(guest, "Boat__c").read
            raise Refusal("TEST", "stop")

    refusal(assign_and_fail)
    assert not boats.access.object_rights(guest, "Boat__c").read


def test_only_readable_fields_are_read(boats: LocalOrg, sailor: Actor, admin: Actor) -> None:
    record_id = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"})
    assert "Half_Full__c" not in boats.reader.read_row(sailor, "Boat__c", record_id)
    assert "Half_Full__c" in boats.reader.read_row(admin, "Boat__c", record_id)
    assert refusal(boats.reader.read_row, sailor, "Boat__c", record_id, ["Half_Full__c"]).code == "INVALID_FIELD"


def test_a_private_record_is_seen_by_its_owner_only(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    mine = harbour(boats, sailor)
    assert (visible(boats, sailor, "Harbour__c"), visible(boats, mate, "Harbour__c")) == ({mine}, set())
    assert refusal(boats.reader.read_row, mate, "Harbour__c", mine).code == "NOT_FOUND"
    assert refusal(boats.writer.update, mate, "Harbour__c", mine, {}).code == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_those_above_in_the_role_hierarchy_see_edit_and_delete(
    boats: LocalOrg, captain: Actor, sailor: Actor, mate: Actor
) -> None:
    low, middle = harbour(boats, sailor), harbour(boats, mate)
    assert visible(boats, captain, "Harbour__c") == {low, middle}
    assert visible(boats, mate, "Harbour__c") == {low, middle}
    assert visible(boats, sailor, "Harbour__c") == {low}
    boats.writer.update(captain, "Harbour__c", low, {"Region__c": "North"})
    boats.writer.delete(captain, low)
    assert visible(boats, mate, "Harbour__c") == {middle}


def test_view_all_sees_what_is_private_but_does_not_edit_it(boats: LocalOrg, sailor: Actor, master: Actor) -> None:
    port = harbour(boats, sailor)
    assert visible(boats, master, "Harbour__c") == {port}
    assert refusal(boats.writer.update, master, "Harbour__c", port, {}).code == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_public_read_lets_others_see_but_not_edit(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    boat = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"})
    trip = boats.writer.create(sailor, "Trip__c", {"Boat__c": boat})
    ticket = boats.writer.create(sailor, "Ticket__c", {"Seat__c": "1A", "Trip__c": trip})
    assert boats.reader.read_row(mate, "Ticket__c", ticket, ["Seat__c"]) == {"Seat__c": "1A"}
    assert refusal(boats.writer.update, mate, "Ticket__c", ticket, {}).code == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_public_read_write_does_not_let_others_delete(
    boats: LocalOrg, sailor: Actor, mate: Actor, master: Actor
) -> None:
    boats.assign(boats.user_id("guest@example.com"), "Harbour Master")
    account = boats.writer.create(mate, "Account", {"Name": "Acme"})
    boats.writer.update(sailor, "Account", account, {"Phone": "1"})
    found = refusal(boats.writer.delete, sailor, account)
    assert (found.code, found.message, found.status) == (
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
        403,
    )
    boat = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"})
    assert refusal(boats.writer.delete, sailor, boat).code == "INSUFFICIENT_ACCESS_OR_READONLY"
    boats.writer.delete(master, boat)
    boats.writer.delete(mate, account)


def test_a_detail_is_shared_as_its_master_is(boats: LocalOrg, sailor: Actor, mate: Actor, guest: Actor) -> None:
    boat = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"})
    trip = boats.writer.create(mate, "Trip__c", {"Boat__c": boat})
    assert visible(boats, sailor, "Trip__c") == visible(boats, mate, "Trip__c") == {trip}
    assert visible(boats, guest, "Trip__c") == set()
    boats.writer.delete(sailor, trip)


def test_a_detail_of_two_masters_needs_access_to_both(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    boat, port = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"}), harbour(boats, sailor)
    visit = boats.writer.create(sailor, "Visit__c", {"Boat__c": boat, "Harbour__c": port})
    assert (visible(boats, sailor, "Visit__c"), visible(boats, mate, "Visit__c")) == ({visit}, set())
    assert refusal(boats.reader.read_row, mate, "Visit__c", visit).code == "NOT_FOUND"


def test_a_master_that_takes_reading_only_can_be_given_details_by_a_reader(
    boats: LocalOrg, sailor: Actor, master: Actor
) -> None:
    boat, port = boats.writer.create(sailor, "Boat__c", {"Name": "Ada"}), harbour(boats, sailor)
    visit = boats.writer.create(master, "Visit__c", {"Boat__c": boat, "Harbour__c": port})
    assert visible(boats, sailor, "Visit__c") == {visit}


def test_a_contact_without_account_is_private(boats: LocalOrg, sailor: Actor, mate: Actor) -> None:
    account = boats.writer.create(sailor, "Account", {"Name": "Acme"})
    shared = boats.writer.create(sailor, "Contact", {"LastName": "Ray", "AccountId": account})
    own = boats.writer.create(sailor, "Contact", {"LastName": "Roy"})
    assert (visible(boats, sailor, "Contact"), visible(boats, mate, "Contact")) == ({shared, own}, {shared})
    assert refusal(boats.reader.read_row, mate, "Contact", own).code == "NOT_FOUND"


def test_setup_objects_take_view_setup_to_read_and_an_administrator_to_change(boats: LocalOrg, guest: Actor) -> None:
    api_user = boats.actor(boats.user_id("integration@example.com"))
    readable = [boats.access.object_rights(actor, "PermissionSet").read for actor in (guest, api_user)]
    assert readable == [True, False]
    assert "Label" in boats.access.readable(guest, "PermissionSet")
    assert refusal(boats.writer.create, guest, "UserRole", {"Name": "King"}).code == (
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )


def test_everyone_reads_users_and_nobody_but_the_administrator_writes_them(boats: LocalOrg, guest: Actor) -> None:
    api_user = boats.actor(boats.user_id("integration@example.com"))
    assert "Username" in boats.reader.read_row(api_user, "User", guest.user_id)
    assert refusal(boats.writer.update, guest, "User", guest.user_id, {}).code == (
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    )


def test_a_custom_permission_comes_with_its_set(boats: LocalOrg, sailor: Actor, master: Actor) -> None:
    assert boats.access.has_custom_permission(master, "Rename_Boats")
    assert not boats.access.has_custom_permission(sailor, "Rename_Boats")
    linked = boats.storage.execute(
        'SELECT p."Label", c."DeveloperName" FROM "SetupEntityAccess" s JOIN "PermissionSet" p ON p."Id" = s."ParentId"'
        ' JOIN "CustomPermission" c ON c."Id" = s."SetupEntityId"'
    ).fetchall()
    assert linked == [("Harbour Master", "Rename_Boats")]


def test_user_permissions_come_from_profiles_and_sets(boats: LocalOrg, admin: Actor, guest: Actor) -> None:
    assert boats.access.has_user_permission(admin, "ModifyAllData")
    assert not boats.access.has_user_permission(guest, "ModifyAllData")
    assert boats.access.has_user_permission(guest, "ApiEnabled")


def test_an_inactive_user_cannot_act(boats: LocalOrg, guest: Actor) -> None:
    boats.writer.update(boats.admin(), "User", guest.user_id, {"IsActive": False})
    assert refusal(boats.actor, guest.user_id).code == "INVALID_LOGIN"


def test_usernames_are_unique(boats: LocalOrg) -> None:
    assert refusal(_add_twin, boats).code == "DUPLICATE_VALUE"


def _add_twin(org: LocalOrg) -> None:
    org.add_user("SAILOR@example.com", name="Twin")


def test_names_that_nobody_has_are_a_mistake_of_the_caller(boats: LocalOrg) -> None:
    with pytest.raises(KeyError, match=r"nobody@example\.com"):
        boats.user_id("nobody@example.com")
    with pytest.raises(KeyError, match="PermissionSet Pirate"):
        boats.assign(boats.user_id("guest@example.com"), "Pirate")

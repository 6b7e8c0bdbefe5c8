"""Permission sets as records: what they give, to whom, through groups and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.soql.run import run_query
from tests.localorg.conftest import NOW

HOUR = timedelta(hours=1)


def run(org: LocalOrg, text: str) -> list[Any]:
    """Return the values of a query's records, as the administrator finds them."""
    records = run_query(org, org.admin(), text).records
    return [[value for key, value in record.items() if key != "attributes"] for record in records]


def set_id(org: LocalOrg, name: str) -> str:
    return str(run(org, f"SELECT Id FROM PermissionSet WHERE Name = '{name}'")[0][0])


def assign(org: LocalOrg, user: Actor, **values: Any) -> str:
    return org.writer.create(org.admin(), "PermissionSetAssignment", {"AssigneeId": user.user_id, **values})


def reads_boats(org: LocalOrg, user: Actor) -> bool:
    return org.access.object_rights(user, "Boat__c").read


def test_object_and_field_permissions_are_rows(boats: LocalOrg) -> None:
    rights = "PermissionsRead, PermissionsCreate, PermissionsEdit, PermissionsDelete, PermissionsViewAllRecords"
    of_objects = f"SELECT SobjectType, {rights}, PermissionsModifyAllRecords FROM ObjectPermissions"
    of_fields = "SELECT SobjectType, Field, PermissionsRead, PermissionsEdit FROM FieldPermissions"
    where = "WHERE Parent.Name = 'Harbour_Master'"

    assert run(boats, f"{of_objects} {where} ORDER BY SobjectType") == [
        ["Boat__c", True, True, True, True, True, True],
        ["Harbour__c", True, False, False, False, True, False],
    ]
    assert run(boats, f"{of_fields} {where}") == [["Boat__c", "Boat__c.Serial__c", True, True]]


def test_custom_permissions_are_found_through_the_assignments(boats: LocalOrg, master: Actor) -> None:
    holders = f"SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{master.user_id}'"
    text = f"SELECT SetupEntity.DeveloperName FROM SetupEntityAccess WHERE ParentId IN ({holders})"

    assert [found[0]["DeveloperName"] for found in run(boats, text)] == ["Rename_Boats"]


def test_an_assignment_ends_at_its_expiration(boats: LocalOrg, guest: Actor) -> None:
    assign(boats, guest, PermissionSetId=set_id(boats, "Sailor"), ExpirationDate=(NOW + HOUR).isoformat())
    assign(boats, guest, PermissionSetId=set_id(boats, "Harbour_Master"), ExpirationDate=(NOW - HOUR).isoformat())

    assert reads_boats(boats, guest)
    assert not boats.access.has_custom_permission(guest, "Rename_Boats")
    boats.clock.advance(HOUR)
    assert not reads_boats(boats, guest)
    assert not boats.access.readable(guest, "Boat__c")


def test_an_assignment_without_end_outlives_one_that_ends(boats: LocalOrg, sailor: Actor) -> None:
    assign(boats, sailor, PermissionSetId=set_id(boats, "Harbour_Master"), ExpirationDate=(NOW + HOUR).isoformat())

    assert boats.access.has_custom_permission(sailor, "Rename_Boats")
    boats.clock.advance(2 * HOUR)
    assert not boats.access.has_custom_permission(sailor, "Rename_Boats")
    assert reads_boats(boats, sailor)


def test_a_group_gives_what_its_sets_give(boats: LocalOrg, guest: Actor) -> None:
    admin = boats.admin()
    group = boats.writer.create(admin, "PermissionSetGroup", {"DeveloperName": "Crew", "MasterLabel": "Crew"})
    parts = {"PermissionSetGroupId": group, "PermissionSetId": set_id(boats, "Sailor")}
    component = boats.writer.create(admin, "PermissionSetGroupComponent", parts)
    assignment = assign(boats, guest, PermissionSetGroupId=group)

    assert reads_boats(boats, guest)
    assert run(boats, "SELECT AssigneeId, PermissionSetGroup.DeveloperName FROM PermissionSetAssignment"
               f" WHERE Id = '{assignment}'")[0][1]["DeveloperName"] == "Crew"  # fmt: skip
    boats.writer.delete(admin, component)
    assert not reads_boats(boats, guest)


def test_the_rows_follow_the_schema(boats: LocalOrg) -> None:
    fields = "SELECT COUNT() FROM FieldPermissions WHERE Field = 'Boat__c.Serial__c'"
    assert run_query(boats, boats.admin(), fields).total == 2

    SchemaChanges(boats).remove_field("Boat__c", "Serial__c")

    assert run_query(boats, boats.admin(), fields).total == 0


def test_only_those_who_see_the_set_up_read_them_and_only_administrators_change_them(
    boats: LocalOrg, sailor: Actor
) -> None:
    api_only = boats.actor(boats.user_id("integration@example.com"))

    for name in ("ObjectPermissions", "FieldPermissions", "PermissionSetGroup", "PermissionSetGroupComponent"):
        assert run_query(boats, sailor, f"SELECT COUNT() FROM {name}").total >= 0
        with pytest.raises(Refusal) as refused:
            run_query(boats, api_only, f"SELECT COUNT() FROM {name}")
        assert refused.value.code == "INVALID_TYPE"
    with pytest.raises(Refusal) as refused:
        boats.writer.create(sailor, "PermissionSetGroup", {"DeveloperName": "Crew", "MasterLabel": "Crew"})
    assert refused.value.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"

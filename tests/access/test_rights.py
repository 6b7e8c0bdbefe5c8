"""The mirror of rights: who holds what through which set or group, read whole in two calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.access.rights import Found, refresh
from service.crm.errors import Refused, RowError
from service.localorg.faults.kinds import Fault
from service.localorg.faults.model import MOST
from service.store import reports
from service.store.assignments import REPORT, Assignment, assignments_of, sharing
from service.sync.context import Sync
from tests.access.granting import assign_group, group, set_id
from tests.world import World


def mirrored(world: World, sync: Sync) -> Found:
    return refresh(sync, now=world.clock.now())


def held(world: World, user_id: str) -> list[tuple[str, str]]:
    with world.transaction() as connection:
        return [(each.permission, each.through) for each in assignments_of(connection, user_id)]


def test_what_users_hold_by_their_sets_is_mirrored(world: World, by_admin: Sync) -> None:
    csm = world.org.add_user("csm@example.com", name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    part = world.org.add_user("part@example.com", name="Pia Part", permission_sets=["CSC_Participant_User"])

    found = mirrored(world, by_admin)

    assert (found.shown, len(found.assignments)) == (True, 3)
    assert held(world, csm) == [
        ("CSC_Customer_Success", "CSC - Customer Success"),
        ("Create_From_Template", "CSC - Customer Success"),
    ]
    assert held(world, part) == [("CSC_Participant_User", "CSC - Participant User")]


def test_what_users_hold_through_a_group_is_mirrored_with_its_end(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("part@example.com", name="Pia Part")
    team = group(world.org, "Success Team", "CSC_Customer_Success", "CSC_Participant_User", "Plansync_Standard_Objects")
    ends = (world.clock.now() + timedelta(days=3)).replace(microsecond=0)
    assign_group(world.org, user, team, ends=ends)

    mirrored(world, by_admin)

    with world.transaction() as connection:
        assert assignments_of(connection, user) == [
            Assignment(user_id=user, permission=name, through="the group Success Team", expires_at=ends)
            for name in ("CSC_Customer_Success", "CSC_Participant_User", "Create_From_Template")
        ]


def test_a_groups_own_set_knows_what_is_muted_in_it(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("part@example.com", name="Pia Part")
    team = group(world.org, "Success Team", "CSC_Customer_Success", "CSC_Participant_User")
    assignment = assign_group(world.org, user, team)
    world.org.storage.update("PermissionSetAssignment", assignment, {"PermissionSetId": own_set(world)})

    mirrored(world, by_admin)

    assert held(world, user) == [("CSC_Participant_User", "CSC - Participant User")]


def test_a_right_of_a_profile_is_mirrored_under_its_name(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("part@example.com", name="Pia Part", permission_sets=["CSC_Participant_User"])
    (profile,) = world.org.storage.rows("Profile", '"Name" = ?', ("Standard User",))
    owned = {"ProfileId": profile["Id"], "IsOwnedByProfile": 1}
    world.org.storage.update("PermissionSet", set_id(world.org, "CSC_Participant_User"), owned)

    mirrored(world, by_admin)

    assert held(world, user) == [("CSC_Participant_User", "the profile Standard User")]


def test_who_is_not_active_holds_nothing(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("gone@example.com", name="Gus Gone", permission_sets=["CSC_Participant_User"])
    world.org.writer.update(world.admin, "User", user, {"IsActive": False})

    assert mirrored(world, by_admin).assignments == ()


def test_a_right_that_was_taken_away_is_gone_at_the_next_look(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("csm@example.com", name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    mirrored(world, by_admin)
    (assignment,) = world.org.storage.rows("PermissionSetAssignment", '"AssigneeId" = ?', (user,))
    world.org.writer.delete(world.admin, assignment["Id"])

    mirrored(world, by_admin)

    assert held(world, user) == []


def test_a_custom_permission_of_somebody_else_is_none_of_ours(world: World, by_admin: Sync) -> None:
    user = world.org.add_user("part@example.com", name="Pia Part", permission_sets=["CSC_Participant_User"])
    (own,) = world.org.storage.rows("CustomPermission", '"DeveloperName" = ?', ("CSC_Participant_User",))
    world.org.storage.update("CustomPermission", own["Id"], {"DeveloperName": "Launch_Rockets"})

    mirrored(world, by_admin)

    assert held(world, user) == []


def test_it_takes_two_calls_and_one_where_no_set_is_ours(world: World, by_admin: Sync) -> None:
    mirrored(world, by_admin)
    assert by_admin.client.api_calls == 2

    world.org.storage.execute('DELETE FROM "SetupEntityAccess"')
    mirrored(world, by_admin)
    assert by_admin.client.api_calls == 3


def test_further_pages_are_read_to_the_end(world: World, by_admin: Sync) -> None:
    for number in range(MOST + 1):
        world.org.add_user(f"u{number}@example.com", name="U U", permission_sets=["CSC_Participant_User"])
    world.org.faults.set(seed=1, rates={Fault.SHORT_PAGE: 1})

    assert len(mirrored(world, by_admin).assignments) == MOST + 1
    assert by_admin.client.api_calls > 2


def test_an_org_that_hides_its_setup_still_says_how_objects_are_shared(world: World) -> None:
    world.org.add_user("csm@example.com", name="Cora Csm", permission_sets=["CSC_Customer_Success"])

    found = mirrored(world, world.sync)

    assert (found.shown, found.assignments) == (False, ())
    with world.transaction() as connection:
        models = sharing(connection)
        assert (models["objective"], models["playbook_task_assignment"]) == ("ReadWrite", "ControlledByParent")
        assert "payroll" not in models
        report = reports.last(connection, REPORT)
    assert report
    assert (report.at, report.body["shown"]) == (world.clock.now(), False)


def test_a_refusal_that_is_no_matter_of_rights_is_told(world: World, by_admin: Sync) -> None:
    broken = Refused((RowError("QUERY_TIMEOUT", "Your query request was running for too long."),), status=400)
    by_admin.client.composite = lambda _requests: [broken] * 4  # type: ignore[method-assign]

    with pytest.raises(Refused, match="QUERY_TIMEOUT"):
        mirrored(world, by_admin)


def own_set(world: World) -> str:
    """The id of the set that a real org makes for a group; here one that carries less than the group's parts."""
    return set_id(world.org, "CSC_Participant_User")

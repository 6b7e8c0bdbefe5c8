"""What the doctor makes of permission sets, of those who have them, and of field sets."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from requests import PreparedRequest, Response

from service.crm.client import Client
from service.crm.errors import Refused
from service.crm.login import AccessToken
from service.localorg.org import INTEGRATION
from service.sync.context import Sync
from service.sync.doctor_people import judge_field_sets, judge_sets, judge_user, look_at_field_sets
from service.sync.doctor_setup import SETS, Assignment, Setup, look_at_setup
from service.sync.doctor_store import Patient
from service.sync.findings import NotShown, State
from tests.sync.road import Road
from tests.world import INTEGRATION_SETS, URL, World
from tests.wsgi_transport import WsgiAdapter


@pytest.fixture
def by_admin(world: World) -> Sync:
    """The sync of a user who may see the org's setup, and has what the integration user has."""
    for name in INTEGRATION_SETS:
        world.org.assign(world.admin.user_id, name)
    client = Client(AccessToken(token=world.app.api.sessions.open(world.admin.user_id), instance_url=URL))
    client.session.mount(URL, WsgiAdapter(world.app))
    return replace(world.sync, client=client)


@pytest.fixture
def setup(world: World, patient: Patient, by_admin: Sync) -> Setup:
    """The setup of an org in which everything is as it should be."""
    world.org.add_user("csm@example.com", name="Cara Csm", permission_sets=["CSC_Customer_Success"])
    world.org.add_user("guest@example.com", name="Gil Guest", permission_sets=["CSC_Participant_User"])
    return look_again(patient, by_admin)


def look_again(patient: Patient, sync: Sync) -> Setup:
    """Look at the setup as it stands."""
    return look_at_setup((patient, sync, sync.client.identity()))


def told(verdicts: Any) -> list[tuple[State, str]]:
    """Return states and sentences."""
    return [(verdict.state, verdict.found) for verdict in verdicts]


def holder(name: str, *, of: str = "CSC_Customer_Success", ends: Any = None, user_id: str = "005x") -> Assignment:
    """One user who has a permission set."""
    return Assignment(user_id=user_id, username=name, permission_set=of, ends=ends)


def assign(world: World, user_id: str, **values: Any) -> None:
    """Assign a set or a group of sets, as an administrator does."""
    world.org.writer.create(world.admin, "PermissionSetAssignment", {"AssigneeId": user_id, **values})


def set_id(world: World, name: str) -> str:
    """Return the id of a permission set."""
    return next(row["Id"] for row in world.org.storage.rows("PermissionSet", '"Name" = ?', (name,)))


def test_everything_as_it_should_be_names_who_has_which_set(setup: Setup) -> None:
    assert told(judge_sets(setup)) == [
        (State.OK, "CSC_Customer_Success: csm@example.com"),
        (State.OK, "CSC_Participant_User: guest@example.com"),
        (State.OK, "Plansync_Integration: integration@example.com, admin@example.com"),
        (State.OK, "Plansync_Standard_Objects: integration@example.com, admin@example.com"),
    ]
    assert told(judge_user(setup)) == [(State.OK, "admin@example.com has Modify All on 9 objects of the package")]


def test_a_user_who_may_not_see_the_setup_is_no_failure(world: World, patient: Patient) -> None:
    with pytest.raises(NotShown, match=r"does not show permission sets to this user \(INVALID_TYPE\)") as hidden:
        look_again(patient, world.sync)

    assert "View Setup and Configuration" in hidden.value.way_out


def test_a_set_that_is_not_there_is_a_failure_and_one_that_nobody_has_a_warning(setup: Setup) -> None:
    sick = replace(setup, present=setup.present - {"Plansync_Integration"}, assignments=())

    assert told(judge_sets(sick)) == [
        (State.WARNING, "Nobody has the permission set CSC_Customer_Success"),
        (State.WARNING, "Nobody has the permission set CSC_Participant_User"),
        (State.FAILURE, "The permission set Plansync_Integration is not there"),
    ]


def test_many_are_counted_and_those_whose_right_ends_are_told_with_the_day(setup: Setup) -> None:
    many = tuple(holder(f"u{number}") for number in range(7))
    ending = holder("late", ends=setup.now + timedelta(days=30))
    ended = holder("gone", ends=setup.now)

    [said, *_] = judge_sets(replace(setup, assignments=(ending, ended, *many)))

    assert said.found == "CSC_Customer_Success: late (until 2026-04-01), u0, u1, u2, u3 and 3 more"


def test_a_user_with_rights_from_elsewhere_or_for_a_short_while_is_warned_about(setup: Setup) -> None:
    soon = setup.now + timedelta(days=13)
    ours = holder("admin", of="Plansync_Integration", ends=soon, user_id=setup.identity.user_id)

    verdicts = told(judge_user(replace(setup, assignments=(ours,))))

    assert verdicts[:2] == [
        (
            State.WARNING,
            "admin@example.com does not have the permission set Plansync_Standard_Objects: "
            "its rights come from elsewhere",
        ),
        (State.WARNING, "Plansync_Integration of admin@example.com ends on 2026-03-15"),
    ]


def test_an_object_without_modify_all_is_a_failure(setup: Setup) -> None:
    verdicts = told(judge_user(replace(setup, modify_all=setup.modify_all - {"Objective__c"})))

    assert verdicts == [
        (
            State.FAILURE,
            "admin@example.com has no Modify All on Objective__c: it may not see or write every record",
        )
    ]


def test_a_user_without_any_set_has_nothing(world: World, patient: Patient, by_admin: Sync) -> None:
    for row in list(world.org.storage.rows("PermissionSetAssignment")):
        world.org.writer.delete(world.admin, row["Id"])

    seen = look_again(patient, by_admin)

    assert (seen.assignments, seen.modify_all, seen.present) == ((), frozenset(), frozenset(SETS))


def test_a_set_that_came_in_a_group_counts_and_one_that_ended_does_not(
    world: World, patient: Patient, by_admin: Sync
) -> None:
    org, admin = world.org, world.admin
    for row in list(org.storage.rows("PermissionSetAssignment")):
        org.writer.delete(admin, row["Id"])
    group = org.writer.create(admin, "PermissionSetGroup", {"DeveloperName": "Machines", "MasterLabel": "Machines"})
    parts = {"PermissionSetGroupId": group, "PermissionSetId": set_id(world, "Plansync_Integration")}
    org.writer.create(admin, "PermissionSetGroupComponent", parts)
    other = org.writer.create(admin, "PermissionSetGroup", {"DeveloperName": "People", "MasterLabel": "People"})
    parts = {"PermissionSetGroupId": other, "PermissionSetId": set_id(world, "CSC_Participant_User")}
    org.writer.create(admin, "PermissionSetGroupComponent", parts)
    past = (patient.clock() - timedelta(days=1)).isoformat()
    assign(world, admin.user_id, PermissionSetGroupId=group)
    assign(world, admin.user_id, PermissionSetId=set_id(world, "Plansync_Standard_Objects"), ExpirationDate=past)
    assign(world, org.user_id(INTEGRATION), PermissionSetGroupId=other)

    seen = look_again(patient, by_admin)

    assert {name: [each.username for each in seen.holders(name)] for name in SETS} == {
        "CSC_Customer_Success": [],
        "CSC_Participant_User": ["integration@example.com"],
        "Plansync_Integration": ["admin@example.com"],
        "Plansync_Standard_Objects": [],
    }
    assert "Objective__c" in seen.modify_all


class Answering(Road):
    """An org that answers questions of the Tooling API."""

    def __init__(self, world: World, status: int, body: Any) -> None:
        super().__init__(world)
        self.status, self.body = status, body

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Answer what the Tooling API is asked, and carry the rest."""
        response = super().send(request, *args, **kwargs)
        if "/tooling/query" in str(request.url):
            response.status_code, response._content = self.status, json.dumps(self.body).encode()
        return response


def test_field_sets_are_looked_for_by_object(world: World) -> None:
    there = [{"EntityDefinition": {"QualifiedApiName": name}} for name in ("Objective__c", "Playbook__c", "Other__c")]
    Answering(world, 200, {"records": there, "totalSize": 3, "done": True})

    seen = look_at_field_sets(world.sync)

    assert seen == {
        "CS_Activity__c": False,
        "Objective__c": True,
        "Playbook__c": True,
        "Playbook_Task__c": False,
        "Success_Plan__c": False,
    }
    assert [verdict.state for verdict in judge_field_sets(seen)] == [State.WARNING] * 3
    assert told(judge_field_sets(dict.fromkeys(seen, True))) == [
        (State.OK, "5 objects have the field set Create_And_Edit")
    ]


def test_the_objects_with_field_sets_are_those_of_the_package(world: World, root: Any) -> None:
    folder = root / "sfdx" / "force-app" / "main" / "default" / "objects"
    Answering(world, 200, {"records": [], "totalSize": 0, "done": True})

    shipped = {path.parent.parent.name for path in folder.glob("*/fieldSets/Create_And_Edit.fieldSet-meta.xml")}

    assert shipped == set(look_at_field_sets(world.sync))


def test_field_sets_that_are_not_shown_are_no_failure_and_a_broken_question_is(world: World) -> None:
    with pytest.raises(NotShown, match="does not show field sets"):
        look_at_field_sets(world.sync)

    Answering(world, 400, [{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}])
    with pytest.raises(Refused, match="MALFORMED_QUERY"):
        look_at_field_sets(world.sync)

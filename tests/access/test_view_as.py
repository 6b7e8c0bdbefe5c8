"""View as: what a user may do with a record, or with any, and the sentence that says why (G15)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.access import rights
from service.access.view_as import Answer, Unanswerable, view_as
from service.domain.permissions import Action
from service.sync.context import Sync
from tests.access.granting import assign_group, group
from tests.world import World

pytestmark = pytest.mark.req("G15")

CSM, PARTICIPANT, NOBODY = "csm@example.com", "part@example.com", "nobody@example.com"


@pytest.fixture
def mirror(world: World, by_admin: Sync) -> Sync:
    """The sides of an org with three users, synced and mirrored."""
    world.org.add_user(CSM, name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    world.org.add_user(PARTICIPANT, name="Pia Part", permission_sets=["CSC_Participant_User"])
    world.org.add_user(NOBODY, name="Norbert Nobody")
    world.cycle()
    rights.refresh(by_admin, now=world.clock.now())
    return by_admin


def asked(world: World, sides: Sync, username: str, **about: str) -> Answer:
    return view_as(sides, username, now=world.clock.now(), **about)


def allowed(answer: Answer) -> set[Action]:
    return {action for action, verdict in answer.verdicts if verdict.allowed}


def objective(world: World) -> str:
    account = world.create_there("account", Name="Acme")
    made = world.create_there("objective", Name="Adopt", Account__c=account)
    world.cycle()
    return made


def test_without_a_record_every_action_is_judged_by_what_the_user_holds(world: World, mirror: Sync) -> None:
    csm, participant = (asked(world, mirror, name) for name in (CSM, PARTICIPANT))

    assert allowed(csm) == set(Action)
    assert allowed(participant) == {Action.VIEW, Action.CREATE, Action.EDIT}
    assert [action for action, _ in participant.verdicts] == list(Action)
    assert (csm.person.name, csm.person.crm_id) == ("Cora Csm", world.org.user_id(CSM))
    assert csm.mirrored_at == world.clock.now()


def test_another_noun_has_rules_of_its_own(world: World, mirror: Sync) -> None:
    assert allowed(asked(world, mirror, PARTICIPANT, noun="success_plan")) == {Action.VIEW}


def test_who_holds_nothing_is_told_what_is_missing(world: World, mirror: Sync) -> None:
    answer = asked(world, mirror, NOBODY)

    assert (allowed(answer), answer.held) == (set(), [])
    assert "CSC - Customer Success or CSC - Participant User" in answer.verdicts[0][1].reason


@pytest.mark.parametrize("by", ["our id", "crm id", "short crm id"])
def test_a_record_is_named_by_either_id(world: World, mirror: Sync, by: str) -> None:
    crm_id = objective(world)
    named = {"our id": str(world.our_id(crm_id)), "crm id": crm_id, "short crm id": crm_id[:15]}

    answer = asked(world, mirror, CSM, record=named[by])

    assert (answer.noun, answer.record, answer.record_name) == ("objective", world.our_id(crm_id), "Adopt")
    assert [(action, verdict.allowed) for action, verdict in answer.verdicts] == [
        (Action.VIEW, True),
        (Action.EDIT, True),
        (Action.DELETE, True),
    ]


def test_what_the_set_allows_the_sharing_may_still_refuse(world: World, mirror: Sync) -> None:
    account, resource = world.create_there("account", Name="Acme"), world.create_there("cs_resource", Name="Ray")
    task = world.create_there("playbook_task", Name="Call", Account__c=account)
    assigned = world.create_there("playbook_task_assignment", Playbook_Task__c=task, Resource__c=resource)
    world.cycle()
    for assignment in world.org.storage.rows("PermissionSetAssignment"):
        world.org.writer.delete(world.admin, assignment["Id"])

    answer = asked(world, mirror, PARTICIPANT, record=assigned)

    delete = dict(answer.verdicts)[Action.DELETE]
    assert not delete.allowed
    assert delete.reason == (
        "CSC - Participant User allows deleting task assignments, but the org's sharing keeps this record from the "
        "user; ask its owner to share it"
    )


def test_what_comes_through_a_group_counts_until_it_ends(world: World, mirror: Sync) -> None:
    ends = world.clock.now() + timedelta(hours=2)
    team = group(world.org, "Success Team", "CSC_Participant_User")
    assign_group(world.org, world.org.user_id(NOBODY), team, ends=ends)
    rights.refresh(mirror, now=world.clock.now())

    before = asked(world, mirror, NOBODY)
    world.clock.set(ends.replace(microsecond=0))
    after = asked(world, mirror, NOBODY)

    assert [(each.permission, each.through) for each in before.held] == [
        ("CSC_Participant_User", "the group Success Team")
    ]
    assert Action.EDIT in allowed(before)
    assert (allowed(after), after.held) == (set(), [])


def test_who_is_not_active_may_do_nothing(world: World, mirror: Sync) -> None:
    world.org.writer.update(world.admin, "User", world.org.user_id(CSM), {"IsActive": False})
    world.cycle()

    answer = asked(world, mirror, CSM)

    assert allowed(answer) == set()
    assert "is not active in Salesforce" in answer.verdicts[0][1].reason


def test_a_username_is_found_however_it_is_written(world: World, mirror: Sync) -> None:
    assert asked(world, mirror, "  CSM@Example.com ").person.username == CSM


def test_a_user_who_is_not_there_is_no_answer(world: World, mirror: Sync) -> None:
    with pytest.raises(Unanswerable, match=r"No user of the org is called 'who@example\.com'"):
        asked(world, mirror, "who@example.com")


@pytest.mark.parametrize("record", ["nonsense", "a00000000000001AAA", "00000000-0000-4000-8000-000000000007"])
def test_a_record_that_is_not_there_is_no_answer(world: World, mirror: Sync, record: str) -> None:
    with pytest.raises(Unanswerable, match=f"No record here has the id '{record}'"):
        asked(world, mirror, CSM, record=record)


def test_a_deleted_record_is_no_answer(world: World, mirror: Sync) -> None:
    crm_id = objective(world)
    world.delete_there(crm_id)
    world.cycle()

    with pytest.raises(Unanswerable, match="of one that stands"):
        asked(world, mirror, CSM, record=crm_id)


def test_before_the_first_look_there_is_no_answer(world: World) -> None:
    with pytest.raises(Unanswerable, match="plansync jobs run rights"):
        asked(world, world.sync, CSM)


def test_an_org_that_hides_its_setup_is_no_answer_but_a_way_out(world: World) -> None:
    rights.refresh(world.sync, now=world.clock.now())

    with pytest.raises(Unanswerable, match="View Setup and Configuration"):
        asked(world, world.sync, CSM)

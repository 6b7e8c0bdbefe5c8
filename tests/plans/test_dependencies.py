"""Which task waits for which: added on both sides, circles refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from service.localorg.schema.model import Sharing
from service.plans.dependencies import UNSEEN, add, predecessors_of, waits
from service.plans.desk import Desk
from service.plans.refusals import Denied, Invalid
from tests.desks import make_private, mirror_sharing
from tests.plans.conftest import Sit
from tests.world import World

NOUN = "playbook_task_dependency"


@pytest.fixture
def playbook(world: World) -> str:
    """A playbook of a customer, in the CRM."""
    account = world.create_there("account", Name="Acme")
    return world.create_there("playbook", Name="Launch", Account__c=account)


@pytest.fixture
def tasks(world: World, playbook: str) -> dict[str, UUID]:
    """Four tasks of one playbook, synced, by name."""
    account = world.there("playbook")[playbook]["Account__c"]
    made = {
        name: world.create_there("playbook_task", Name=name, Playbook__c=playbook, Account__c=account)
        for name in ("Kick-off", "Training", "Go-live", "Review")
    }
    world.cycle()
    return {name: world.our_id(crm_id) for name, crm_id in made.items()}


def pair(tasks: dict[str, UUID], task: str, predecessor: str, **more: Any) -> dict[str, Any]:
    return {"playbook_task_id": str(tasks[task]), "predecessor_id": str(tasks[predecessor]), **more}


def refusal(desk: Desk, given: dict[str, Any]) -> tuple[str, str, str]:
    with pytest.raises(Invalid) as refused:
        add(desk, given)
    (fault,) = refused.value.faults
    return fault.field, fault.code, fault.message


@pytest.mark.req("AG-18")
def test_a_task_waits_for_another_on_both_sides(world: World, tasks: dict[str, UUID], desk: Desk) -> None:
    made = add(desk, pair(tasks, "Training", "Kick-off", lag_days=2))

    (there,) = world.there(NOUN).values()
    assert there["Playbook_Task__c"] == world.crm_id(tasks["Training"])
    assert there["Lag_Days__c"] == 2
    assert set(world.here(NOUN)) == {made}
    assert not world.settle().counts.get("landed")


@pytest.mark.req("AG-18")
def test_a_task_waits_until_its_predecessors_are_completed_and_the_lag_is_over(
    world: World, tasks: dict[str, UUID], desk: Desk
) -> None:
    add(desk, pair(tasks, "Training", "Kick-off", lag_days=2))
    add(desk, pair(tasks, "Go-live", "Training"))
    assert set(waits(desk, tasks.values())) == {tasks["Training"], tasks["Go-live"]}

    done = {"status": "Completed", "completed_on": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)}
    world.edit_here("playbook_task", tasks["Kick-off"], **done)

    (wait,) = waits(desk, [tasks["Training"]])[tasks["Training"]]
    assert wait.until == date(2026, 3, 3)
    assert waits(replace(desk, now=datetime(2026, 3, 3, tzinfo=UTC)), [tasks["Training"]]) == {}


@pytest.mark.req("D11")
def test_the_day_of_a_completion_is_that_of_the_orgs_zone(world: World, tasks: dict[str, UUID], desk: Desk) -> None:
    add(desk, pair(tasks, "Training", "Kick-off"))
    done = {"status": "Completed", "completed_on": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)}
    world.edit_here("playbook_task", tasks["Kick-off"], **done)

    days = [
        predecessors_of(replace(desk, zone=zone), [tasks["Training"]])[tasks["Training"]][0].completed
        for zone in ("UTC", "Europe/Paris")
    ]

    assert days == [date(2026, 3, 1), date(2026, 3, 2)]


@pytest.mark.req("AG-20")
def test_a_circle_is_refused_with_its_path_and_nothing_is_made(
    world: World, tasks: dict[str, UUID], desk: Desk
) -> None:
    add(desk, pair(tasks, "Training", "Kick-off"))
    add(desk, pair(tasks, "Go-live", "Training"))

    field, code, message = refusal(desk, pair(tasks, "Kick-off", "Go-live"))

    assert (field, code) == ("predecessor_id", "cycle")
    # A path in the order of the work, from whichever task it begins.
    circle = "Kick-off → Training → Go-live → Kick-off → Training → Go-live"
    assert message.partition(": ")[2].partition(";")[0] in circle
    assert len(world.there(NOUN)) == len(world.here(NOUN)) == 2


@pytest.mark.req("AG-20")
def test_a_task_does_not_wait_for_itself(tasks: dict[str, UUID], desk: Desk) -> None:
    assert refusal(desk, pair(tasks, "Review", "Review"))[1] == "cycle"


def test_a_circle_that_was_made_in_the_crm_does_not_hang_the_check(
    world: World, tasks: dict[str, UUID], desk: Desk
) -> None:
    for task, predecessor in (("Training", "Kick-off"), ("Kick-off", "Training")):
        values = {"Playbook_Task__c": world.crm_id(tasks[task]), "Predecessor__c": world.crm_id(tasks[predecessor])}
        world.create_there(NOUN, **values)
    world.cycle()

    assert refusal(desk, pair(tasks, "Review", "Training"))[1] == "cycle"


def test_the_same_dependency_is_not_added_twice(tasks: dict[str, UUID], desk: Desk) -> None:
    add(desk, pair(tasks, "Training", "Kick-off"))

    assert refusal(desk, pair(tasks, "Training", "Kick-off"))[1] == "twice"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"playbook_task_id": None}, "playbook_task_id", "required"),
        ({"predecessor_id": ""}, "predecessor_id", "required"),
        ({"predecessor_id": "Kick-off"}, "predecessor_id", "unreadable"),
        ({"predecessor_id": str(uuid4())}, "predecessor_id", "missing"),
        ({"playbook_task_id": str(uuid4())}, "playbook_task_id", "missing"),
        ({"lag_days": -1}, "lag_days", "out_of_range"),
        ({"lag_days": 1.5}, "lag_days", "too_precise"),
        ({"lag_day": 1}, "lag_day", "unknown"),
        ({"lag_days": 100_000}, "lag_days", "number_outside_valid_range"),
    ],
)
def test_what_cannot_be_a_dependency_is_refused(
    tasks: dict[str, UUID], desk: Desk, given: dict[str, Any], field: str, code: str
) -> None:
    assert refusal(desk, {**pair(tasks, "Training", "Kick-off"), **given})[:2] == (field, code)


def test_both_tasks_that_are_left_out_are_asked_for(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        add(desk, {})

    assert [fault.field for fault in refused.value.faults] == ["playbook_task_id", "predecessor_id"]


def test_a_task_of_another_playbook_is_refused(world: World, tasks: dict[str, UUID], desk: Desk) -> None:
    account = world.there("playbook_task")[world.crm_id(tasks["Review"])]["Account__c"]
    other = world.create_there("playbook_task", Name="Elsewhere", Account__c=account)
    world.cycle()

    assert refusal(desk, pair({**tasks, "other": world.our_id(other)}, "other", "Review"))[1] == "elsewhere"


def test_without_a_permission_set_nothing_is_added(world: World, tasks: dict[str, UUID], desk: Desk) -> None:
    nobody = replace(desk, user=replace(desk.user, rights=frozenset()))

    with pytest.raises(Denied, match="task dependencies"):
        add(nobody, pair(tasks, "Training", "Kick-off"))


@pytest.fixture
def stranger(world: World, sit: Sit, tasks: dict[str, UUID]) -> Desk:
    """Somebody who sees no task but their own, Review."""
    theirs = sit("CSC_Participant_User")
    world.edit_there("playbook_task", world.crm_id(tasks["Review"]) or "", OwnerId=theirs.user.crm_id)
    world.cycle()
    make_private(world, "playbook_task")
    return theirs


@pytest.mark.req("OB-05")
@pytest.mark.parametrize(
    ("task", "predecessor", "field"),
    [("Training", "Review", "playbook_task_id"), ("Review", "Training", "predecessor_id")],
)
def test_a_task_that_sharing_hides_is_not_there(
    world: World, tasks: dict[str, UUID], stranger: Desk, task: str, predecessor: str, field: str
) -> None:
    found = refusal(stranger, pair(tasks, task, predecessor))

    assert found == (field, "missing", f"There is no task {tasks['Training']} (any more); choose another one")
    assert not world.there(NOUN)


@pytest.mark.req("OB-05")
def test_who_may_only_read_a_task_does_not_order_it(world: World, tasks: dict[str, UUID], sit: Sit) -> None:
    make_private(world, "playbook_task", sharing=Sharing.READ)

    assert refusal(sit("CSC_Participant_User"), pair(tasks, "Training", "Review"))[:2] == (
        "playbook_task_id",
        "missing",
    )


@pytest.mark.req("AG-20", "OB-05")
def test_a_circle_through_a_hidden_task_is_told_without_its_name(
    world: World, tasks: dict[str, UUID], desk: Desk, stranger: Desk
) -> None:
    world.edit_there("playbook_task", world.crm_id(tasks["Go-live"]) or "", OwnerId=stranger.user.crm_id)
    add(desk, pair(tasks, "Training", "Review"))
    add(desk, pair(tasks, "Go-live", "Training"))

    message = refusal(stranger, pair(tasks, "Review", "Go-live"))[2]

    assert "Go-live" in message
    assert "Training" not in message
    assert UNSEEN in message


@pytest.mark.req("AG-18", "OB-05")
def test_what_a_task_waits_for_is_not_named_when_sharing_hides_it(
    tasks: dict[str, UUID], desk: Desk, stranger: Desk
) -> None:
    add(desk, pair(tasks, "Review", "Training"))

    (wait,) = waits(stranger, [tasks["Review"]])[tasks["Review"]]

    assert str(wait) == f"{UNSEEN}, which is not completed"


@pytest.mark.req("OB-05")
def test_where_everybody_sees_every_task_nobody_asks(world: World, tasks: dict[str, UUID], sit: Sit) -> None:
    theirs = sit("CSC_Participant_User")
    mirror_sharing(world)
    add(theirs, pair(tasks, "Training", "Kick-off"))
    before = theirs.org.client.api_calls

    add(theirs, pair(tasks, "Go-live", "Training"))

    assert theirs.org.client.api_calls == before + 1


@pytest.mark.req("OB-04")
def test_a_participant_may_order_tasks_too(world: World, tasks: dict[str, UUID], sit: Sit) -> None:
    add(sit("CSC_Participant_User"), pair(tasks, "Training", "Kick-off"))

    assert len(world.there(NOUN)) == 1

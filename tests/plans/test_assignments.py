"""Who does a task: an active resource of the connector's own, and nobody twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find
from service.plans.refusals import Invalid
from tests.desks import make_private
from tests.plans.conftest import Place

NOUN = "playbook_task_assignment"


@pytest.fixture
def tasks(place: Place, csm: Desk) -> list[str]:
    """Two tasks of Acme."""
    return [str(create(csm, "playbook_task", {"name": name, "account_id": place.acme})) for name in ("Call", "Visit")]


@pytest.fixture
def ben(place: Place) -> str:
    """A second resource that may be given work."""
    crm_id = place.world.create_there("cs_resource", Name="Ben", Active__c=True)
    place.world.cycle()
    return str(place.world.our_id(crm_id))


def assign(desk: Desk, task: str, resource: str) -> UUID:
    return create(desk, NOUN, {"playbook_task_id": task, "resource_id": resource})


def reassign(desk: Desk, assignment: UUID, **given: Any) -> None:
    edit(desk, NOUN, Edit(id=assignment, version=find(desk, NOUN, assignment).version, given=given))


def refusals(attempt: Any, *args: Any, **given: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        attempt(*args, **given)
    return [(fault.field, fault.code) for fault in refused.value.faults]


@pytest.mark.req("OB-37")
def test_several_resources_share_a_task_and_one_has_several(
    place: Place, csm: Desk, tasks: list[str], ben: str
) -> None:
    made = {assign(csm, tasks[0], place.ana), assign(csm, tasks[0], ben), assign(csm, tasks[1], place.ana)}
    assert set(place.world.here(NOUN)) == made
    assert len(place.world.there(NOUN)) == 3


@pytest.mark.req("OB-37")
def test_nobody_is_assigned_to_a_task_twice(place: Place, csm: Desk, tasks: list[str]) -> None:
    made = assign(csm, tasks[0], place.ana)
    assert refusals(assign, csm, tasks[0], place.ana) == [("resource_id", "twice")]
    assert set(place.world.here(NOUN)) == {made}


@pytest.mark.req("OB-37")
def test_an_edit_assigns_nobody_twice_either(place: Place, csm: Desk, tasks: list[str], ben: str) -> None:
    assign(csm, tasks[0], place.ana)
    made = assign(csm, tasks[0], ben)
    place.world.settle()
    assert refusals(reassign, csm, made, resource_id=place.ana) == [("resource_id", "twice")]
    reassign(csm, made, role="Lead", resource_id=ben)
    assert place.world.there(NOUN)[place.crm(made)]["Role__c"] == "Lead"


@pytest.mark.req("OB-37")
def test_what_the_crm_holds_twice_can_be_edited_in_the_rest(place: Place, csm: Desk, tasks: list[str]) -> None:
    for _ in range(2):
        place.world.create_there(NOUN, Playbook_Task__c=place.crm(tasks[0]), Resource__c=place.crm(place.ana))
    place.world.cycle()
    reassign(csm, next(iter(place.world.here(NOUN))), role="Lead")


@pytest.mark.req("OB-37")
def test_an_assignment_without_a_resource_or_a_task_is_refused(place: Place, csm: Desk, tasks: list[str]) -> None:
    assert refusals(create, csm, NOUN, {"playbook_task_id": tasks[0]}) == [("resource_id", "required")]
    assert refusals(create, csm, NOUN, {"resource_id": place.ana}) == [("playbook_task_id", "required")]
    made = assign(csm, tasks[0], place.ana)
    place.world.settle()
    assert refusals(reassign, csm, made, resource_id=None) == [("resource_id", "required")]


@pytest.mark.req("OB-34", "OB-35")
@pytest.mark.parametrize(("resource", "code"), [("idle", "inactive"), ("psa", "psa")])
def test_inactive_and_psa_resources_are_assigned_to_no_task(
    place: Place, csm: Desk, tasks: list[str], resource: str, code: str
) -> None:
    assert refusals(assign, csm, tasks[0], getattr(place, resource)) == [("resource_id", code)]
    made = assign(csm, tasks[0], place.ana)
    place.world.settle()
    assert refusals(reassign, csm, made, resource_id=getattr(place, resource)) == [("resource_id", code)]


@pytest.mark.req("OB-05", "OB-37")
def test_who_is_assigned_to_a_hidden_task_is_not_told(
    place: Place, csm: Desk, participant: Desk, tasks: list[str]
) -> None:
    assign(csm, tasks[0], place.ana)
    make_private(place.world, "playbook_task")
    assert refusals(assign, participant, tasks[0], place.ana) == [("playbook_task_id", "missing")]

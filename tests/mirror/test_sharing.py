"""What sharing lets a user touch: asked record by record, unless the object as a whole is open to everybody."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from service.crm.errors import Refused
from service.domain.permissions import Action
from service.mirror.sharing import MOST_RECORDS, may_touch
from service.store.assignments import replace_sharing
from tests.desks import make_private
from tests.world import World

CSM, PARTICIPANT = "csm@example.com", "part@example.com"


@pytest.fixture
def world(world: World) -> World:
    """An org with a customer success manager and a participant."""
    world.org.add_user(CSM, name="Cora Csm", permission_sets=["CSC_Customer_Success"])
    world.org.add_user(PARTICIPANT, name="Pia Part", permission_sets=["CSC_Participant_User"])
    return world


def objectives(world: World, count: int = 1, **values: object) -> list[UUID]:
    account = world.create_there("account", Name="Acme")
    made = [world.create_there("objective", Name=f"Adopt {n}", Account__c=account, **values) for n in range(count)]
    world.cycle()
    return [world.our_id(crm_id) for crm_id in made]


def allowed(world: World, username: str, ids: list[UUID], action: Action) -> set[UUID]:
    return may_touch(world.sync, world.org.user_id(username), ids, action)


def known(world: World, **models: str) -> None:
    """Let the mirror know how objects are shared."""
    with world.transaction() as connection:
        replace_sharing(connection, world.org_id, models)


def calls(world: World) -> int:
    return world.sync.client.api_calls


def test_deleting_is_asked_of_the_org_even_where_everybody_edits(world: World) -> None:
    ids = objectives(world)
    known(world, objective="ReadWrite")

    assert allowed(world, CSM, ids, Action.DELETE) == set(ids)
    assert allowed(world, PARTICIPANT, ids, Action.DELETE) == set()


@pytest.mark.parametrize(
    ("model", "action", "asks"),
    [
        ("ReadWrite", Action.VIEW, False),
        ("ReadWrite", Action.EDIT, False),
        ("ReadWrite", Action.DELETE, True),
        ("ReadWriteTransfer", Action.EDIT, False),
        ("FullAccess", Action.DELETE, False),
        ("Read", Action.VIEW, False),
        ("Read", Action.EDIT, True),
        ("Private", Action.VIEW, True),
        ("ControlledByParent", Action.VIEW, True),
        ("Something New", Action.VIEW, True),
    ],
)
def test_the_org_is_asked_only_where_its_sharing_model_leaves_it_open(
    world: World, model: str, action: Action, asks: bool
) -> None:
    ids = objectives(world)
    known(world, objective=model)
    before = calls(world)

    allowed(world, CSM, ids, action)

    assert calls(world) - before == int(asks)


def test_as_long_as_nobody_has_looked_the_org_is_asked(world: World) -> None:
    ids = objectives(world)
    known(world)
    before = calls(world)

    assert allowed(world, PARTICIPANT, ids, Action.EDIT) == set(ids)
    assert calls(world) == before + 1


def test_a_private_record_is_only_its_owners(world: World) -> None:
    ids = objectives(world, OwnerId=world.org.user_id(PARTICIPANT))
    others = objectives(world)
    make_private(world, "objective")

    assert allowed(world, PARTICIPANT, [*ids, *others], Action.VIEW) == set(ids)
    assert allowed(world, CSM, [*ids, *others], Action.VIEW) == {*ids, *others}


def test_records_of_several_objects_are_asked_about_in_one_query(world: World) -> None:
    ids = objectives(world)
    plan = world.create_there("success_plan", Name="Grow", Template__c=True, OwnerId=world.org.user_id(CSM))
    world.cycle()
    make_private(world, "success_plan")
    before = calls(world)

    assert allowed(world, PARTICIPANT, [*ids, world.our_id(plan)], Action.VIEW) == set(ids)
    assert allowed(world, CSM, [*ids, world.our_id(plan)], Action.VIEW) == {*ids, world.our_id(plan)}
    assert calls(world) == before + 2


def test_two_hundred_records_are_asked_in_a_query_and_five_queries_in_a_call(world: World) -> None:
    ids = objectives(world, MOST_RECORDS + 1)
    before = calls(world)

    assert allowed(world, CSM, ids, Action.DELETE) == set(ids)
    assert calls(world) == before + 1


@pytest.mark.parametrize("model", ["ReadWrite", "Private"])
def test_what_the_org_does_not_know_yet_nobody_touches(world: World, model: str) -> None:
    known(world, objective=model)
    here = world.create_here("objective", name="Not pushed yet")
    before = calls(world)

    assert allowed(world, CSM, [here, uuid4()], Action.VIEW) == set()
    assert calls(world) == before


def test_an_org_that_cannot_say_is_an_error_and_no_refusal_of_the_user(world: World) -> None:
    ids = objectives(world)

    with pytest.raises(Refused):
        may_touch(world.sync, "not an id", ids, Action.DELETE)

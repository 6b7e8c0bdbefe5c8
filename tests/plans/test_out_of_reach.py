"""What sharing keeps from a user: hidden is not there, what may not be touched says nothing more about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from service.localorg.schema.model import ObjectRights, Sharing
from service.plans.cascade import impact
from service.plans.create import create
from service.plans.delete import Deletion, delete, deletion
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find
from service.plans.refusals import Changed, Denied, Held, Missing
from service.plans.templates import templates
from tests.desks import make_private
from tests.plans.adoption import CHILDREN, adoption
from tests.plans.conftest import Place
from tests.world import World

Touch = Callable[[Desk, UUID, int], object]


def change(desk: Desk, record_id: UUID, version: int) -> None:
    edit(desk, "objective", Edit(id=record_id, version=version, given={"title": "Mine"}))


def drop(desk: Desk, record_id: UUID, version: int) -> None:
    delete(desk, "objective", record_id, version=version)


@pytest.fixture
def objective(place: Place, csm: Desk) -> UUID:
    made = create(csm, "objective", {"title": "Secret", "account_id": place.acme})
    place.world.settle()
    return made


@pytest.fixture
def stranger(csm: Desk, outsider: Desk) -> Desk:
    """Somebody who may do everything as far as we know, and nothing as far as the org's sharing goes."""
    return replace(csm, user=replace(csm.user, crm_id=outsider.user.crm_id))


@pytest.mark.req("OB-05")
@pytest.mark.parametrize("touch", [change, drop])
def test_a_hidden_record_is_not_there_whatever_version_is_named(
    place: Place, stranger: Desk, objective: UUID, touch: Touch
) -> None:
    make_private(place.world, "objective")
    with pytest.raises(Missing) as hidden:
        touch(stranger, objective, 0)
    with pytest.raises(Missing) as never:
        touch(stranger, UUID(int=1, version=4), 0)
    assert str(hidden.value) == str(never.value).replace(str(UUID(int=1, version=4)), str(objective))


@pytest.mark.req("OB-05")
@pytest.mark.parametrize("touch", [change, drop])
def test_whoever_may_only_look_is_denied_before_the_version_is_judged(
    place: Place, stranger: Desk, objective: UUID, touch: Touch
) -> None:
    make_private(place.world, "objective", sharing=Sharing.READ)
    with pytest.raises(Denied, match="Sharing") as refused:
        touch(stranger, objective, 0)
    assert "Secret" not in str(refused.value)


def see_own_only(world: World, permission_set: str, noun: str) -> None:
    """Take "View All Records" of an object from a permission set."""
    schema = world.org.access._schema
    held = schema.permission_sets[permission_set]
    own = ObjectRights(create=True, read=True, edit=True, delete=True)
    changed = replace(held, objects={**held.objects, world.crm(noun): own})
    world.org.access._schema = replace(schema, permission_sets={**schema.permission_sets, permission_set: changed})
    world.org.access.forget()


@pytest.fixture
def whole(place: Place, csm: Desk, objective: UUID) -> UUID:
    """The objective with two playbooks and a task in each."""
    for name in ("Launch", "Train"):
        playbook = create(csm, "playbook", {"name": name, "objective_id": str(objective)})
        create(csm, "playbook_task", {"name": "Call", "playbook_id": str(playbook)})
    place.world.settle()
    return objective


@pytest.mark.req("OB-05", "G9")
def test_followers_that_the_user_does_not_see_are_told_as_a_number(place: Place, stranger: Desk, whole: UUID) -> None:
    make_private(place.world, "playbook_task")

    told = impact(stranger, "objective", whole, {"success_plan_id": place.plan})
    assert ([one.noun for one in told.followed], told.unseen) == (["playbook", "playbook"], 2)


@pytest.mark.req("OB-05", "G9")
def test_a_deletion_counts_what_the_user_sees(place: Place, stranger: Desk, whole: UUID) -> None:
    assert deletion(stranger, "objective", whole).cleared == {"playbook": 2, "playbook_task": 2}
    make_private(place.world, "playbook_task")

    foreseen = deletion(stranger, "objective", whole)
    assert foreseen == Deletion(held_by={}, unseen=0, deleted={}, cleared={"playbook": 2})


@pytest.mark.req("OB-05", "OB-62", "G9")
def test_an_unseen_record_that_holds_back_a_deletion_is_told_as_a_number(
    place: Place, csm: Desk, objective: UUID
) -> None:
    world = place.world
    for number in range(2):
        world.create_there("objective_kpi", Description__c=f"Hers {number}", Objective__c=place.crm(objective))
    create(csm, "objective_kpi", {"description": "Mine", "objective_id": str(objective)})
    world.settle()
    see_own_only(world, "CSC_Customer_Success", "objective_kpi")
    make_private(world, "objective_kpi")

    foreseen = deletion(csm, "objective", objective)
    assert (foreseen.held_by, foreseen.unseen) == ({"objective_kpi": 1}, 2)
    with pytest.raises(Held, match="its 1 objective KPI and 2 records that you do not see first"):
        drop(csm, objective, find(csm, "objective", objective).version)


@pytest.mark.req("OB-05", "OB-25")
def test_the_picker_counts_the_children_that_the_user_sees(place: Place, participant: Desk) -> None:
    adoption(place)
    assert templates(participant, "objective").templates[0].children == CHILDREN
    make_private(place.world, "playbook_task")

    [listed] = templates(participant, "objective").templates
    assert {noun: number for noun, number in listed.children.items() if number} == {"objective_kpi": 2, "playbook": 2}


@pytest.mark.req("OB-05")
@pytest.mark.parametrize(("touch", "calls"), [(change, 0), (drop, 1)])
def test_the_version_is_judged_last_and_sharing_is_asked_in_one_call_where_it_is_asked_at_all(
    place: Place, csm: Desk, objective: UUID, touch: Touch, calls: int
) -> None:
    for sharing, more in ((Sharing.READ_WRITE, calls), (Sharing.PRIVATE, 1)):
        make_private(place.world, "objective", sharing=sharing)
        before = csm.org.client.api_calls
        with pytest.raises(Changed):
            touch(csm, objective, 0)
        assert csm.org.client.api_calls - before == more

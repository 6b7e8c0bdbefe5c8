"""The same request once more, long after its answer was forgotten: it changes nothing and brings nothing back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.plans.create import create
from service.plans.delete import delete
from service.plans.dependencies import add
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find
from service.plans.refusals import Missing
from tests.desks import make_private
from tests.plans.conftest import Place


def once(desk: Desk, place: Place, our_id: UUID) -> UUID:
    """Make an objective under an id of the caller's."""
    given = {"title": "First", "account_id": place.acme}
    return create(desk, "objective", given, kpis=[{"description": "Seats"}], record_id=our_id)


@pytest.fixture
def made(place: Place, csm: Desk) -> UUID:
    """An objective that was made, met by the sync, and changed."""
    our_id = once(csm, place, uuid4())
    place.world.settle()
    version = find(csm, "objective", our_id).version
    edit(csm, "objective", Edit(id=our_id, version=version, given={"title": "Second"}))
    place.world.settle()
    return our_id


@pytest.mark.req("P4")
def test_what_stands_keeps_what_it_says_by_now(place: Place, csm: Desk, made: UUID) -> None:
    before = csm.org.client.api_calls
    assert once(csm, place, made) == made

    assert csm.org.client.api_calls == before
    [(our_id, row)] = place.world.here("objective").items()
    assert (our_id, row["title"]) == (made, "Second")
    assert len(place.world.there("objective_kpi")) == len(place.world.here("objective_kpi")) == 1


@pytest.mark.req("P4")
def test_what_was_deleted_here_is_not_made_anew(place: Place, csm: Desk, made: UUID) -> None:
    [kpi] = place.world.here("objective_kpi")
    for noun, our_id in (("objective_kpi", kpi), ("objective", made)):
        delete(csm, noun, our_id, version=find(csm, noun, our_id).version)

    with pytest.raises(Missing, match="made before"):
        once(csm, place, made)
    assert not place.world.there("objective")
    assert not place.world.here("objective")


@pytest.mark.req("P4")
def test_what_was_deleted_in_the_crm_is_not_made_anew(place: Place, csm: Desk, made: UUID) -> None:
    [kpi] = place.world.here("objective_kpi")
    for our_id in (kpi, made):
        place.world.delete_there(place.crm(our_id))
    place.world.settle()

    with pytest.raises(Missing, match="made before"):
        once(csm, place, made)
    assert not place.world.there("objective")


@pytest.mark.req("P4", "OB-05")
def test_what_is_hidden_by_now_is_not_shown_by_asking_again(
    place: Place, csm: Desk, outsider: Desk, made: UUID
) -> None:
    make_private(place.world, "objective")
    moved = replace(csm, user=replace(csm.user, crm_id=outsider.user.crm_id))

    with pytest.raises(Missing, match="made before"):
        once(moved, place, made)


@pytest.mark.req("P4", "AG-18")
def test_a_dependency_that_stands_is_made_once_and_one_that_was_deleted_not_again(place: Place, csm: Desk) -> None:
    objective = once(csm, place, uuid4())
    tasks = [create(csm, "playbook_task", {"name": name, "objective_id": str(objective)}) for name in "AB"]
    given = {"playbook_task_id": str(tasks[1]), "predecessor_id": str(tasks[0])}
    our_id = add(csm, given, record_id=uuid4())
    place.world.settle()

    assert add(csm, given, record_id=our_id) == our_id
    noun = "playbook_task_dependency"
    assert len(place.world.there(noun)) == 1
    delete(csm, noun, our_id, version=find(csm, noun, our_id).version)
    with pytest.raises(Missing, match="made before"):
        add(csm, given, record_id=our_id)
    assert not place.world.there(noun)

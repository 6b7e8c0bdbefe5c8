"""Completing work, and tags: what edits and creations make of them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from service.plans import dependencies
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit, edit_many
from service.plans.records import find
from service.plans.refusals import Invalid
from tests.plans.conftest import Place

TASK = "playbook_task"


@pytest.fixture
def pair(place: Place, csm: Desk) -> tuple[UUID, UUID]:
    """Two tasks of an objective; the second waits for the first."""
    objective = create(csm, "objective", {"title": "Adopt", "account_id": place.acme})
    first, second = (
        create(csm, TASK, {"name": name, "objective_id": str(objective)}) for name in ("Kick-off", "Training")
    )
    dependencies.add(csm, {"playbook_task_id": str(second), "predecessor_id": str(first)})
    place.world.settle()
    return first, second


def done(desk: Desk, task: UUID, *, confirmed: bool = False) -> Edit:
    version = find(desk, TASK, task).version
    return Edit(id=task, version=version, given={"status": "Completed"}, confirmed=confirmed)


@pytest.mark.req("AG-18")
def test_completing_a_task_that_waits_asks_for_confirmation(place: Place, csm: Desk, pair: tuple[UUID, UUID]) -> None:
    second = pair[1]

    with pytest.raises(Invalid, match="waits for Kick-off, which is not completed; confirm"):
        edit(csm, TASK, done(csm, second))
    assert place.world.there(TASK)[place.crm(second)]["Status__c"] != "Completed"

    edit(csm, TASK, done(csm, second, confirmed=True))
    assert place.world.there(TASK)[place.crm(second)]["Status__c"] == "Completed"


@pytest.mark.req("AG-18")
def test_a_task_whose_predecessor_is_completed_is_completed_without_a_question(
    place: Place, csm: Desk, pair: tuple[UUID, UUID]
) -> None:
    edit(csm, TASK, done(csm, pair[0]))
    place.world.settle()

    edit(csm, TASK, done(csm, pair[1]))

    assert place.world.here(TASK)[pair[1]]["status"] == "Completed"


@pytest.mark.req("AG-18")
def test_a_task_that_is_completed_already_is_not_asked_about_again(
    place: Place, csm: Desk, pair: tuple[UUID, UUID]
) -> None:
    edit(csm, TASK, done(csm, pair[1], confirmed=True))
    place.world.settle()

    saved = replace(done(csm, pair[1]), given={"status": "Completed", "name": "Training II"})
    edit(csm, TASK, saved)

    assert place.world.there(TASK)[place.crm(pair[1])]["Name"] == "Training II"


@pytest.mark.req("CO-26")
def test_what_is_completed_has_its_date_on_both_sides(place: Place, csm: Desk, pair: tuple[UUID, UUID]) -> None:
    edit(csm, TASK, done(csm, pair[0]))
    made = create(csm, "objective", {"title": "Done", "account_id": place.acme, "status": "Completed"})

    assert place.world.there(TASK)[place.crm(pair[0])]["Completed_On__c"]
    assert place.world.there("objective")[place.crm(made)]["Completed_On__c"] == csm.today.isoformat()


@pytest.mark.req("CO-29")
def test_a_tag_that_the_org_does_not_have_is_refused_and_one_in_small_letters_is_known(place: Place, csm: Desk) -> None:
    made = create(csm, "objective", {"title": "Adopt", "account_id": place.acme, "tags": ["roi"]})
    place.world.settle()
    assert place.world.there("objective")[place.crm(made)]["Tags__c"] == "ROI"

    for given in ({"tags": ["Nonsense"]}, {"tags": ["ROI", "Nonsense"]}):
        with pytest.raises(Invalid, match="There is no tag 'Nonsense'"):
            create(csm, "objective", {"title": "Adopt", "account_id": place.acme, **given})
        (edited,) = edit_many(
            csm, "objective", [Edit(id=made, version=find(csm, "objective", made).version, given=given)]
        )
        assert edited.refusal is not None

"""Deleting records: what stands in the way, what goes along, what only loses its parent."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.plans.create import create
from service.plans.delete import delete, deletion
from service.plans.desk import Desk
from service.plans.records import find
from service.plans.refusals import Changed, Denied, Held
from tests.plans.conftest import Place


@pytest.fixture
def objective(place: Place, csm: Desk) -> UUID:
    made = create(csm, "objective", {"title": "Adopt", "account_id": place.acme}, kpis=[{"description": "Seats"}])
    playbook = create(csm, "playbook", {"name": "Launch", "objective_id": str(made)})
    create(csm, "playbook_task", {"name": "Call", "playbook_id": str(playbook)})
    place.world.settle()
    return made


def drop(desk: Desk, noun: str, record: UUID) -> None:
    delete(desk, noun, record, version=find(desk, noun, record).version)


@pytest.mark.req("OB-62")
def test_an_objective_with_kpis_is_kept_and_says_so(place: Place, csm: Desk, objective: UUID) -> None:
    with pytest.raises(Held, match="Delete its 1 objective KPI first"):
        drop(csm, "objective", objective)
    assert objective in place.world.here("objective")


@pytest.mark.req("OB-03", "OB-06", "OB-62", "OB-63")
def test_without_its_kpis_it_goes_and_its_playbooks_stay(place: Place, csm: Desk, objective: UUID) -> None:
    (kpi,) = place.world.here("objective_kpi")
    drop(csm, "objective_kpi", kpi)
    drop(csm, "objective", objective)
    assert not place.world.there("objective")
    (playbook,), (there,) = place.world.here("playbook").values(), place.world.there("playbook").values()
    assert playbook["objective_id"] is None
    assert there["Objective__c"] is None
    place.world.settle()
    assert not place.world.here("objective")
    assert not place.world.parked()


@pytest.mark.req("G9", "OB-62", "OB-63")
def test_what_a_deletion_does_is_told_before(place: Place, csm: Desk, objective: UUID) -> None:
    foreseen = deletion(csm, "objective", objective)
    assert foreseen.held_by == {"objective_kpi": 1}
    assert foreseen.cleared == {"playbook": 1, "playbook_task": 1}
    assert foreseen.deleted == {}


@pytest.mark.req("OB-04", "OB-07")
@pytest.mark.parametrize("noun", ["objective", "objective_kpi"])
def test_a_participant_deletes_neither_objectives_nor_kpis(
    place: Place, participant: Desk, objective: UUID, noun: str
) -> None:
    (record,) = place.world.here(noun)
    with pytest.raises(Denied, match="CSC - Customer Success"):
        drop(participant, noun, record)
    assert record in place.world.here(noun)


def test_a_record_that_changed_since_is_not_deleted(place: Place, csm: Desk, objective: UUID) -> None:
    with pytest.raises(Changed):
        delete(csm, "objective", objective, version=0)


def test_what_the_crm_keeps_for_reasons_of_its_own_is_told_in_its_words(
    place: Place, csm: Desk, objective: UUID
) -> None:
    # A KPI that the store has not met yet.
    (kpi,) = place.world.here("objective_kpi")
    drop(csm, "objective_kpi", kpi)
    place.world.create_there("objective_kpi", Objective__c=place.crm(objective), Description__c="New")
    with pytest.raises(Held, match="DELETE_FAILED"):
        drop(csm, "objective", objective)

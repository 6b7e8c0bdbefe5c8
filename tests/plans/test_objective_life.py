"""What an objective may hold, and what happens to it by nobody's hand."""

from __future__ import annotations

import pytest

from service.plans.create import create
from service.plans.desk import Desk
from service.plans.tree import related
from tests.plans.conftest import Place


@pytest.mark.req("OB-02")
def test_an_objective_has_as_many_playbooks_as_its_work_takes(place: Place, csm: Desk) -> None:
    objective = create(csm, "objective", {"title": "Adopt", "account_id": place.acme})
    names = {"Launch", "Train", "Review"}
    for name in names:
        create(csm, "playbook", {"name": name, "objective_id": str(objective)})
    place.world.settle()

    assert {found.row["name"] for found in related(csm, objective).playbooks} == names
    there = place.world.there("playbook").values()
    assert {row["Name"] for row in there if row["Objective__c"] == place.crm(objective)} == names


@pytest.mark.req("CO-11")
def test_manual_completion_is_left_to_people_though_the_target_is_reached(place: Place, csm: Desk) -> None:
    measured = {"baseline_value": "0", "current_value": "0", "target_value": "10"}
    given = {"title": "Adopt", "account_id": place.acme, "completion_type": "Manual", "status": "In Progress"}
    objective = create(csm, "objective", {**given, **measured})
    place.world.settle()
    place.world.edit_there("objective", place.crm(objective), Current_Value__c=10)
    place.world.settle()

    here, there = (
        place.world.here("objective")[objective],
        place.world.there("objective")[place.crm(objective)],
    )
    assert (here["current_value"], here["status"], there["Status__c"]) == ("10", "In Progress", "In Progress")

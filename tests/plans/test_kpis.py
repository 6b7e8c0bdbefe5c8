"""What the values of a KPI were, whichever path changed them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.kpis import history
from service.plans.records import find
from service.plans.refusals import Denied, Missing
from tests.world import World

NOUN = "objective_kpi"


@pytest.fixture
def kpi(world: World) -> str:
    """A KPI in the CRM."""
    acme = world.create_there("account", Name="Acme")
    objective = world.create_there("objective", Name="Adoption", Account__c=acme)
    return world.create_there(NOUN, Objective__c=objective, Description__c="Seats", Current_Value__c="5")


@pytest.mark.req("OB-81")
def test_edits_in_the_crm_and_here_are_both_in_the_history(world: World, kpi: str, desk: Desk) -> None:
    ours = world.our_id(kpi)
    world.edit_there(NOUN, kpi, Current_Value__c="6")
    world.cycle()
    seen = find(desk, NOUN, ours).version
    edit(desk, NOUN, Edit(id=ours, version=seen, given={"current_value": 7.5}))
    world.settle()

    values = history(desk, ours)

    assert [(value.was, value.value) for value in values] == [(Decimal(5), Decimal(6)), (Decimal(6), Decimal("7.5"))]
    assert [value.by for value in values] == ["sync", desk.by]
    assert values[0].at < values[1].at


def test_there_is_no_history_of_a_kpi_that_is_not_there(world: World, desk: Desk) -> None:
    with pytest.raises(Missing):
        history(desk, world.new_id())


def test_without_a_permission_set_no_history_is_shown(world: World, kpi: str, desk: Desk) -> None:
    with pytest.raises(Denied):
        history(replace(desk, user=replace(desk.user, rights=frozenset())), world.our_id(kpi))

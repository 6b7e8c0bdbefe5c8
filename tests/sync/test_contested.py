"""A customer's own automation: what it rewrites is a change like any other, and what it keeps rewriting is parked."""

from __future__ import annotations

import pytest

from service.localorg.automation.model import Automation, Rewrite, TouchParent, When
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World

REWRITES_PROGRESS = Automation("Objective__c", When.BEFORE, Rewrite("Progress__c", "7"))
"""A flow that sets a field which only we write."""


def asked(world: World) -> list[tuple[str, str, str]]:
    """Return what waits: field, kind and code."""
    return [(item["field"], item["kind"], item["code"]) for item in world.parked()]


@pytest.fixture
def contesting(customer: Customer) -> Customer:
    """A customer whose flow has overwritten our progress three times."""
    world = customer.world
    world.org.automation.add(REWRITES_PROGRESS)
    world.edit_here("objective", customer.here(customer.objective), progress="40")
    for _ in range(4):
        world.cycle()
    return customer


@pytest.mark.req("P5")
def test_a_field_that_ping_pongs_for_three_rounds_is_parked_and_sent_no_more(customer: Customer) -> None:
    world = customer.world
    world.org.automation.add(REWRITES_PROGRESS)
    world.edit_here("objective", customer.here(customer.objective), progress="40")
    road = Road(world)
    waited = []
    for _ in range(6):
        world.cycle()
        waited.append(asked(world))

    assert len(road.writes) == 3
    assert waited == [[], [], []] + [[("progress", "contested", "CONTESTED")]] * 3
    assert world.here("objective")[customer.here(customer.objective)]["progress"] == "40"
    assert world.parked()[0]["details"]["theirs"] == "7"
    assert world.cycle().counts == {}


def test_the_other_fields_of_a_contested_record_go_on(contesting: Customer) -> None:
    world = contesting.world
    world.edit_here("objective", contesting.here(contesting.objective), status="Paused")

    world.cycle()

    assert world.there("objective")[contesting.objective]["Status__c"] == "Paused"
    assert asked(world) == [("progress", "contested", "CONTESTED")]


def test_a_new_value_of_ours_is_tried_again(contesting: Customer) -> None:
    world = contesting.world
    world.org.automation.clear()
    world.edit_here("objective", contesting.here(contesting.objective), progress="55")

    world.settle()

    assert world.there("objective")[contesting.objective]["Progress__c"] == 55
    assert world.parked() == []


def test_the_next_day_a_contested_field_is_tried_again(contesting: Customer) -> None:
    world = contesting.world
    world.org.automation.clear()
    world.pass_time(days=1, minutes=10)
    world.edit_there("objective", contesting.objective, Name="Touched")

    world.settle()

    assert world.there("objective")[contesting.objective]["Progress__c"] == 40
    assert world.parked() == []


def test_what_a_flow_makes_of_a_field_that_both_sides_edit_is_taken_in(customer: Customer) -> None:
    world, ours = customer.world, customer.here(customer.objective)
    world.org.automation.add(Automation("Objective__c", When.BEFORE, Rewrite("Name", "UPPER(Name)")))
    world.edit_here("objective", ours, name="Grow the base")
    road = Road(world)

    world.settle()

    assert world.here("objective")[ours]["name"] == "GROW THE BASE"
    assert len(road.writes) == 1
    assert world.parked() == []


@pytest.mark.req("P6")
def test_a_parent_that_a_flow_touches_is_no_change_of_ours(customer: Customer) -> None:
    world = customer.world
    touch = TouchParent("Account__c", "Description", "Name")
    world.org.automation.add(Automation("Objective__c", When.AFTER, touch))
    world.edit_here("objective", customer.here(customer.objective), status="Paused")
    road = Road(world)

    world.settle()

    assert len(road.writes) == 1
    assert world.cycle().counts == {}

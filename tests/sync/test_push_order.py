"""Push: records go in an order in which none points at one that the CRM does not have (P7)."""

from __future__ import annotations

import pytest

from service.crm.errors import Retryable
from tests.sync.conftest import Customer
from tests.sync.road import Cut, Road
from tests.world import World


@pytest.mark.req("P7")
def test_children_of_a_refused_parent_wait_and_land_after_it(world: World, customer: Customer) -> None:
    account = customer.here(customer.account)
    parent = world.create_here("objective", name="x" * 81, account_id=account)
    child = world.create_here("objective_kpi", objective_id=parent, description="Seats", target_value="1")
    world.settle()
    assert {item["link_id"]: item["code"] for item in world.parked()} == {
        parent: "STRING_TOO_LONG",
        child: "PARENT_NOT_THERE",
    }

    world.edit_here("objective", parent, name="short")
    world.cycle()

    assert world.parked() == []
    assert world.there("objective_kpi")[world.crm_id(child) or ""]["Objective__c"] == world.crm_id(parent)


@pytest.mark.req("P7")
def test_children_are_not_sent_while_their_parent_is_held_back(world: World, customer: Customer) -> None:
    parent = world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    child = world.create_here("objective_kpi", objective_id=parent, description="Seats", target_value="1")
    world.settle()
    road = Road(world)

    world.cycle(after=1)

    assert road.writes == []
    assert child in {item["link_id"] for item in world.parked() if item["code"] == "PARENT_NOT_THERE"}


@pytest.mark.req("P7")
def test_grandchildren_of_a_refused_parent_wait_too(world: World, customer: Customer) -> None:
    account = customer.here(customer.account)
    task = world.create_here("playbook_task", name="x" * 81, account_id=account)
    other = world.create_here("playbook_task", name="Call", account_id=account)
    link = world.create_here("playbook_task_dependency", playbook_task_id=task, predecessor_id=other)

    world.settle()

    assert {item["link_id"] for item in world.parked()} == {task, link}
    assert world.crm_id(other) in world.there("playbook_task")


@pytest.mark.req("P7")
def test_a_child_goes_behind_its_parent_even_if_the_parent_was_looked_up_first(
    world: World, customer: Customer
) -> None:
    parent = world.create_here("objective", name="Lost", account_id=customer.here(customer.account))
    Cut(world)
    with pytest.raises(Retryable):
        world.cycle()
    child = world.create_here("objective_kpi", objective_id=parent, description="Seats", target_value="1")
    Road(world)

    world.cycle(after=1)

    assert world.there("objective_kpi")[world.crm_id(child) or ""]["Objective__c"] == world.crm_id(parent)
    assert "refused" not in {d["action"] for d in world.decisions()}


def test_a_record_may_point_at_another_one_that_is_made_in_the_same_call(world: World, customer: Customer) -> None:
    template = world.create_here("objective", name="Template", template=True)
    cloned = world.create_here(
        "objective", name="Clone", account_id=customer.here(customer.account), source_template_id=template
    )

    world.settle()

    there = world.there("objective")[world.crm_id(cloned) or ""]
    assert there["Source_Template__c"] == world.crm_id(template)
    assert world.parked() == []


def test_a_standard_lookup_is_named_by_its_relationship_without_id(world: World, customer: Customer) -> None:
    """`OwnerId` is `Owner` in a reference by key; users have no key, so owners always go by their CRM id."""
    owner = world.our_id(world.org.user_id("admin@example.com"))

    made = world.create_here("objective", name="Owned", account_id=customer.here(customer.account), owner_id=owner)
    world.cycle()

    assert world.there("objective")[world.crm_id(made) or ""]["OwnerId"] == world.crm_id(owner)

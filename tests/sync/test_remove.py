"""Remove: a delete in the CRM wins, unless it would take an edit of ours with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.merging import Policy
from service.mapping.model import Mappings
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


def with_policy(mappings: Mappings, noun: str, policy: Policy) -> Mappings:
    """Return mappings in which one object has another `on_delete`."""
    objects = [replace(m, on_delete=policy) if m.name == noun else m for m in mappings]
    return Mappings(objects=tuple(objects))


@pytest.mark.req("P3")
def test_a_record_deleted_on_both_sides_is_gone_without_a_question(world: World, customer: Customer) -> None:
    world.delete_here("objective_kpi", customer.here(customer.kpi))
    world.delete_there(customer.kpi)

    world.settle()

    assert world.parked() == []
    assert "gone" in {d["action"] for d in world.decisions()}


def test_the_log_keeps_what_stood_here_when_a_delete_won(world: World, customer: Customer) -> None:
    ours = customer.here(customer.kpi)
    world.delete_there(customer.kpi)

    world.cycle()

    [line] = [d for d in world.decisions() if d["action"] == "delete here"]
    assert (line["link_id"], line["reason"], line["ours"]["description"]) == (ours, "deleted in the CRM", "Seats")


def test_a_mapping_may_let_the_delete_win_over_an_edit_here(world: World, customer: Customer) -> None:
    assert world.mappings
    world.mappings = with_policy(world.mappings, "objective_kpi", Policy.THEIRS)
    world.sync = world.new_sync()
    world.edit_here("objective_kpi", customer.here(customer.kpi), description="Seats in use")
    world.delete_there(customer.kpi)

    world.settle()

    assert world.here("objective_kpi") == {}
    [line] = [d for d in world.decisions() if d["action"] == "delete here"]
    assert line["ours"]["description"] == "Seats in use"


@pytest.mark.req("P3")
def test_no_mapping_lets_an_edit_here_bring_back_what_the_crm_deleted(world: World, customer: Customer) -> None:
    assert world.mappings
    world.mappings = with_policy(world.mappings, "objective_kpi", Policy.OURS)
    world.sync = world.new_sync()
    world.edit_here("objective_kpi", customer.here(customer.kpi), description="Seats in use")
    world.delete_there(customer.kpi)

    world.settle()

    assert world.there("objective_kpi") == {}
    assert [item["code"] for item in world.parked()] == ["DELETED_THERE"]


def test_a_mapping_may_let_the_edit_there_win_over_a_delete_here(world: World, customer: Customer) -> None:
    assert world.mappings
    world.mappings = with_policy(world.mappings, "objective_kpi", Policy.THEIRS)
    world.sync = world.new_sync()
    ours = customer.here(customer.kpi)
    world.delete_here("objective_kpi", ours)
    world.edit_there("objective_kpi", customer.kpi, Description__c="Still needed")

    world.settle()

    assert world.here("objective_kpi")[ours]["description"] == "Still needed"
    assert customer.kpi in world.there("objective_kpi")
    assert world.cycle(after=120).counts == {}


def test_a_mapping_may_let_the_delete_here_win_over_an_edit_there(world: World, customer: Customer) -> None:
    assert world.mappings
    world.mappings = with_policy(world.mappings, "objective_kpi", Policy.OURS)
    world.sync = world.new_sync()
    world.delete_here("objective_kpi", customer.here(customer.kpi))
    world.edit_there("objective_kpi", customer.kpi, Description__c="Still needed")

    world.settle()

    assert world.there("objective_kpi") == {}
    [line] = [d for d in world.decisions() if d["action"] == "delete there" and d["theirs"]]
    assert line["theirs"]["description"] == "Still needed"


def test_an_edit_here_that_was_taken_back_does_not_stand_in_the_way_of_a_delete(
    world: World, customer: Customer
) -> None:
    ours = customer.here(customer.kpi)
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.edit_here("objective_kpi", ours, description="Seats")
    world.delete_there(customer.kpi)

    world.settle()

    assert world.here("objective_kpi") == {}


@pytest.mark.req("P8")
def test_a_lookup_that_the_crm_cleared_with_its_target_is_not_sent_as_ours(world: World, customer: Customer) -> None:
    world.delete_there(customer.plan)
    road = Road(world)

    world.settle()

    assert world.here("objective")[customer.here(customer.objective)]["success_plan_id"] is None
    assert road.writes == []


@pytest.mark.req("P3")
def test_an_undeleted_record_comes_back_with_what_pointed_at_it(world: World, customer: Customer) -> None:
    ours = customer.here(customer.plan)
    world.delete_there(customer.plan)
    world.settle()

    world.org.writer.undelete(world.admin, customer.plan)
    world.settle()

    assert world.here("success_plan")[ours]["name"] == "Grow"
    assert world.here("objective")[customer.here(customer.objective)]["success_plan_id"] == str(ours)
    assert world.cycle(after=120).counts == {}


def test_a_deleted_record_that_was_never_held_here_is_nobodys_concern(world: World, customer: Customer) -> None:
    passing = world.create_there("objective_kpi", Objective__c=customer.objective, Description__c="Short")
    world.delete_there(passing)

    report = world.cycle()

    assert report.counts == {}


def test_a_parent_deleted_here_without_its_children_does_not_stop_the_sync(world: World, customer: Customer) -> None:
    world.delete_here("objective", customer.here(customer.objective))
    other = world.create_here("objective", name="Other", account_id=customer.here(customer.account))

    world.settle()

    assert world.crm_id(other) in world.there("objective")
    assert [(p["object"], p["code"]) for p in world.parked()] == [("objective", "DELETE_FAILED")]

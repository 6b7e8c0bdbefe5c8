"""Behind: a record that waits for another is named with what it waits for."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from service.store.ledger import parked
from service.sync.behind import Waiter, behind, told
from service.sync.why import explain
from tests.sync.conftest import Customer
from tests.sync.test_pull import ONLY_DRAFTS, filtered
from tests.world import World


def waiters(world: World) -> dict[str, tuple[Waiter, ...]]:
    """Return what waits behind what."""
    assert world.mappings
    with world.transaction() as connection:
        return behind(connection, world.mappings)


def test_nothing_waits_when_nothing_is_parked(world: World, customer: Customer) -> None:
    assert waiters(world) == {}


def test_children_of_a_refused_record_wait_behind_it(world: World, customer: Customer) -> None:
    account = customer.here(customer.account)
    refused = world.create_here("objective", name="x" * 81, account_id=account)
    child = world.create_here("playbook", name="Onboard", objective_id=refused, account_id=account)
    grandchild = world.create_here("playbook_task", name="Call", playbook_id=child, account_id=account)
    world.settle()

    found = waiters(world)

    assert {target: [each.id for each in some] for target, some in found.items()} == {
        str(refused): [child],
        str(child): [grandchild],
    }
    assert str(found[str(refused)][0]) == "playbook Onboard"


def test_a_record_whose_parent_we_never_held_waits_behind_the_crms_id(world: World, customer: Customer) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    plan = world.create_there("success_plan", Name="Hidden", Account__c=customer.account, Status__c="Active")
    child = world.create_there("objective", Name="Child", Account__c=customer.account, Success_Plan__c=plan)
    world.settle()
    with world.transaction() as connection:
        connection.execute(update(parked).values(details=parked.c.details.op("||")({"points_at": plan})))

    found = waiters(world)

    assert [str(each) for each in found[plan]] == [f"objective {child}"]
    stranger = explain(world.sync, plan, now=world.clock.now())
    assert stranger.sentences[-1] == f"Behind it wait: objective {child}."


def test_a_waiter_of_which_nothing_is_known_is_not_placed(world: World, customer: Customer) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    plan = world.create_there("success_plan", Name="Hidden", Account__c=customer.account, Status__c="Active")
    world.create_there("objective", Name="Child", Account__c=customer.account, Success_Plan__c=plan)
    world.settle()
    with world.transaction() as connection:
        connection.execute(update(parked).values(details={}))

    assert waiters(world) == {}


def test_many_waiters_are_told_in_a_few_words() -> None:
    some = [Waiter(object="objective", id=UUID(int=n), crm_id=None, name=f"No {n}") for n in range(7)]

    assert told(some[:2]) == "objective No 0, objective No 1"
    assert told(some, most=1) == "objective No 0 and 6 more"

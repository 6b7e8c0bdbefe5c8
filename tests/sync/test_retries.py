"""Writes that are refused for no fault of their own go again, in a smaller company; a poison row stands alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.localorg.automation.model import Automation, Reject, When
from service.store import allowances
from service.store.database import transaction
from tests.sync.conftest import Customer
from tests.sync.road import Road, rows_of, writes_in
from tests.world import World


def objectives(customer: Customer, count: int) -> list[UUID]:
    """Create objectives here, all of one account."""
    account = customer.here(customer.account)
    return [customer.world.create_here("objective", name=f"Aim {n}", account_id=account) for n in range(count)]


def names_there(world: World) -> set[str]:
    """Return the names of the objectives in the CRM."""
    return {row["Name"] for row in world.there("objective").values()}


@pytest.mark.req("P2")
def test_one_poison_row_among_200_leaves_the_other_199_landed_in_the_same_call(customer: Customer) -> None:
    world = customer.world
    objectives(customer, 199)
    poison = world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))

    report = world.cycle()

    assert report.api_calls == 2  # one to look, one to push
    assert report.counts["landed"] == 199
    (waits,) = world.parked()
    assert (waits["link_id"], waits["code"], waits["details"]["fields"]) == (poison, "STRING_TOO_LONG", ["Name"])


@pytest.mark.req("P2")
def test_locked_rows_go_again_by_parent_after_a_while(customer: Customer) -> None:
    world = customer.world
    objectives(customer, 3)
    world.org.faults.once("lock")
    road = Road(world)

    report = world.cycle()

    assert (report.counts["landed"], report.counts.get("refused")) == (3, None)
    assert world.waits == [1.0]
    assert [len(rows_of(part)) for part in road.writes] == [3, 3]
    assert world.parked() == []


@pytest.mark.req("P2")
def test_rows_that_stay_locked_wait_with_their_reason_for_the_next_sync(customer: Customer) -> None:
    world = customer.world
    (aim,) = objectives(customer, 1)
    world.org.faults.set(rates={"lock": 1.0})
    world.cycle()
    (waits,) = world.parked()
    waited = list(world.waits)
    world.org.faults.clear()
    world.cycle(after=5)

    assert (waits["link_id"], waits["kind"], waits["code"]) == (aim, "busy", "UNABLE_TO_LOCK_ROW")
    assert waited == [1.0, 2.0, 4.0]
    assert world.parked() == []
    assert "Aim 0" in names_there(world)


@pytest.mark.req("P7")
def test_children_whose_parent_is_locked_follow_it_in_the_same_run(customer: Customer) -> None:
    world = customer.world
    (aim,) = objectives(customer, 1)
    world.create_here("objective_kpi", description="Logins", objective_id=aim)
    world.org.faults.once("lock")

    report = world.cycle()

    assert report.counts["landed"] == 2
    assert world.parked() == []


def test_a_call_that_is_more_than_the_org_bears_is_halved_and_the_size_remembered(customer: Customer) -> None:
    world = customer.world
    objectives(customer, 300)
    world.org.faults.set(rows_per_call=120)

    report = world.cycle()
    with world.transaction() as connection:
        learnt = allowances.read(connection).most_rows
    objectives(customer, 100)
    road = Road(world)
    world.cycle()

    assert report.counts["landed"] == 300
    assert learnt == 150
    assert world.parked() == []
    assert all(sum(len(rows_of(part)) for part in call if part["method"] == "PATCH") <= 150 for call in road.calls)


def test_what_an_org_bears_grows_again_slowly(customer: Customer) -> None:
    world = customer.world
    with world.transaction() as connection:
        allowances.save(connection, world.org_id, most_rows=100)
    for _ in range(2):
        objectives(customer, 1)
        world.cycle()
    world.cycle()

    with world.transaction() as connection:
        assert allowances.read(connection).most_rows == 121


def test_a_row_that_alone_is_more_than_the_org_bears_is_parked(customer: Customer) -> None:
    world = customer.world
    objectives(customer, 2)
    world.org.faults.set(rows_per_call=0)

    world.cycle()

    assert {item["code"] for item in world.parked()} == {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"}
    assert len(world.parked()) == 2


@pytest.mark.req("P2")
def test_a_trigger_that_breaks_on_one_row_does_not_hold_back_the_others(customer: Customer) -> None:
    world = customer.world
    objectives(customer, 30)
    broken = world.create_here("objective", name="boom", account_id=customer.here(customer.account))
    throws = Reject('Name = "boom"', "System.NullPointerException: Attempt to de-reference a null object", throws=True)
    world.org.automation.add(Automation("Objective__c", When.AFTER, throws))

    report = world.cycle()

    assert report.counts["landed"] == 30
    (waits,) = world.parked()
    assert (waits["link_id"], waits["code"]) == (broken, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")


def test_what_people_did_goes_before_what_may_wait(customer: Customer) -> None:
    world = customer.world
    bulk = objectives(customer, 2)
    with transaction(world.engine, world.org_id, bulk=True) as connection:
        table = world.table("objective_kpi")
        connection.execute(
            table.insert(),
            [
                {"org_id": world.org_id, "id": world.new_id(), "description": f"Logins {n}", "objective_id": bulk[0]}
                for n in range(3)
            ],
        )
    road = Road(world)

    world.cycle()

    assert [part["body"]["records"][0]["attributes"]["type"] for part in road.writes] == [
        "Objective__c",
        "Objective_KPI__c",
    ]
    assert len(list(filter(writes_in, road.calls))) == 2

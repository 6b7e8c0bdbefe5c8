"""Somebody's long transaction: what it wrote becomes visible hours after its own time stamps."""

from __future__ import annotations

import pytest

from tests.sync.conftest import Customer


@pytest.mark.req("P1")
@pytest.mark.parametrize("hours", [0.1, 3, 24])
def test_a_change_that_is_committed_long_after_its_time_stamp_arrives(customer: Customer, hours: float) -> None:
    world = customer.world
    transaction = world.org.transactions.begin(world.admin)
    transaction.update("Objective__c", customer.objective, {"Name": "Late"})
    transaction.create("Objective__c", {"Name": "Born late", "Account__c": customer.account})
    for _ in range(3):
        world.cycle(after=hours * 1_200)
    transaction.commit()

    world.settle()

    names = {row["name"] for row in world.here("objective").values()}
    assert names == {"Late", "Born late"}


@pytest.mark.req("P3")
def test_a_delete_that_is_committed_late_arrives(customer: Customer) -> None:
    world = customer.world
    transaction = world.org.transactions.begin(world.admin)
    transaction.delete(customer.kpi)
    for _ in range(3):
        world.cycle(after=3_600)
    transaction.commit()

    world.settle()

    assert world.here("objective_kpi") == {}

"""Sweep: the ids of both sides are compared, since a purged record leaves no other trace."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from service.store.ledger import links
from service.sync import load
from service.sync.load import Vanished
from service.sync.run import Report
from service.sync.sweep import sweep
from tests.sync.conftest import Customer
from tests.world import World

pytestmark = pytest.mark.req("P3")


def swept(world: World, *, accept_missing: bool = False) -> Report:
    """Sweep a while later."""
    world.pass_time(seconds=61)
    return sweep(world.sync, now=world.clock.now(), clock=world.clock.now, accept_missing=accept_missing)


@pytest.fixture(params=["by pages", "by a bulk job"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read the ids both ways."""
    monkeypatch.setattr(load, "BULK_FROM", 1 if request.param == "by a bulk job" else 10_000)
    return str(request.param)


def purge_there(world: World, crm_id: str) -> None:
    """Delete a record in the CRM for good, too long ago for anyone to tell."""
    world.org.writer.delete(world.admin, crm_id)
    world.org.writer.hard_delete(world.admin, crm_id)


def test_a_record_purged_without_a_trace_is_taken_out(customer: Customer, reading: str) -> None:
    world = customer.world
    purge_there(world, customer.kpi)

    report = swept(world)

    assert report.counts["delete here"] == 1
    assert world.here("objective_kpi") == {}
    assert world.settle().counts == {}


def test_when_nothing_is_missing_nothing_happens(customer: Customer, reading: str) -> None:
    report = swept(customer.world)

    assert report.kind == "sweep"
    assert customer_counts(report) == {}


def customer_counts(report: Report) -> dict[str, int]:
    """Return what a run did, without what it did not."""
    return {what: count for what, count in report.counts.items() if count}


def test_a_record_never_heard_of_is_taken_in(customer: Customer) -> None:
    world = customer.world
    lost = customer.here(customer.kpi)
    world.delete_here("objective_kpi", lost)
    with world.transaction() as connection:
        connection.execute(delete(links).where(links.c.id == lost))

    report = swept(world)

    assert (report.counts["unheard of"], report.counts["create here"]) == (1, 1)
    assert len(world.here("objective_kpi")) == 1


def test_ids_that_take_several_pages_are_all_compared(customer: Customer) -> None:
    world = customer.world
    for number in range(2_010):
        world.create_there("objective", Name=f"Aim {number}", Account__c=customer.account)
    world.settle()

    assert customer_counts(swept(world)) == {}


def test_a_landslide_is_refused_unless_somebody_believes_it(customer: Customer) -> None:
    world = customer.world
    many = [world.create_there("objective", Name=f"Aim {n}", Account__c=customer.account) for n in range(30)]
    world.settle()
    for crm_id in many:
        purge_there(world, crm_id)

    with pytest.raises(Vanished, match="no longer shows 30 of 31 objective records"):
        swept(world)
    assert len(world.here("objective")) == 31

    swept(world, accept_missing=True)
    assert len(world.here("objective")) == 1

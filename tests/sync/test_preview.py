"""Preview: it says what a sync would do, and does nothing."""

from __future__ import annotations

import pytest

from service.sync.preview import preview
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


def test_before_the_first_sync_it_counts_what_a_full_reading_finds(world: World) -> None:
    world.create_there("account", Name="Acme")

    found = preview(world.sync, now=world.clock.now())

    assert found.full is True
    assert (found.changed["account"], found.deleted, found.pushes) == (1, {}, [])
    assert found.api_calls == 3
    assert world.here("account") == {}


def test_it_names_what_would_be_read_and_what_would_be_sent(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    world.pass_time(seconds=61)
    world.edit_there("success_plan", customer.plan, Name="Grow more")
    world.delete_there(customer.kpi)
    world.edit_here("objective", ours, status="Paused", name="Renamed")
    made = world.create_here("objective", name="New", account_id=customer.here(customer.account))
    road = Road(world)

    found = preview(world.sync, now=world.clock.now())

    assert found.full is False
    assert found.changed["success_plan"] == 1
    assert found.deleted == {"objective_kpi": 1}
    assert {(p.id, p.act): p.columns for p in found.pushes if p.act != "create there"} == {
        (ours, "push if unchanged"): ("name", "status")
    }
    assert [p.id for p in found.pushes if p.act == "create there"] == [made]
    assert [(d.noun, d.field, d.action, d.ours, d.theirs) for d in found.taken.decisions if d.field] == [
        ("success_plan", "name", "pull", "Grow", "Grow more")
    ]
    assert [(d.noun, d.action, d.reason) for d in found.taken.decisions if not d.field] == [
        ("objective_kpi", "delete here", "deleted in the CRM")
    ]
    assert found.taken.counts == {"pull": 1, "delete here": 1}
    assert found.api_calls == 2
    assert road.writes == []
    assert world.here("success_plan")[customer.here(customer.plan)]["name"] == "Grow"
    assert customer.here(customer.kpi) in world.here("objective_kpi")


def test_it_shows_conflicts_and_who_would_win(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Theirs")
    world.edit_here("objective", customer.here(customer.objective), name="Ours", status="Paused")
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=30)
    world.edit_here("objective_kpi", customer.here(customer.kpi), target_value=40)

    found = preview(world.sync, now=world.clock.now())

    assert {(d.noun, d.field): (d.action, d.base, d.ours, d.theirs) for d in found.taken.decisions} == {
        ("objective", "name"): ("theirs won", "Adopt", "Ours", "Theirs"),
        ("objective_kpi", "target_value"): ("ask", "25.5", "40", "30"),
    }
    assert [(push.noun, push.columns) for push in found.pushes] == [("objective", ("status",))]
    assert world.parked() == []


def test_it_shows_what_would_come_in(world: World, customer: Customer) -> None:
    world.create_there("objective", Name="Born", Account__c=customer.account)

    found = preview(world.sync, now=world.clock.now())

    assert [(d.noun, d.action) for d in found.taken.decisions] == [("objective", "create here")]
    assert len(world.here("objective")) == 1


def test_what_it_foresees_is_what_the_sync_then_does(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Theirs", Title__c="More")
    world.edit_here("objective", customer.here(customer.objective), name="Ours", status="Paused")
    world.delete_there(customer.kpi)

    foreseen = preview(world.sync, now=world.clock.now())
    counts = world.cycle().counts

    done = {action: counts[action] for action in foreseen.taken.counts}
    assert done == foreseen.taken.counts
    assert counts["landed"] == len(foreseen.pushes)


@pytest.mark.req("P5")
def test_it_leaves_no_trace(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")
    before = world.decisions()

    preview(world.sync, now=world.clock.now())

    assert world.decisions() == before
    assert world.cycle().counts == {"pull": 1}


def test_a_full_one_can_be_asked_for_and_heeds_the_filter(world: World, customer: Customer) -> None:
    assert world.mappings

    found = preview(world.sync, now=world.clock.now(), full=True)

    assert found.full is True
    assert found.changed["objective_kpi"] == 1


def test_what_is_parked_or_undone_is_not_announced(world: World, customer: Customer) -> None:
    world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    world.settle()
    world.settle()
    world.edit_here("account", customer.here(customer.account), name="Renamed here")

    found = preview(world.sync, now=world.clock.now())

    assert found.pushes == []

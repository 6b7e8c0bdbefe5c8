"""Prune: what is old enough goes, slice by slice; what a person still has to decide keeps its story."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from service.store.ledger import decisions, runs
from service.sync import prune as pruning
from service.sync.prune import prune
from tests.sync.conftest import Customer
from tests.sync.test_inbox import clash
from tests.world import World

LONG = timedelta(days=90)


def age(world: World) -> datetime:
    """Let everything have happened long ago; return the moment before which it is dropped."""
    with world.transaction() as connection:
        connection.execute(update(decisions).values(at=decisions.c.at - 2 * LONG))
        connection.execute(update(runs).values(started_at=runs.c.started_at - 2 * LONG))
    return world.clock.now() - LONG


def left(world: World) -> tuple[int, int]:
    """Count what is left: decisions and runs."""
    with world.transaction() as connection:
        return tuple(connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (decisions, runs))


def test_what_is_young_enough_stays(world: World, customer: Customer) -> None:
    before = left(world)

    assert prune(world.engine, world.org_id, before=world.clock.now() - LONG) == {"decisions": 0, "runs": 0}
    assert left(world) == before


def test_what_is_old_goes_but_for_the_newest_run(world: World, customer: Customer) -> None:
    had = left(world)

    dropped = prune(world.engine, world.org_id, before=age(world))

    assert dropped == {"decisions": had[0], "runs": had[1] - 1}
    assert left(world) == (0, 1)


@pytest.mark.req("P2")
def test_decisions_about_what_is_parked_stay_with_their_runs(world: World, customer: Customer) -> None:
    clash(world, customer)

    prune(world.engine, world.org_id, before=age(world))

    assert {line["link_id"] for line in world.decisions()} == {customer.here(customer.kpi)}
    with world.transaction() as connection:
        kept = set(connection.execute(select(runs.c.id)).scalars())
    assert {line["run_id"] for line in world.decisions()} <= kept


def test_slices_add_up(world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "SLICE", 2)
    had = left(world)

    assert prune(world.engine, world.org_id, before=age(world))["decisions"] == had[0]


@pytest.mark.req("P13")
def test_another_orgs_story_stays(world: World, customer: Customer) -> None:
    other = World(org=world.org, engine=world.engine, seed=1)
    other.settle()
    had = left(other)
    age(other)

    prune(world.engine, world.org_id, before=age(world))

    assert left(other) == had

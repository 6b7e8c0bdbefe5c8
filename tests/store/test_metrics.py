"""The figures of an org: what waits, how old it is, and what the runs cost."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from service.crm.errors import LimitReached
from service.store import lock
from service.store.ledger import runs
from service.store.metrics import Figures, figures
from tests.world import World


def read(world: World) -> Figures:
    """Read the figures of the world's org."""
    with world.transaction() as connection:
        return figures(connection, world.org_id, now=world.clock.now())


def account_of(world: World) -> UUID:
    """Return an account that both sides know."""
    crm_id = world.create_there("account", Name="Acme")
    world.cycle()
    return world.our_id(crm_id)


def test_an_org_that_was_never_read_has_no_figures(world: World) -> None:
    found = read(world)

    assert (found.unpushed, found.unpushed_since, found.read_up_to, found.last_run) == (0, None, None, None)
    assert (found.runs, found.failed_runs, found.api_calls, dict(found.parked)) == (0, 0, 0, {})


def test_an_edit_that_waits_is_counted_from_when_it_was_made(world: World) -> None:
    account = account_of(world)
    world.create_here("objective", name="One", account_id=account)
    world.create_here("objective", name="Two", account_id=account)

    found = read(world)

    assert found.unpushed == 2
    assert found.unpushed_since is not None

    world.settle()

    assert (read(world).unpushed, read(world).unpushed_since) == (0, None)


def test_runs_and_their_calls_count_for_a_day(world: World) -> None:
    reports = [world.cycle() for _ in range(3)]

    found = read(world)

    assert (found.runs, found.api_calls) == (3, sum(report.api_calls for report in reports))
    assert found.last_run is not None
    assert found.last_run.kind == "cycle"
    world.pass_time(days=1, seconds=1)
    assert (read(world).runs, read(world).api_calls) == (0, 0)


def test_a_run_that_broke_off_is_a_failed_one(world: World) -> None:
    world.cycle()
    usage = world.app.api.usage
    usage.reset(allowance=1, used=1)
    world.pass_time(hours=2)
    with pytest.raises(LimitReached):
        world.cycle()

    assert read(world).failed_runs == 1


@pytest.mark.parametrize("under_way", [True, False])
def test_a_run_without_an_end_is_a_failed_one_unless_it_is_under_way(world: World, under_way: bool) -> None:
    with world.transaction() as connection:
        connection.execute(
            insert(runs).values(org_id=world.org_id, id=uuid4(), kind="cycle", started_at=world.clock.now())
        )

    with lock.held(world.engine, world.org_id) if under_way else nullcontext():
        found = read(world)

    assert (found.failed_runs, found.last_run_failed) == ((0, False) if under_way else (1, True))


def test_what_is_parked_is_counted_by_its_kind(world: World) -> None:
    account = account_of(world)
    world.create_here("objective", name="x" * 300, account_id=account)
    world.settle()

    assert dict(read(world).parked) == {"refused": 1}


def test_the_moment_up_to_which_the_crm_was_read_is_recent_after_a_cycle(world: World) -> None:
    world.cycle()

    up_to = read(world).read_up_to

    assert up_to is not None
    assert world.clock.now() - up_to < timedelta(minutes=2)

"""Seeded runs of the whole sync; a failing seed is printed and replays exactly."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from service.localorg.org import LocalOrg
from tests.simulation.promises import broken
from tests.simulation.simulator import Simulator

SEEDS = 216
PER_TEST = 12


def run(org: LocalOrg, engine: Engine, seed: int) -> Simulator:
    """Run one seed to its calm end."""
    simulator = Simulator(org, engine, seed)
    simulator.run()
    return simulator


@pytest.mark.req("P1")
@pytest.mark.req("P2")
@pytest.mark.req("P3")
@pytest.mark.req("P4")
@pytest.mark.req("P5")
@pytest.mark.req("P6")
@pytest.mark.req("P7")
@pytest.mark.req("P8")
@pytest.mark.req("P10")
@pytest.mark.req("P12")
@pytest.mark.parametrize("first", range(0, SEEDS, PER_TEST))
def test_no_promise_breaks_under_edits_deletes_kills_and_lost_answers(
    installed_org: LocalOrg, engine: Engine, first: int
) -> None:
    for seed in range(first, first + PER_TEST):
        simulator = run(installed_org, engine, seed)
        problems = broken(simulator.world, simulator.people.memory)
        idle = simulator.world.cycle(after=120)
        # What waits for a record that is not here is read again in every cycle.
        waits = any(item["kind"] == "waiting" for item in simulator.world.parked())

        assert problems == [], f"seed {seed}: {problems}"
        assert waits or (idle.api_calls, idle.counts) == (1, {}), f"seed {seed}: the idle cycle was not idle: {idle}"


@pytest.mark.req("P11")
@pytest.mark.parametrize("seed", [3, 7])
def test_the_same_seed_leaves_the_same_trace(installed_org: LocalOrg, engine: Engine, seed: int) -> None:
    first, second = (run(installed_org, engine, seed) for _ in range(2))

    assert first.digest() == second.digest()
    assert first.world.decisions()


def test_the_simulation_does_kill_and_lose_answers(installed_org: LocalOrg, engine: Engine) -> None:
    runs = [run(installed_org, engine, seed) for seed in range(4)]

    assert sum(one.kills for one in runs) > 0
    assert sum(one.lost_answers for one in runs) > 0

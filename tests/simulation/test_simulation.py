"""Seeded runs of the whole sync; a failing seed is printed and replays exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from service.localorg.faults.kinds import OF_CALLS
from service.localorg.org import LocalOrg
from tests.simulation.mix import OF_ROWS
from tests.simulation.place import Place, engine_on
from tests.simulation.run import run
from tests.simulation.simulator import Simulator

SEEDS = 500
PER_TEST = 20


@pytest.fixture(scope="module")
def place(installed_org: LocalOrg, database_url: str) -> Iterator[Place]:
    """Where the runs of this process take place."""
    place = Place(engine_on(database_url), installed_org)
    yield place
    place.engine.dispose()


@pytest.mark.req("P1")
@pytest.mark.req("P2")
@pytest.mark.req("P3")
@pytest.mark.req("P4")
@pytest.mark.req("P5")
@pytest.mark.req("P6")
@pytest.mark.req("P7")
@pytest.mark.req("P8")
@pytest.mark.req("P9")
@pytest.mark.req("P10")
@pytest.mark.req("P12")
@pytest.mark.parametrize("first", range(0, SEEDS, PER_TEST))
def test_no_promise_breaks_whatever_people_faults_and_kills_do(place: Place, first: int) -> None:
    outcomes = [run(place, seed) for seed in range(first, first + PER_TEST)]

    assert {outcome.seed: outcome.broken for outcome in outcomes if outcome.broken} == {}


@pytest.mark.req("P11")
@pytest.mark.parametrize("seed", [3, 7])
def test_the_same_seed_leaves_the_same_trace(place: Place, seed: int) -> None:
    first, second, other = run(place, seed), run(place, seed), run(place, seed + 1)

    assert first == second
    assert first.trace != other.trace


def test_the_simulation_does_kill_and_strike(place: Place) -> None:
    runs = [Simulator(place.org, place.engine, seed) for seed in range(6)]
    struck: Counter[str] = Counter()
    for one in runs:
        one.run()
        struck += one.struck

    assert sum(one.kills for one in runs) > 0
    assert set(struck) & set(OF_CALLS)
    assert set(struck) & set(OF_ROWS)

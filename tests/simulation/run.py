"""One seeded run, from its first record to the verdict."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import update

from service.store.ledger import cursors
from tests.simulation.place import Place
from tests.simulation.promises import broken
from tests.simulation.simulator import Simulator
from tests.world import START, World


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one seed: the promises it broke, in words, and the hash of all that happened."""

    seed: int
    broken: tuple[str, ...]
    trace: str


def run(place: Place, seed: int, *, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed to its calm end and judge it."""
    simulator = Simulator(place.org, place.engine, seed, tell=tell)
    try:
        problems = _live(simulator)
    except Exception:
        problems = [f"P10 the run fell over: {traceback.format_exc()}"]
    return Outcome(seed=seed, broken=tuple(problems), trace=simulator.trace.digest())


def _live(simulator: Simulator) -> list[str]:
    simulator.run()
    world, road = simulator.world, simulator.road
    return [
        *road.problems,
        *broken(world, simulator.people.memory, road.sent),
        *_not_idle(world),
        *_replayed(simulator),
    ]


def _not_idle(world: World) -> Iterator[str]:
    """P5: when all is said, a cycle costs one call and does nothing."""
    idle = world.cycle(after=120)
    # What waits for a record that is not here is read again in every cycle.
    waits = any(item["kind"] == "waiting" for item in world.parked())
    if not waits and (idle.api_calls, idle.counts) != (1, {}):
        yield f"P5 the idle cycle was not idle: {idle}"


def _replayed(simulator: Simulator) -> Iterator[str]:
    """P5: what was read once may be read again, from the first moment on, and moves nothing."""
    world, road = simulator.world, simulator.road
    sent, decided = len(road.sent), len(world.decisions())
    # What waits for a person, and what points at it, may be looked at again and tried anew.
    waits = {str(name) for item in world.parked() for name in (item["link_id"], world.crm_id(item["link_id"]))}
    with world.transaction() as connection:
        connection.execute(update(cursors).where(cursors.c.name.contains(":")).values(at=START))
    world.cycle(after=120)
    if again := [row for row in road.sent[sent:] if row.identity not in waits]:
        yield f"P5 a replayed cycle sent {[(row.mapping.name, row.identity, row.values) for row in again]}"
    news = [line for line in world.decisions()[decided:] if not waits & {str(line["link_id"]), str(line["ours"])}]
    if news:
        yield f"P5 a replayed cycle decided {news}"

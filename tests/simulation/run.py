"""One seeded run, from its first record to the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.simulation.place import Place
from tests.simulation.promises import broken
from tests.simulation.simulator import Simulator
from tests.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one seed: the promises it broke, in words, and the hash of all that happened."""

    seed: int
    broken: tuple[str, ...]
    trace: str


def run(place: Place, seed: int, *, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed to its calm end and judge it."""
    simulator = Simulator(place.org, place.engine, seed, tell=tell)
    simulator.run()
    problems = broken(simulator.world, simulator.people.memory)
    return Outcome(seed=seed, broken=(*problems, *_not_idle(simulator.world)), trace=simulator.trace.digest())


def _not_idle(world: World) -> Iterator[str]:
    """P5, P6: when all is said, a cycle costs one call and does nothing."""
    idle = world.cycle(after=120)
    # What waits for a record that is not here is read again in every cycle.
    waits = any(item["kind"] == "waiting" for item in world.parked())
    if not waits and (idle.api_calls, idle.counts) != (1, {}):
        yield f"P5 the idle cycle was not idle: {idle}"

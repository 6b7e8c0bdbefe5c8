"""Several processes that run seeds side by side, each in a place of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty

from tests.simulation.place import open_place
from tests.simulation.run import Outcome, run

_PROCESSES = get_context("spawn")


def outcomes(seeds: Sequence[int], *, jobs: int) -> Iterator[Outcome]:
    """Yield what became of each seed, in the order in which runs end."""
    waiting: Queue[int | None] = _PROCESSES.Queue()
    ended: Queue[Outcome] = _PROCESSES.Queue()
    for seed in (*seeds, *[None] * jobs):
        waiting.put(seed)
    crew = [_PROCESSES.Process(target=_work, args=(waiting, ended), daemon=True) for _ in range(jobs)]
    for one in crew:
        one.start()
    for _ in seeds:
        yield _next(ended, crew)
    for one in crew:
        one.join()


def _next(ended: Queue[Outcome], crew: Sequence[object]) -> Outcome:
    while True:
        try:
            return ended.get(timeout=1)
        except Empty:
            if any(getattr(one, "exitcode", None) for one in crew):
                raise RuntimeError("a process of the simulation died; its own message stands above") from None


def _work(waiting: Queue[int | None], ended: Queue[Outcome]) -> None:
    with open_place() as place:
        while (seed := waiting.get()) is not None:
            ended.put(run(place, seed))

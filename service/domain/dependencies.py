"""Tasks that wait for others: which order is possible."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter


def cycle(edges: Iterable[tuple[str, str]]) -> list[str] | None:
    """Return tasks that wait for each other in a circle, each before the one that waits for it; the first comes again.

    An edge is a task and its predecessor.
    """
    waiting: TopologicalSorter[str] = TopologicalSorter()
    for task, predecessor in edges:
        waiting.add(task, predecessor)
    try:
        waiting.prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return None

"""How the mapped objects hang together: what refers to what, and the order that follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from service.mapping.drafts import Drafts
from service.mapping.model import Problem
from service.mapping.rules import Columns

Parents = Mapping[str, set[str]]


def relation_problems(drafts: Drafts, *, overlay: str) -> Iterator[Problem]:
    """Yield what is wrong between the objects: unknown targets, things mapped twice, circles."""
    for noun, shape in drafts.shapes.items():
        yield from _unknown_targets(drafts, f"{noun}.yaml", "fields", shape.get("columns", {}))
    for noun, columns in drafts.extras.items():
        yield from _unknown_targets(drafts, overlay, f"overlay.{noun}.fields", columns)
    for key in ("object", "table"):
        yield from _used_twice(drafts, key)
    for circle in _circles(parents(drafts)):
        way = " -> ".join(circle)
        yield Problem(f"{circle[0]}.yaml", "fields", f"refers in a circle ({way}); leave one of these references out")


def parents(drafts: Drafts) -> Parents:
    """Return the objects that each object refers to, without itself."""
    return {
        noun: _targets({**shape.get("columns", {}), **drafts.extras.get(noun, {})}) & drafts.shapes.keys() - {noun}
        for noun, shape in drafts.shapes.items()
    }


def parents_first(graph: Parents) -> list[str]:
    """Return the objects so that each comes after those that it refers to, by name where either order would do."""
    sorter = TopologicalSorter({noun: sorted(graph[noun]) for noun in sorted(graph)})
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _targets(columns: Columns) -> set[str]:
    return {field["refers_to"] for field in columns.values() if "refers_to" in field}


def _unknown_targets(drafts: Drafts, file: str, place: str, columns: Columns) -> Iterator[Problem]:
    for column, field in columns.items():
        target = field.get("refers_to")
        if target is not None and target not in drafts.shapes:
            known = ", ".join(drafts.shapes)
            yield Problem(
                file, f"{place}.{column}.refers_to", f"{target!r} is not a mapped object; write one of {known}"
            )


def _used_twice(drafts: Drafts, key: str) -> Iterator[Problem]:
    first_of: dict[str, str] = {}
    for noun, shape in drafts.shapes.items():
        name = shape.get(key, noun if key == "table" else None)
        first = first_of.setdefault(str(name).casefold(), noun) if name else noun
        if first != noun:
            yield Problem(f"{noun}.yaml", key, f"{name!r} is mapped in {first}.yaml already; map it once")


def _circles(graph: Parents) -> Iterator[list[str]]:
    """Yield circles until none is left, taking the last step out of each."""
    open_graph = {noun: set(targets) for noun, targets in graph.items()}
    while True:
        try:
            parents_first(open_graph)
        except CycleError as error:
            # Each member of the circle is referred to by the next.
            circle = list(reversed(error.args[1]))
            yield circle
            open_graph[circle[0]].discard(circle[1])
        else:
            return

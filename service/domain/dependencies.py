"""Tasks that wait for others: which order is possible, and who waits for whom (AG-18 to AG-20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter

from service.domain.faults import Fault
from service.domain.tasks import CANCELED, COMPLETED
from service.domain.values import Row, Value


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """A task that another one waits for, and how many days more it waits after it; `name` is for people."""

    id: str
    name: str
    status: Value
    completed: date | None
    end: date | None
    lag_days: int = 0

    @property
    def released(self) -> date | None:
        """Return the day from which it holds nobody any more: None while it is not done; a canceled one never holds."""
        if self.status == CANCELED:
            return date.min
        if self.status != COMPLETED:
            return None
        return self.completed + timedelta(days=self.lag_days) if self.completed else date.min


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a task waits for: a predecessor that is not done, or the day when its lag is over."""

    predecessor: Predecessor
    until: date | None

    def __str__(self) -> str:
        name = self.predecessor.name
        return f"{name}, which is not completed" if self.until is None else f"{name}, until {self.until}"


def waits(predecessors: Iterable[Predecessor], today: date) -> list[Wait]:
    """Return what a task waits for on the org's day; it is waiting while there is anything (AG-18)."""
    held = [(each, each.released) for each in predecessors]
    return [Wait(predecessor=each, until=day) for each, day in held if day is None or day > today]


def earliest_start(predecessors: Iterable[Predecessor]) -> date | None:
    """Return the first day on which a task may start, as its predecessors are done or planned; None where none says."""
    planned = [_planned(each) for each in predecessors if each.status != CANCELED]
    return max((day for day in planned if day), default=None)


def completion_faults(waiting: list[Wait], *, confirmed: bool) -> list[Fault]:
    """Refuse to complete a task that waits, unless somebody has confirmed it (AG-18)."""
    if not waiting or confirmed:
        return []
    message = f"This task waits for {' and for '.join(map(str, waiting))}; confirm to complete it all the same"
    return [Fault(field="status", code="waiting", message=message)]


def faults(task: Row, predecessor: Row, circle: Iterable[str] | None) -> list[Fault]:
    """Name what keeps a task from waiting for another; `circle` names the tasks that would wait for each other (AG-20)."""
    if not _together(task, predecessor):
        message = (
            f"{predecessor.get('name')} belongs to other work than {task.get('name')}; "
            "choose a task of the same playbook or objective"
        )
        return [Fault(field="predecessor_id", code="elsewhere", message=message)]
    if circle is not None:
        path = " → ".join(circle)
        message = f"These tasks would wait for each other: {path}; choose another predecessor, or remove one of these"
        return [Fault(field="predecessor_id", code="cycle", message=message)]
    return []


def _together(task: Row, predecessor: Row) -> bool:
    return any(
        task.get(column) and task.get(column) == predecessor.get(column) for column in ("playbook_id", "objective_id")
    )


def _planned(predecessor: Predecessor) -> date | None:
    end = predecessor.completed or predecessor.end
    return end + timedelta(days=predecessor.lag_days) if end else None

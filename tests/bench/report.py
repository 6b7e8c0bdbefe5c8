"""The report of a run: each measure with its unit, the design's goal, whether it is met, and what peers need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A number of the design: to stay at or below, or to reach."""

    at_most: float | None = None
    at_least: float | None = None

    def met_by(self, value: float) -> bool:
        """Say whether a value reaches the goal."""
        below = self.at_most is None or value <= self.at_most
        return below and (self.at_least is None or value >= self.at_least)

    def __str__(self) -> str:
        return f"≤ {self.at_most:,g}" if self.at_most is not None else f"≥ {self.at_least:,g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What somebody else needs for the same work, measured in the same run."""

    name: str
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number; `value` is None when this run did not measure it, `judged` is False when its size is not the design's."""

    name: str
    title: str
    value: float | None
    unit: str
    goal: Goal | None = None
    judged: bool = True
    peers: Sequence[Peer] = field(default_factory=tuple)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Say whether the goal is met; None without a goal or without a fair value."""
        if self.goal is None or self.value is None or not self.judged:
            return None
        return self.goal.met_by(self.value)


def document(measures: Sequence[Measure], **facts: Any) -> dict[str, Any]:
    """Return the report as one JSON document, ending with which numbers of the design are met."""
    return {**facts, "measures": [_told(measure) for measure in measures], "design": verdicts(measures)}


def verdicts(measures: Iterable[Measure]) -> dict[str, list[str]]:
    """Return the names of the goals met, missed, and not judged by this run."""
    sorted_out: dict[str, list[str]] = {"met": [], "missed": [], "not_judged": []}
    for measure in measures:
        if measure.goal is not None:
            sorted_out[{True: "met", False: "missed", None: "not_judged"}[measure.met]].append(measure.name)
    return sorted_out


def show(measures: Sequence[Measure], console: Console, *, bench: str) -> None:
    """Print the report for people."""
    table = Table("Measure", "Plansync", "Goal", "Peers", title=f"plansync bench {bench}", show_lines=True)
    for measure in measures:
        title = f"{measure.title}\n[dim]{measure.note}[/dim]" if measure.note else measure.title
        peers = "\n".join(
            f"{p.name}: {_number(p.value)}" + (f" [dim]({p.note})[/dim]" if p.note else "") for p in measure.peers
        )
        table.add_row(title, _verdict(measure), str(measure.goal or ""), peers)
    console.print(table)
    for verdict, names in verdicts(measures).items():
        console.print(f"Numbers of the design {verdict.replace('_', ' ')}: {', '.join(names) or 'none'}")


def _told(measure: Measure) -> dict[str, Any]:
    goal = measure.goal and {
        k: getattr(measure.goal, k) for k in ("at_most", "at_least") if getattr(measure.goal, k) is not None
    }
    return {
        "name": measure.name,
        "title": measure.title,
        "value": measure.value,
        "unit": measure.unit,
        "goal": goal,
        "met": measure.met,
        "peers": [{"name": p.name, "value": p.value, "note": p.note} for p in measure.peers],
        "note": measure.note,
    }


def _verdict(measure: Measure) -> str:
    if measure.value is None:
        return "[dim]not measured[/dim]"
    colour = {True: "green", False: "red", None: "default"}[measure.met]
    return f"[{colour}]{_number(measure.value)}[/{colour}] {measure.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"

"""A template as its file tells it: pieces inside pieces, known by keys, their dates counted in days from an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from service.domain import objectives
from service.domain.values import Kind, Row
from service.mapping.model import FieldMapping, ObjectMapping

PARTS: Mapping[str, Mapping[str, str]] = {
    "success_plan": {"objectives": "objective", "playbooks": "playbook", "tasks": "playbook_task"},
    "objective": {"kpis": "objective_kpi", "playbooks": "playbook", "tasks": "playbook_task"},
    "playbook": {"tasks": "playbook_task"},
    "playbook_task": {},
    "objective_kpi": {},
}
"""What a piece may hold, by the word of a file, parents before children."""

ROOTS = ("success_plan", "objective", "playbook")
"""What can be a template."""

_OF_ONE_RECORD = frozenset(
    {
        *("template", "template_version", "archived", "blocked", "active", "activated_on", "completed_on", "exit"),
        *("status", "stage", "playbook_status", "health", "current_value", "percent_complete"),
    }
)
"""The columns that tell of one record's own life: a clone begins them anew, so no file tells them."""
_TELLABLE = (Kind.TEXT, Kind.RICH_TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.CHOICE, Kind.CHOICES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One record of a template: its values, its days by date column, its people, the tasks it waits for, its parts.

    `resources` are people by e-mail address or name, each with a role or none; `after` are keys of tasks with the
    days that must lie between.
    """

    noun: str
    key: str
    values: Row = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    resources: Mapping[str, str | None] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A whole template; every day counts from the anchor, which only a template without dates does not have."""

    anchor: date | None
    root: Piece

    def on(self, day: int) -> str | None:
        """Return the canonical date of a day."""
        return None if self.anchor is None else (self.anchor + timedelta(days=day)).isoformat()


def told(mapping: ObjectMapping) -> list[FieldMapping]:
    """Return the fields that a file tells: what an author decides, not how the work stands nor whose it is."""
    return [
        f for f in mapping.fields if f.pulled and f.pushed and f.kind in _TELLABLE and f.column not in _OF_ONE_RECORD
    ]


def telling(noun: str, values: Row) -> Row:
    """Return the values that say something: no empty ones, nor an objective's title that only repeats its name."""
    said: Row = {column: value for column, value in values.items() if value not in (None, False)}
    if noun == "objective" and said.get("title") == said.get("name"):
        said.pop("title", None)
    return said


def day_word(column: str) -> str:
    """Return how a file calls a date column."""
    return {"start_date": "start", "end_date": "end"}.get(column, column)


def walk(piece: Piece, path: str = "") -> Iterator[tuple[str, Piece]]:
    """Yield a piece and all within it, each with its key path in the file, parents before children."""
    yield path, piece
    for word, noun in PARTS[piece.noun].items():
        for part in piece.parts:
            if part.noun == noun:
                yield from walk(part, f"{path}.{word}.{part.key}".lstrip("."))


def size(blueprint: Blueprint) -> int:
    """Return how many records the template makes, with its dependencies and assignments."""
    pieces = [piece for _, piece in walk(blueprint.root)]
    tasks = [piece for piece in pieces if piece.noun == "playbook_task"]
    return len(pieces) + sum(len(task.after) + len(task.resources) for task in tasks)


def row_of(blueprint: Blueprint, piece: Piece) -> Row:
    """Return the canonical values of a piece as a record of a template."""
    days = {column: blueprint.on(day) for column, day in piece.days.items()}
    values: Row = {**piece.values, **days}
    if piece.noun == "objective":
        values = objectives.filled(values, {})
    return values if piece.noun == "objective_kpi" else {**values, "template": True}

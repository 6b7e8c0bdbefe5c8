"""Telling a template of the org as its file would: every record gets a key, every date becomes days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from service.domain.templates import ASSIGNMENT, DEPENDENCY, TASK, Record, Template
from service.domain.values import Kind
from service.mapping.model import FieldMapping, Mappings
from service.plans.blueprint import PARTS, Blueprint, Piece, telling, told

_LONGEST_KEY = 40
_PARENTS = ("playbook_id", "objective_id", "success_plan_id")
"""What a record may stand under, the closest first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A template as its file tells it, and the id of each of its records by its place (`playbook_task.call`)."""

    blueprint: Blueprint
    records: Mapping[str, str]


def slug(name: str, taken: Collection[str] = ()) -> str:
    """Return a key that reads like a name and is not taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_KEY].rstrip("_")
    key = words if words[:1].isalpha() else f"x_{words}".rstrip("_")
    return next(each for each in _numbered(key) if each not in taken)


def _numbered(key: str) -> Iterator[str]:
    yield key
    number = 2
    while True:
        yield f"{key}_{number}"
        number += 1


def place(noun: str, key: str) -> str:
    """Return under what the id of a record is kept."""
    return f"{noun}.{key}"


def tell(
    template: Template, mappings: Mappings, *, names: Mapping[str, str], known: Mapping[str, str], key: str
) -> Told:
    """Return a template as its file tells it.

    `names` are what people are called, by id; `known` are the places that records had before, with their ids; `key`
    names the whole.
    """
    found = _Telling(template, mappings, names, known)
    records = {place(r.noun, found.keys[str(r.id)]): str(r.id) for r in template.children if r.noun in PARTS}
    return Told(Blueprint(anchor=found.anchor, root=found.piece(template.root, key)), records)


@dataclass(frozen=True)
class _Telling:
    template: Template
    mappings: Mappings
    names: Mapping[str, str]
    known: Mapping[str, str]

    @cached_property
    def anchor(self) -> date | None:
        """Return the day that all others count from."""
        days = (
            record.row[field.column]
            for record in self.template
            if record.noun in PARTS
            for field in self._dates(record)
        )
        return self.template.anchor or min((date.fromisoformat(str(day)) for day in days if day), default=None)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Return the key of each record: the one that it had, else one like its name."""
        had = {our_id: where.partition(".")[2] for where, our_id in self.known.items()}
        keys: dict[str, str] = {}
        taken: dict[str, set[str]] = {}
        # Those that had one first, so that nobody takes it from them.
        for record in sorted(self._pieces(), key=lambda each: str(each.id) not in had):
            others = taken.setdefault(record.noun, set())
            key = had.get(str(record.id)) or slug(record.title, others)
            keys[str(record.id)] = key
            others.add(key)
        return keys

    def piece(self, record: Record, key: str) -> Piece:
        """Return one record with everything within it."""
        columns = told(self.mappings[record.noun])
        return Piece(
            noun=record.noun,
            key=key,
            values=telling(
                record.noun, {f.column: record.row.get(f.column) for f in columns if f.kind is not Kind.DATE}
            ),
            days={f.column: self._day(record.row[f.column]) for f in self._dates(record) if record.row[f.column]},
            resources=dict(self._people(record)),
            after=dict(self._predecessors(record)),
            parts=tuple(self.piece(child, self.keys[str(child.id)]) for child in self._children(record)),
        )

    def _dates(self, record: Record) -> Iterable[FieldMapping]:
        return (field for field in told(self.mappings[record.noun]) if field.kind is Kind.DATE)

    def _day(self, day: object) -> int:
        assert self.anchor is not None  # noqa: S101 - there is a day, so there is a first one
        return (date.fromisoformat(str(day)) - self.anchor).days

    def _pieces(self) -> Iterator[Record]:
        return (record for record in self.template.children if record.noun in PARTS)

    @cached_property
    def _under(self) -> Mapping[str, Sequence[Record]]:
        """Return what stands under each record, in order."""
        return _grouped(self._pieces(), self._parent)

    @cached_property
    def _of_tasks(self) -> Mapping[str, Sequence[Record]]:
        """Return the dependencies and assignments of each task."""
        found = (record for record in self.template.children if record.noun in (ASSIGNMENT, DEPENDENCY))
        return _grouped(found, lambda record: str(record.row["playbook_task_id"]))

    def _children(self, parent: Record) -> list[Record]:
        nouns = list(PARTS[parent.noun].values())
        return sorted(self._under.get(str(parent.id), ()), key=lambda record: nouns.index(record.noun))

    def _parent(self, record: Record) -> str:
        """Return what a record stands under most closely; what hangs in the air stands under the template."""
        over = (str(record.row.get(column)) for column in _PARENTS)
        return next((each for each in over if each in self.template.by_id), str(self.template.root.id))

    def _people(self, record: Record) -> Iterator[tuple[str, str | None]]:
        if record.noun != TASK and record.row.get("resource_id"):
            yield self._name(record.row["resource_id"]), None
        for each in self._of(ASSIGNMENT, record):
            if each.row["resource_id"]:
                yield self._name(each.row["resource_id"]), _text(each.row.get("role"))

    def _name(self, resource_id: object) -> str:
        return self.names.get(str(resource_id), str(resource_id))

    def _predecessors(self, record: Record) -> Iterator[tuple[str, int]]:
        for each in self._of(DEPENDENCY, record):
            # One outside of the template is not cloned with it.
            if str(each.row["predecessor_id"]) in self.keys:
                yield self.keys[str(each.row["predecessor_id"])], int(str(each.row["lag_days"] or 0))

    def _of(self, noun: str, task: Record) -> Iterator[Record]:
        return (record for record in self._of_tasks.get(str(task.id), ()) if record.noun == noun)


def _grouped(records: Iterable[Record], by: Callable[[Record], str]) -> Mapping[str, Sequence[Record]]:
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(by(record), []).append(record)
    return groups


def _text(value: object) -> str | None:
    return None if value is None else str(value)

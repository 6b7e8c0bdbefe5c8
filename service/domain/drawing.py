"""Drawing the records of a clone in full: what lasts, how a life begins, what was chosen, where each stands, whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from service.domain import objectives, places, resources
from service.domain.allocating import Allocation
from service.domain.completion import dated
from service.domain.dates import Calendar
from service.domain.faults import Fault
from service.domain.permissions import User
from service.domain.places import Parents
from service.domain.templates import (
    ASSIGNMENT,
    DEPENDENCY,
    KPI,
    ROOTS,
    STANDS_AT,
    TASK,
    Choices,
    Record,
    Template,
)
from service.domain.values import Kind, Row, Value, canonical

NewId = Callable[[str], UUID]
"""Gives the id of a new record by what it is made from, the same one each time."""

BEGINS: Mapping[str, Row] = {
    "success_plan": {"status": "Draft"},
    "objective": {"status": "Not Started"},
    "playbook": {"stage": "Planned", "active": True},
    TASK: {"status": "Not Started"},
}
"""How the life of a new record begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a clone is made: who acts and when (`today` is the org's day), and the rows that its choices name.

    `resources` stand by their id, `parents` by the column of the new root that points at them, nearest first.
    """

    acting: User
    now: datetime
    today: date
    resources: Mapping[str, Row] = field(default_factory=dict)
    parents: Parents = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record to be made; `source` is the record of the template that it comes from.

    `record_type` is the CRM's id of the type that was chosen (OB-13).
    """

    noun: str
    id: UUID
    source: UUID
    values: Row
    record_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Draws the records of one clone; `ids` are the new ones, by the id in the template."""

    template: Template
    choices: Choices
    setting: Setting
    allocation: Allocation
    ids: Mapping[str, UUID]

    def draft(self, record: Record, dates: Row) -> Draft:
        """Draw one record; where it stands and when is not for the template's row to say."""
        chosen = self.choices.of(record, self.template)
        # Of a name and a title the one that was chosen gives the other, too.
        named = objectives.filled(chosen, {}) if record.noun == "objective" else chosen
        settled = {*STANDS_AT[record.noun], *self.template.dates.get(record.noun, ())}
        lasting = {column: value for column, value in record.lasting.items() if column not in settled}
        values = {**lasting, **self._begins(record), **named, **dates}
        values |= self._place(record) | self._stamps(record)
        if record.noun in ROOTS:
            values["resource_id"] = self.allocation.of(record)
        values = dated(record.noun, values, {}, now=self.setting.now, today=self.setting.today)
        return Draft(
            noun=record.noun,
            id=self.ids[str(record.id)],
            source=record.id,
            values=values,
            record_type=self.choices.record_types.get(record.id),
        )

    def assignments(self, new_id: NewId) -> Iterator[Draft]:
        """Draw the assignments of all tasks."""
        for post in self.allocation.posts:
            if post.noun == TASK:
                values: Row = {
                    "playbook_task_id": str(self.ids[str(post.record)]),
                    "resource_id": post.resource,
                    "role": post.role,
                }
                yield Draft(noun=ASSIGNMENT, id=new_id(post.key), source=post.source, values=values)

    def faults(self) -> list[Fault]:
        """Name what is wrong with where the clone is to stand and with whose it is to be."""
        noun, parents = self.template.root.noun, self.setting.parents
        found = [*places.account_required(self._root_place, noun.replace("_", " "))]
        found += places.faults(self._root_place, parents)
        found += resources.unknown(self.setting.acting)
        return found

    @cached_property
    def _root_place(self) -> Row:
        """Return where the new root stands: as chosen, as its parents do, or in the template's account (OB-20)."""
        root = self.template.root
        place = places.placed({c: self.choices.values.get(c) for c in STANDS_AT[root.noun]}, self.setting.parents)
        return {**place, "account_id": place["account_id"] or root.row.get("account_id")}

    def _place(self, record: Record) -> Row:
        """Return where a new record stands: a child with the new root and in its account (OB-31, OB-42)."""
        root, columns = self.template.root, STANDS_AT[record.noun]
        if record is root:
            return {column: self._root_place[column] for column in columns}
        inner = {column: self._new(record.row.get(column)) for column in columns}
        inner["objective_id"] = self._new(self.template.objective_of(record))
        outer = {**self._root_place, f"{root.noun}_id": self._new(str(root.id))}
        return {column: outer.get(column) or inner[column] for column in columns}

    def _new(self, old: Value) -> Value:
        new = self.ids.get(str(old))
        return str(new) if new else None

    def _begins(self, record: Record) -> Row:
        begins = BEGINS.get(record.noun, {})
        if record.noun == "playbook":
            return {**begins, "activated_on": canonical(Kind.DATETIME, self.setting.now)}
        return {**begins, "status": "Waiting"} if str(record.id) in self._waiting else begins

    @cached_property
    def _waiting(self) -> frozenset[str]:
        """Return the tasks that wait for another one (AG-18)."""
        return frozenset(
            str(record.row["playbook_task_id"])
            for record in self.template.children
            if record.noun == DEPENDENCY and str(record.id) in self.ids
        )

    def _stamps(self, record: Record) -> Row:
        """Return what tells a clone from its template, what it was made from, and whose it is (OB-59)."""
        if record.noun == DEPENDENCY:
            return {}
        resource = self.setting.resources.get(str(self.allocation.of(record)))
        owner: Row = {"owner_id": resources.owner_of(resource, self.setting.acting)}
        if record.noun == KPI:
            return owner
        stamps: Row = {**owner, "template": False, "source_template_id": str(record.id)}
        if record.noun in ROOTS:
            # A part that was never published by itself is of the version of the whole.
            whole = self.template.root.row
            stamps["template_version"] = record.row.get("template_version") or whole.get("template_version")
        return stamps

"""Templates as values: the tree that is cloned, and what somebody chose for a clone of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from service.domain.values import Row

ROOTS = ("success_plan", "objective", "playbook")
"""The nouns that can be templates."""
NOUNS = (
    *("success_plan", "objective", "objective_kpi", "playbook", "playbook_task"),
    *("playbook_task_dependency", "playbook_task_assignment"),
)
"""The nouns of a template's records, parents before children."""
KPI, TASK = "objective_kpi", "playbook_task"
DEPENDENCY, ASSIGNMENT = "playbook_task_dependency", "playbook_task_assignment"
DATES: Mapping[str, tuple[str, ...]] = {
    "success_plan": ("start_date", "end_date", "next_business_review"),
    "objective": ("start_date", "end_date"),
    "objective_kpi": ("target_date",),
    "playbook": ("start_date", "end_date"),
    "playbook_task": ("start_date", "end_date"),
}
"""The columns that move with the start."""
STANDS_AT: Mapping[str, tuple[str, ...]] = {
    "success_plan": ("account_id",),
    "objective": ("account_id", "success_plan_id"),
    "objective_kpi": ("objective_id",),
    "playbook": ("account_id", "success_plan_id", "objective_id"),
    "playbook_task": ("account_id", "success_plan_id", "objective_id", "playbook_id"),
    "playbook_task_dependency": ("playbook_task_id", "predecessor_id"),
    "playbook_task_assignment": ("playbook_task_id",),
}
"""The columns that say where a record stands."""
STAMPS = frozenset({"template", "template_version", "source_template_id", "owner_id"})
"""The columns that a clone gives its records, whatever is chosen."""
_OWN_LIFE = frozenset(
    {
        *(
            "archived",
            "blocked",
            "completed_on",
            "status",
            "stage",
            "playbook_status",
            "active",
            "activated_on",
            "exit",
        ),
        *("health", "current_value", "progress", "progress_basis", "percent_complete", "last_progress_update"),
        *("contact_id", "assigned_contact_id"),
    }
)
"""The columns that tell of one record's own life, or of one customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a template."""

    noun: str
    id: UUID
    row: Row

    @property
    def title(self) -> str:
        """Return what a person knows the record by."""
        return str(self.row.get("description" if self.noun == KPI else "name") or self.noun)

    @property
    def lasting(self) -> Row:
        """Return what a clone may take over; its own life begins anew (OB-23), and the CRM numbers KPIs."""
        fresh = _OWN_LIFE | STAMPS | ({"name"} if self.noun == KPI else set())
        return {column: value for column, value in self.row.items() if column not in fresh}


@dataclass(frozen=True, kw_only=True)
class Template:
    """A record that is cloned with its children, which stand parents first."""

    root: Record
    children: tuple[Record, ...] = ()
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: DATES)
    """The date columns of each noun, with those that an org added."""

    def __iter__(self) -> Iterator[Record]:
        yield self.root
        yield from self.children

    @cached_property
    def by_id(self) -> Mapping[str, Record]:
        """Return its records by their id, as references hold it."""
        return {str(record.id): record for record in self}

    @cached_property
    def anchor(self) -> date | None:
        """Return the day from which distances are measured: its start, else the earliest start of a child (OB-41)."""
        own = self.root.row.get("start_date")
        starts = [own] if own else [record.row.get("start_date") for record in self.children]
        return min((date.fromisoformat(str(start)) for start in starts if start), default=None)

    @cached_property
    def seen(self) -> str:
        """Return a fingerprint of what a clone would copy: it changes whenever a clone would be another one."""
        content = [[record.noun, str(record.id), record.lasting] for record in self]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def seen_on(self, day: date) -> str:
        """Return the fingerprint of what a clone would be that is asked for on this day: dates follow it (OB-43)."""
        return f"{self.seen}@{day}"

    def objective_of(self, record: Record) -> str | None:
        """Return the objective that a record stands under, its own or that of its playbook."""
        playbook = self.by_id.get(str(record.row.get("playbook_id")))
        own = record.row.get("objective_id") or (playbook.row.get("objective_id") if playbook else None)
        return str(own) if own else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What somebody chose for a clone; values are canonical, and children are named by their id in the template.

    `values` are those of the new root, `resources` the people of a task in place of the template's, `record_types` the
    CRM's ids of the types that were chosen, by record of the template. Dates of children that were edited by hand were
    edited under a start: `dates_edited_under`, today when nothing is said.
    """

    values: Row = field(default_factory=dict)
    left_out: frozenset[UUID] = frozenset()
    edits: Mapping[UUID, Row] = field(default_factory=dict)
    resources: Mapping[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    record_types: Mapping[UUID, str] = field(default_factory=dict)
    start: date | None = None
    dates_edited_under: date | None = None
    move_kpis: bool = False
    working_days: bool = False

    def of(self, record: Record, template: Template) -> Row:
        """Return what was chosen for a record of the template in place of its values."""
        return self.values if record is template.root else self.edits.get(record.id, {})

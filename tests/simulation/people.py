"""The people on both sides: they create, edit, delete and undelete, and remember what was accepted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from service.domain.values import CANON, Kind, Value
from service.localorg.errors import Refusal
from service.mapping.model import FieldMapping, ObjectMapping
from tests.simulation.trace import Trace
from tests.world import World

PLAYED = (
    "account",
    "success_plan",
    "objective",
    "objective_kpi",
    "playbook",
    "playbook_task",
    "playbook_task_dependency",
)
PARENTS = {
    "success_plan": {"account_id": "account"},
    "objective": {"account_id": "account", "success_plan_id": "success_plan"},
    "objective_kpi": {"objective_id": "objective"},
    "playbook": {"account_id": "account", "objective_id": "objective"},
    "playbook_task": {"account_id": "account", "playbook_id": "playbook"},
    "playbook_task_dependency": {"playbook_task_id": "playbook_task", "predecessor_id": "playbook_task"},
}
ESSENTIAL = {"account_id", "objective_id", "playbook_task_id", "predecessor_id"}
EDITED = {
    "account": ("name", "csm_pulse", "tags", "mrr"),
    "success_plan": ("name", "summary", "health", "progress"),
    "objective": ("name", "title", "description", "current_value", "archived", "tags", "start_date"),
    "objective_kpi": ("description", "current_value", "target_value", "blocked", "source_attribute", "objective_id"),
    "playbook": ("name", "estimated_hours", "activated_on", "description"),
    "playbook_task": ("name", "percent_complete", "sequence", "description", "playbook_id"),
    "playbook_task_dependency": ("lag_days",),
}
TRAPS = ("", "  ", "NA", "null", "#N/A", "0", "false", "😀 ünï", "a\nb", '"quoted", text', "<b>bold</b>", "=1+1")
SPOKEN_FOR: dict[str, Callable[[int], Any]] = {
    "csm_pulse": lambda number: number % 5 + 1,
    "health": lambda number: number % 5 + 1,
    "percent_complete": lambda number: number % 101,
}
"""Numbers that the CRM's own rules leave little freedom."""


Act = tuple[Callable[[], None], int]
"""What somebody may do, and how often beside the others."""


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted change: on which side, of which record (our id or CRM id), which value."""

    side: str
    noun: str
    record: str
    column: str
    value: Value
    at: int


@dataclass
class Memory:
    """What people did and the side accepted."""

    changes: list[Change] = field(default_factory=list)
    deleted_here: set[UUID] = field(default_factory=set)
    deleted_there: set[str] = field(default_factory=set)
    undeleted: set[str] = field(default_factory=set)
    steps: int = 0

    def note(self, side: str, noun: str, record: object, values: dict[str, Value]) -> None:
        """Remember accepted values."""
        self.steps += 1
        self.changes += [Change(side, noun, str(record), column, value, self.steps) for column, value in values.items()]


class People:
    """Act on one world; everything random comes from one generator."""

    def __init__(self, world: World, random: Random, trace: Trace) -> None:
        self.world, self.random, self.trace, self.memory = world, random, trace, Memory()
        self._number = 0

    def act(self, others: Sequence[Act] = ()) -> None:
        """Do one thing on one side; `others` may do something in their place."""
        acts: list[Act] = [
            *others,
            (self.create_there, 3),
            (self.create_here, 3),
            (self.edit_there, 6),
            (self.edit_here, 6),
            (self.delete_there, 1),
            (self.delete_here, 1),
            (self.undelete_there, 1),
        ]
        chosen = self.random.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        chosen()

    def begin(self) -> None:
        """Put a little business into the CRM."""
        for noun in ("account", "account", "success_plan", "objective", "objective_kpi", "playbook", "playbook_task"):
            self.create_there(noun)

    # Their side

    def create_there(self, noun: str | None = None) -> None:
        """Create a record in the CRM."""
        noun = noun or self.random.choice(PLAYED)
        live = {parent: sorted(self.world.there(parent)) for parent in set(PARENTS.get(noun, {}).values())}
        pointing = self._pointing(noun, live)
        if pointing is None:
            return
        values = {**self._first_values(noun, "there"), **pointing}
        self._there(noun, values, lambda wire: self.world.create_there(noun, **wire))

    def edit_there(self) -> None:
        """Edit a field of a record in the CRM."""
        noun = self.random.choice(PLAYED)
        live = sorted(self.world.there(noun))
        if live:
            crm_id = self.random.choice(live)
            column = self.random.choice(EDITED[noun])
            values = {column: self._value(noun, column, "there")}

            def write(wire: dict[str, Any]) -> str:
                self.world.edit_there(noun, crm_id, **wire)
                return crm_id

            self._there(noun, values, write)

    def delete_there(self) -> None:
        """Delete a record in the CRM; what goes with it is remembered, too."""
        noun = self.random.choice(PLAYED[1:])
        live = sorted(self.world.there(noun))
        if not live:
            return
        self.gone_there(lambda: self.world.delete_there(self.random.choice(live)))

    def gone_there(self, act: Callable[[], object]) -> None:
        """Do what deletes records in the CRM, and remember which went."""
        before = self._all_there()
        try:
            act()
        except Refusal:
            return
        gone = before - self._all_there()
        self.trace.note("deleted there", sorted(gone))
        self.memory.deleted_there |= gone
        self.memory.undeleted -= gone

    def undelete_there(self) -> None:
        """Bring a record back from the recycle bin."""
        bin_ = sorted(self.memory.deleted_there - self.memory.undeleted)
        if not bin_:
            return
        before = self._all_there()
        try:
            self.world.org.writer.undelete(self.world.admin, self.random.choice(bin_))
        except Refusal:
            return
        back = self._all_there() - before
        self.trace.note("undeleted there", sorted(back))
        self.memory.undeleted |= back

    def _there(self, noun: str, values: dict[str, Any], write: Callable[[dict[str, Any]], str]) -> None:
        mapping = self._mapping(noun)
        wire = {mapping.field(column).crm: value for column, value in values.items()}
        try:
            crm_id = write(wire)
        except Refusal:
            return
        self._accepted("there", noun, crm_id, self._kept(noun, crm_id, values))

    def _kept(self, noun: str, crm_id: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return what the org has made of these values: its automation may have had its say."""
        row = self.world.there(noun)[crm_id]
        return {column: row[self._field(noun, column).crm] for column in values}

    def _all_there(self) -> set[str]:
        return {crm_id for noun in PLAYED for crm_id in self.world.there(noun)}

    # Our side

    def create_here(self) -> None:
        """Create a record in the store."""
        noun = self.random.choice(PLAYED[1:])
        live = {parent: self._live_here(parent) for parent in set(PARENTS[noun].values())}
        pointing = self._pointing(noun, live)
        if pointing is not None:
            values = {**self._first_values(noun, "here"), **pointing}
            our_id = self.world.create_here(noun, **values)
            self._accepted("here", noun, our_id, values)

    def edit_here(self) -> None:
        """Edit a field of a record in the store."""
        noun = self.random.choice(PLAYED)
        live = self._live_here(noun)
        if live:
            our_id = UUID(self.random.choice(live))
            column = self.random.choice(EDITED[noun])
            values = {column: self._value(noun, column, "here")}
            self.world.edit_here(noun, our_id, **values)
            self._accepted("here", noun, our_id, values)

    def delete_here(self) -> None:
        """Delete a record in the store, its dependants first, as our API will."""
        noun = self.random.choice(PLAYED[1:])
        live = self._live_here(noun)
        if live:
            self._delete_here(noun, UUID(self.random.choice(live)))

    def _delete_here(self, noun: str, our_id: UUID) -> None:
        for child, parents in PARENTS.items():
            for column, parent in parents.items():
                if parent == noun and column in ESSENTIAL - {"account_id"} and child != "playbook":
                    for child_id, row in sorted(self.world.here(child).items()):
                        if row[column] == str(our_id):
                            self._delete_here(child, child_id)
        self.world.delete_here(noun, our_id)
        self.trace.note("deleted here", noun, str(our_id))
        self.memory.deleted_here.add(our_id)

    def _live_here(self, noun: str) -> list[str]:
        return sorted(str(our_id) for our_id in self.world.here(noun))

    def _live(self, side: str, noun: str) -> list[str]:
        return self._live_here(noun) if side == "here" else sorted(self.world.there(noun))

    # Values

    def _accepted(self, side: str, noun: str, record: object, values: dict[str, Any]) -> None:
        """Remember what a side has taken: from now on it is for the sync to see that nothing of it gets lost."""
        canonical = self._canonical(noun, values)
        self.trace.note("accepted", side, noun, str(record), canonical)
        self.memory.note(side, noun, record, canonical)

    def _mapping(self, noun: str) -> ObjectMapping:
        assert self.world.mappings
        return self.world.mappings[noun]

    def _field(self, noun: str, column: str) -> FieldMapping:
        return self._mapping(noun).field(column)

    def _canonical(self, noun: str, values: dict[str, Any]) -> dict[str, Value]:
        return {column: self._canon(self._field(noun, column), value) for column, value in values.items()}

    @staticmethod
    def _canon(mapped: FieldMapping, value: Any) -> Value:
        return CANON[mapped.kind](bool(value) if mapped.kind is Kind.BOOLEAN else value)

    def _pointing(self, noun: str, live: dict[str, list[str]]) -> dict[str, str] | None:
        """Choose parents; None when one that is needed does not exist."""
        chosen: dict[str, str] = {}
        for column, parent in PARENTS.get(noun, {}).items():
            if column == "success_plan_id" or (noun == "playbook" and column == "objective_id"):
                continue  # would have to be of the same account; linked by edits of the flow tests
            if not live[parent]:
                return None
            chosen[column] = self.random.choice(live[parent])
        if noun == "playbook_task_dependency" and chosen["playbook_task_id"] == chosen["predecessor_id"]:
            return None
        return chosen

    def _first_values(self, noun: str, side: str) -> dict[str, Any]:
        columns = {"objective_kpi": ("description",), "playbook_task_dependency": ()}.get(noun, ("name",))
        return {column: self._token(side) for column in columns}

    def _token(self, side: str) -> str:
        self._number += 1
        return f"{side} {self._number}"

    def _value(self, noun: str, column: str, side: str) -> Any:
        """Make a value that occurs nowhere else, or one of the traps of P12."""
        self._number += 1
        mapped = self._field(noun, column)
        if mapped.kind is Kind.CHOICES:
            return self._tags(noun, mapped)
        if mapped.kind is Kind.BOOLEAN:
            return self._number % 2 == 0
        if mapped.refers_to:
            return self.random.choice(self._live(side, mapped.refers_to) or [None])
        free = not mapped.required and column not in ("name", *SPOKEN_FOR)
        if free and self.random.random() < 0.2:
            return self._trap(mapped)
        return self._plain(mapped, side)

    def _trap(self, mapped: FieldMapping) -> Any:
        if mapped.kind is Kind.NUMBER:
            return self.random.choice((0, None, f"-{10**-mapped.scale:.{mapped.scale}f}" if mapped.scale else -1))
        if mapped.kind in (Kind.DATE, Kind.DATETIME):
            return None
        long = f"{self._number} " + "ü" * 32_000 if (mapped.length or 0) > 32_000 else None
        return self.random.choice((*TRAPS, long))

    def _plain(self, mapped: FieldMapping, side: str) -> Any:
        number = self._number
        day = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        if mapped.kind is Kind.NUMBER:
            return SPOKEN_FOR.get(mapped.column, lambda n: f"{n}.25" if mapped.scale else n)(number)
        if mapped.kind in (Kind.DATE, Kind.DATETIME):
            return day if mapped.kind is Kind.DATE else f"{day}T10:00:{number % 60:02d}+00:00"
        too_long = side == "here" and mapped.column == "name" and self.random.random() < 0.05
        return f"{side} {number}" + "x" * (90 if too_long else 0)

    def _tags(self, noun: str, mapped: FieldMapping) -> str:
        sobject = self.world.org.schema.object(self._mapping(noun).sobject)
        assert sobject
        picklist = sobject.fields[mapped.crm].picklist
        assert picklist
        options = [value for value, _ in picklist.values]
        return ";".join(sorted(self.random.sample(options, k=self.random.randint(0, 2))))

"""What people have to do with: records of seven objects, their parents, and values that are hard to keep (P12)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from service.domain.values import CANON, Kind, Value
from service.mapping.model import FieldMapping
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
ESSENTIAL = {"objective_id", "playbook_task_id", "predecessor_id"}
"""References without which a child means nothing: our own API deletes it with its parent."""
EDITED = {
    "account": ("name", "csm_pulse", "tags", "mrr"),
    "success_plan": ("name", "summary", "health", "progress", "account_id"),
    "objective": (
        "name",
        "title",
        "description",
        "current_value",
        "archived",
        "tags",
        "start_date",
        "account_id",
        "success_plan_id",
    ),
    "objective_kpi": ("description", "current_value", "target_value", "blocked", "source_attribute", "objective_id"),
    "playbook": ("name", "estimated_hours", "activated_on", "description"),
    "playbook_task": ("name", "percent_complete", "sequence", "description", "playbook_id"),
    "playbook_task_dependency": ("lag_days",),
}
TRAPS = ("", "  ", "NA", "null", "#N/A", "0", "false", "😀 ünï", "a\nb", '"quoted", text', "<b>bold</b>", "=1+1")
NARROW: dict[str, Callable[[int], Any]] = {
    "csm_pulse": lambda number: number % 5 + 1,
    "health": lambda number: number % 5 + 1,
    "percent_complete": lambda number: number % 101,
}
"""Numbers that the CRM's own rules leave little freedom."""


class Business:
    """Think up what people write; each value occurs once, but for the traps."""

    def __init__(self, world: World, random: Random) -> None:
        self._world, self._random = world, random
        self._number = 0

    def live(self, side: str, noun: str) -> list[str]:
        """Return the ids of a side's records of a noun."""
        held = self._world.here(noun) if side == "here" else self._world.there(noun)
        return sorted(map(str, held))

    def newcomer(self, side: str, noun: str) -> dict[str, Any] | None:
        """Return the values of a new record; None when a parent that it needs does not exist."""
        columns = {"objective_kpi": ("description",), "playbook_task_dependency": ()}.get(noun, ("name",))
        values = {column: self._token(side) for column in columns}
        pointing = self._pointing(side, noun)
        return None if pointing is None else {**values, **pointing}

    def edit(self, side: str, noun: str) -> tuple[str, dict[str, Any]] | None:
        """Return a record and what one of its fields becomes; None when there is no record."""
        live = self.live(side, noun)
        if not live:
            return None
        record, column = self._random.choice(live), self._random.choice(EDITED[noun])
        return record, self.value(side, noun, column)

    def value(self, side: str, noun: str, column: str) -> dict[str, Any]:
        """Return what a field becomes."""
        return {column: self._value(side, self._field(noun, column))}

    def wire(self, noun: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return values by the CRM's names."""
        return {self._field(noun, column).crm: value for column, value in values.items()}

    def kept_there(self, noun: str, crm_id: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return what the org has made of these values: its automation may have had its say."""
        row = self._world.there(noun, deleted=True)[crm_id]
        return {column: row[self._field(noun, column).crm] for column in values}

    def canonical(self, noun: str, values: dict[str, Any]) -> dict[str, Value]:
        """Return values in canonical form, references as they are."""
        return {column: _canonical(self._field(noun, column), value) for column, value in values.items()}

    def _field(self, noun: str, column: str) -> FieldMapping:
        assert self._world.mappings
        return self._world.mappings[noun].field(column)

    def _pointing(self, side: str, noun: str) -> dict[str, str] | None:
        chosen: dict[str, str] = {}
        for column, parent in PARENTS.get(noun, {}).items():
            if column == "success_plan_id" or (noun == "playbook" and column == "objective_id"):
                continue  # would have to be of the same account
            live = self.live(side, parent)
            if not live:
                return None
            chosen[column] = self._random.choice(live)
        if noun == "playbook_task_dependency" and chosen["playbook_task_id"] == chosen["predecessor_id"]:
            return None
        return chosen

    def _token(self, side: str) -> str:
        self._number += 1
        return f"{side} {self._number}"

    def _value(self, side: str, field: FieldMapping) -> Any:
        self._number += 1
        if field.kind is Kind.CHOICES:
            return self._tags(field)
        if field.kind is Kind.BOOLEAN:
            return self._number % 2 == 0
        if field.refers_to:
            return self._random.choice(self.live(side, field.refers_to) or [None])
        free = not field.required and field.column not in ("name", *NARROW)
        return self._trap(field) if free and self._random.random() < 0.2 else self._plain(side, field)

    def _trap(self, field: FieldMapping) -> Any:
        if field.kind is Kind.NUMBER:
            return self._random.choice((0, None, f"-{10**-field.scale:.{field.scale}f}" if field.scale else -1))
        if field.kind in (Kind.DATE, Kind.DATETIME):
            return None
        long = f"{self._number} " + "ü" * 32_000 if (field.length or 0) > 32_000 else None
        return self._random.choice((*TRAPS, long))

    def _plain(self, side: str, field: FieldMapping) -> Any:
        number = self._number
        day = f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        if field.kind is Kind.NUMBER:
            return NARROW.get(field.column, lambda n: f"{n}.25" if field.scale else n)(number)
        if field.kind in (Kind.DATE, Kind.DATETIME):
            return day if field.kind is Kind.DATE else f"{day}T10:00:{number % 60:02d}+00:00"
        too_long = side == "here" and field.column == "name" and self._random.random() < 0.05
        return f"{side} {number}" + "x" * (90 if too_long else 0)

    def _tags(self, field: FieldMapping) -> str:
        assert self._world.mappings
        [sobject] = [mapping.sobject for mapping in self._world.mappings if field in mapping.fields][:1]
        options = [value for value, _ in self._world.org.schema.objects[sobject].fields[field.crm].picklist.values]
        return ";".join(sorted(self._random.sample(options, k=self._random.randint(0, 2))))


def _canonical(field: FieldMapping, value: Any) -> Value:
    return CANON[field.kind](bool(value) if field.kind is Kind.BOOLEAN else value)

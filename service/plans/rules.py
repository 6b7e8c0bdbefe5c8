"""The rules of each noun in one place: what a record takes from its parents, whose it is, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from service.crm.errors import RowError
from service.domain import kpis, objectives, playbooks, resources, success_plans, tasks
from service.domain.checks import Choices
from service.domain.faults import Fault
from service.domain.permissions import User
from service.domain.places import Parents, placed
from service.domain.values import Row
from service.mapping.model import Mappings, ObjectMapping
from service.mirror import ours

Faults = Callable[[Row, Parents, Choices], list[Fault]]

FAULTS: Mapping[str, Faults] = {
    "success_plan": lambda row, _parents, choices: success_plans.faults(row, choices),
    "objective": objectives.faults,
    "objective_kpi": lambda row, _parents, choices: kpis.faults(row, choices),
    "playbook": playbooks.faults,
    "playbook_task": tasks.faults,
    "playbook_task_assignment": lambda row, _parents, _choices: resources.assignment_faults(row),
}
"""What keeps a record of a noun from being saved."""

PARENTS: Mapping[str, tuple[str, ...]] = {
    "objective": ("success_plan_id",),
    "playbook": ("objective_id", "success_plan_id"),
    "playbook_task": ("playbook_id", "objective_id", "success_plan_id"),
}
"""The columns that say where a record stands, nearest first."""

OPEN: Choices = {}
"""Which values a picklist takes the org says itself, when it is asked to save: an admin may have added some."""

Pointed = Mapping[str, Row | None]
"""The record that each reference of a row points at; None for one that is not there."""


def pointed_at(connection: Connection, mappings: Mappings, noun: str, rows: Sequence[Row]) -> list[Pointed]:
    """Read what the references of rows point at, by column; one query a column, however many rows."""
    found: list[dict[str, Row | None]] = [{} for _ in rows]
    for field in mappings[noun].references:
        ids = [UUID(str(value)) if (value := row.get(field.column)) else None for row in rows]
        held = ours.read_rows(connection, mappings[field.refers_to or ""], {our_id for our_id in ids if our_id})
        for pointed, our_id in zip(found, ids, strict=True):
            if our_id:
                pointed[field.column] = held.get(our_id)
    return list(found)


def filled(noun: str, row: Row, pointed: Pointed) -> Row:
    """Return a row with what it takes from its parents (OB-12, OB-20), and a title from its name."""
    parents = _parents(noun, pointed)
    if noun == "objective":
        return objectives.filled(row, parents)
    found = placed(row, parents)
    playbook = parents.get("playbook_id") if noun == "playbook_task" else None
    return {**found, "objective_id": found.get("objective_id") or playbook.get("objective_id")} if playbook else found


def owned(mapping: ObjectMapping, row: Row, pointed: Pointed, user: User) -> Row:
    """Return a row that belongs to the allocated resource, else to the acting user (OB-59)."""
    if not any(field.column == "owner_id" for field in mapping.fields):
        return row
    return {**row, "owner_id": resources.owner_of(pointed.get("resource_id"), user)}


def faults(noun: str, row: Row, pointed: Pointed, *, changed: Collection[str]) -> list[Fault]:
    """Name everything that keeps a row from being saved; a parent counts when it or the account changed (OB-21)."""
    moved = {c: p for c, p in _parents(noun, pointed).items() if c in changed or "account_id" in changed}
    found = FAULTS[noun](row, moved, OPEN) if noun in FAULTS else []
    named = {fault.field for fault in found}
    found += [missing(column, row) for column, one in pointed.items() if one is None and column not in named]
    if "resource_id" in changed and pointed.get("resource_id"):
        found += resources.faults(pointed["resource_id"])
    return found


def refused(mapping: ObjectMapping, error: RowError, *, record: str | None = None) -> list[Fault]:
    """Return the CRM's refusal as faults of our columns, in its own words."""
    columns = {field.crm: field.column for field in mapping.fields} | {"RecordTypeId": "record_type_id"}
    named = [columns[name] for name in error.fields if name in columns] or [""]
    return [Fault(field=column, code=error.code.lower(), message=error.message, record=record) for column in named]


def _parents(noun: str, pointed: Pointed) -> Parents:
    return {column: pointed[column] for column in PARENTS.get(noun, ()) if column in pointed}


def missing(column: str, row: Row) -> Fault:
    noun = column.removesuffix("_id").replace("_", " ")
    message = f"There is no {noun} {row[column]} (any more); choose another one"
    return Fault(field=column, code="missing", message=message)

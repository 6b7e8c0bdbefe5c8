"""A template in values: an objective with two KPIs, two playbooks, five tasks, what waits for what and who does it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from service.domain.cloning import Clone, decide
from service.domain.drawing import Draft, Setting
from service.domain.permissions import User
from service.domain.templates import Choices, Record, Template
from service.domain.values import Row

TODAY = date(2026, 11, 22)
ACTING = User(crm_id="005", id="user-ana")


def key(name: str) -> UUID:
    """Return the id that a record of that name has in every test."""
    return uuid5(NAMESPACE_OID, name)


def record(noun: str, title: str, /, **row: str | bool | None) -> Record:
    """Return a record with its name."""
    named: Row = {"description" if noun == "objective_kpi" else "name": title}
    return Record(noun=noun, id=key(title), row={**named, **row})


def ref(name: str) -> str:
    """Return the id of a record as a reference holds it."""
    return str(key(name))


def task(name: str, start: str | None, end: str | None, *, playbook: str | None = None, **row: str | None) -> Record:
    """Return a task of the objective, or of one of its playbooks."""
    place = {"playbook_id": ref(playbook)} if playbook else {"objective_id": ref("Adopt")}
    return record("playbook_task", name, start_date=start, end_date=end, **place, **row)


def after(name: str, predecessor: str) -> Record:
    """Return what makes a task wait for another one."""
    row = {"playbook_task_id": ref(name), "predecessor_id": ref(predecessor), "lag_days": "1"}
    return Record(noun="playbook_task_dependency", id=key(f"{name} after {predecessor}"), row=row)


def assigned(name: str, resource: str) -> Record:
    """Return what assigns a resource to a task."""
    row = {"playbook_task_id": ref(name), "resource_id": resource, "role": "Lead"}
    return Record(noun="playbook_task_assignment", id=key(f"{resource} does {name}"), row=row)


def objective(**row: str | bool | None) -> Record:
    """Return the objective at the root."""
    values: Row = {
        "account_id": "acme",
        "description": "<p>Use it</p>",
        "priority": "High",
        "status": "Completed",
        "completed_on": "2026-02-01",
        "progress": "80",
        "template": True,
        "template_version": "3",
        "start_date": "2026-01-01",
        "end_date": "2026-06-30",
    }
    return record("objective", "Adopt", **{**values, **row})


def children() -> tuple[Record, ...]:
    """Return the children, parents first."""
    return (
        record("objective_kpi", "Seats", objective_id=ref("Adopt"), target_date="2026-03-31", name="OKPI-1"),
        record("objective_kpi", "Logins", objective_id=ref("Adopt"), target_date=None),
        record(
            "playbook",
            "Kick-off",
            objective_id=ref("Adopt"),
            start_date="2026-01-02",
            stage="Completed",
            resource_id="bo",
        ),
        record("playbook", "Training", objective_id=ref("Adopt"), start_date="2026-01-05", end_date="2026-01-20"),
        task("Invite", "2026-01-05", "2026-01-20", playbook="Kick-off", status="Completed"),
        task("Meet", "2026-01-06", "2026-01-07", playbook="Kick-off"),
        task("Prepare", "2026-01-08", None, playbook="Training"),
        task("Train", "2026-01-09", "2026-01-10", playbook="Training"),
        task("Review", "2025-12-30", "2026-01-02"),
        after("Meet", "Invite"),
        after("Train", "Meet"),
        assigned("Meet", "bo"),
        assigned("Meet", "cy"),
    )


def adoption(**row: str | bool | None) -> Template:
    """Return the whole template."""
    return Template(root=objective(**row), children=children())


PEOPLE: dict[str, Row] = {
    "bo": {"name": "Bo", "active": True, "user_id": "user-bo"},
    "cy": {"name": "Cy", "active": True, "user_id": None},
    "idle": {"name": "Ida", "active": False, "user_id": "user-ida"},
    "psa": {"name": "Per", "active": True, "psa_resource_id": "contact", "user_id": "user-per"},
}
SETTING = Setting(acting=ACTING, now=datetime(2026, 11, 22, 9, 30, tzinfo=UTC), today=TODAY, resources=PEOPLE)


def cloned(choices: Choices | None = None, *, template: Template | None = None, setting: Setting = SETTING) -> Clone:
    """Decide on a clone; new ids are made of the old ones."""
    return decide(
        template or adoption(), choices or Choices(), setting, new_id=lambda made_from: key(f"new {made_from}")
    )


def new(name: str) -> str:
    """Return the id, as a reference holds it, of what is made from a record."""
    return str(key(f"new {ref(name)}"))


def draft(clone: Clone, name: str) -> Draft:
    """Return what is made from a record."""
    return next(each for each in clone.creates if each.source == key(name))


def made(clone: Clone, noun: str) -> list[Draft]:
    """Return what is made of a noun."""
    return [each for each in clone.creates if each.noun == noun]

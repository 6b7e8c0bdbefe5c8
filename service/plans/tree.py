"""The tree of a success plan, and what belongs to one objective: a few queries, however many records there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, or_, select

from service.domain.permissions import Action
from service.mirror import ours
from service.plans.desk import Desk
from service.plans.listing import one
from service.plans.records import Found, records, visible
from service.store.database import among
from service.store.records import RECORDS

OBJECTIVES, KPIS = RECORDS["objective"].c, RECORDS["objective_kpi"].c
PLAYBOOKS, TASKS = RECORDS["playbook"].c, RECORDS["playbook_task"].c

PARENTS = {
    "objective": ("success_plan_id",),
    "objective_kpi": ("objective_id",),
    "playbook": ("objective_id", "success_plan_id"),
    "playbook_task": ("playbook_id", "objective_id", "success_plan_id"),
}
"""What a record of the tree may stand under, the closest first."""
ORDER = ("sequence", "start_date", "name", "id")
"""By which columns records stand side by side, as far as an object has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A record of the tree, with what stands under it."""

    record: Found
    under: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """What the Related tab of an objective shows (OB-11): its playbooks, all of its tasks (OB-12), its KPIs."""

    playbooks: tuple[Found, ...]
    playbook_tasks: tuple[Found, ...]
    objective_kpis: tuple[Found, ...]


def tree(desk: Desk, plan_id: UUID, *, archived: bool | None = False) -> Branch:
    """Return a plan with its objectives, playbooks, tasks and KPIs, each under what it belongs to most closely.

    Of the objectives those that are archived, or are not, with what hangs on them; None asks for both.
    """
    plan = one(desk, "success_plan", plan_id)
    with desk.org.writing(by=desk.by) as connection:
        found = _asked_for(_of_plan(desk, connection, plan_id), archived)
    return grown(plan, visible(desk, found))


def related(desk: Desk, objective_id: UUID) -> Related:
    """Return the playbooks of an objective, its tasks whether direct or through a playbook, and its KPIs."""
    one(desk, "objective", objective_id)
    with desk.org.writing(by=desk.by) as connection:
        playbooks = _found(desk, connection, "playbook", PLAYBOOKS.objective_id == objective_id)
        through = among(TASKS.playbook_id, _ids(playbooks))
        tasks = _found(desk, connection, "playbook_task", or_(TASKS.objective_id == objective_id, through))
        kpis = _found(desk, connection, "objective_kpi", KPIS.objective_id == objective_id)
    seen = visible(desk, (*playbooks, *tasks, *kpis))
    return Related(
        playbooks=_of_noun("playbook", seen),
        playbook_tasks=_of_noun("playbook_task", seen),
        objective_kpis=_of_noun("objective_kpi", seen),
    )


def grown(root: Found, found: Iterable[Found]) -> Branch:
    """Return the tree of a root: each of the others stands under the closest of its parents that is in the tree."""
    found = list(found)
    known = {str(record.id) for record in found}
    children: defaultdict[str, list[Found]] = defaultdict(list)
    for record in found:
        children[_over(record, known) or str(root.id)].append(record)
    return _branch(root, children)


def _branch(record: Found, children: Mapping[str, list[Found]]) -> Branch:
    return Branch(record=record, under=tuple(_branch(child, children) for child in children.get(str(record.id), ())))


def _over(record: Found, known: Container[str]) -> str | None:
    """Return the closest of a record's parents that are known."""
    parents = (str(record.row[column]) for column in PARENTS[record.mapping.name])
    return next((parent for parent in parents if parent in known), None)


def _asked_for(found: Iterable[Found], archived: bool | None) -> list[Found]:
    """Leave out the objectives that are not asked for, and what hangs on them: parents stand before their children."""
    asked: list[Found] = []
    known: set[str] = set()
    left: set[str] = set()
    for record in found:
        known.add(str(record.id))
        if _is_left(record, archived) or _over(record, known) in left:
            left.add(str(record.id))
        else:
            asked.append(record)
    return asked


def _is_left(record: Found, archived: bool | None) -> bool:
    if record.mapping.name != "objective" or archived is None:
        return False
    return bool(record.row.get("archived")) is not archived


def _of_plan(desk: Desk, connection: Connection, plan_id: UUID) -> tuple[Found, ...]:
    objectives = _found(desk, connection, "objective", OBJECTIVES.success_plan_id == plan_id)
    of_objectives = among(PLAYBOOKS.objective_id, _ids(objectives))
    playbooks = _found(desk, connection, "playbook", or_(PLAYBOOKS.success_plan_id == plan_id, of_objectives))
    of_these = among(TASKS.objective_id, _ids(objectives)), among(TASKS.playbook_id, _ids(playbooks))
    tasks = _found(desk, connection, "playbook_task", or_(TASKS.success_plan_id == plan_id, *of_these))
    kpis = _found(desk, connection, "objective_kpi", among(KPIS.objective_id, _ids(objectives)))
    return (*objectives, *kpis, *playbooks, *tasks)


def _found(desk: Desk, connection: Connection, noun: str, condition: ColumnElement[bool]) -> tuple[Found, ...]:
    desk.allow(Action.VIEW, noun)
    mapping = desk.org.mappings[noun]
    columns = ours.table(mapping).c
    order = [columns[name] for name in ORDER if name in columns]
    ids = connection.execute(select(columns.id).where(condition).order_by(*order)).scalars().all()
    return tuple(records(connection, mapping, ids))


def _of_noun(noun: str, found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(record for record in found if record.mapping.name == noun)


def _ids(found: Iterable[Found]) -> list[UUID]:
    return [record.id for record in found]

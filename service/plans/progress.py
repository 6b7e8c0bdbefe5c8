"""Progress of an org's playbooks, objectives and plans: computed from their parts, and written where it is another one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Numeric, Table, Text, Uuid, func, literal, select, update

from service.domain.objectives import ABANDONED
from service.domain.progress import Measure, of_task
from service.domain.rollup import Objective, Playbook, Task, Work, roll_up
from service.domain.tasks import CANCELED
from service.mirror.connected import Connected
from service.store import kpi_values
from service.store.records import RECORDS

BY = "progress"
PLAN, OBJECTIVE, KPI, PLAYBOOK, TASK = (
    RECORDS[noun] for noun in ("success_plan", "objective", "objective_kpi", "playbook", "playbook_task")
)
MEASURE = ("baseline_value", "current_value", "target_value", "direction")

Standing = tuple[Decimal | None, str | None]
"""A progress and, of an objective, what it rests on."""


def refresh(org: Connected) -> dict[str, int]:
    """Compute every progress anew and write those that differ; return by noun how many records that were.

    A fixed number of queries, however many records there are.
    """
    with org.writing(by=BY, bulk=True) as connection:
        progress = roll_up(_gather(connection))
        return {
            "playbook": _write(connection, PLAYBOOK, _alone(progress.playbooks)),
            "objective": _write(connection, OBJECTIVE, progress.objectives),
            "success_plan": _write(connection, PLAN, _alone(progress.plans)),
            "objective_kpi": kpi_values.date_changes(connection),
        }


def _gather(connection: Connection) -> Work:
    """Return the work of the org; templates are no work."""
    tasks, kpis, playbooks, objectives = TASK.c, KPI.c, PLAYBOOK.c, OBJECTIVE.c
    task = select(tasks.playbook_id, tasks.objective_id, tasks.status, tasks.percent_complete).where(~tasks.template)
    kpi = select(kpis.objective_id, *(kpis[name] for name in MEASURE))
    playbook = select(playbooks.id, playbooks.objective_id, playbooks.stage).where(~playbooks.template)
    objective = select(*(objectives[name] for name in ("id", "success_plan_id", "status", "archived", *MEASURE))).where(
        ~objectives.template
    )
    plan = select(PLAN.c.id).where(~PLAN.c.template)
    return Work(
        tasks=[Task(row[0], row[1], of_task(row[2], row[3])) for row in connection.execute(task)],
        kpis=[(row[0], Measure(*row[1:]).percent) for row in connection.execute(kpi)],
        playbooks=[Playbook(row[0], row[1], row[2] == CANCELED) for row in connection.execute(playbook)],
        objectives=[
            Objective(row[0], row[1], row[2] == ABANDONED, row[3], Measure(*row[4:]).known)
            for row in connection.execute(objective)
        ],
        plans=list(connection.execute(plan).scalars()),
    )


def _alone(progress: Mapping[UUID, Decimal | None]) -> dict[UUID, Standing]:
    return {our_id: (percent, None) for our_id, percent in progress.items()}


def _write(connection: Connection, table: Table, computed: Mapping[UUID, Standing]) -> int:
    """Write what differs from what stands there, all by one statement: what is the same stays untouched."""
    columns = [table.c[name] for name in ("progress", "progress_basis") if name in table.c]
    parts = func.unnest(
        literal(list(computed), ARRAY(Uuid)),
        literal([percent for percent, _ in computed.values()], ARRAY(Numeric(22, 4))),
        literal([basis for _, basis in computed.values()], ARRAY(Text)),
    )
    made = parts.table_valued("id", "progress", "progress_basis", name="made").render_derived()
    differs = func.row(*columns).is_distinct_from(func.row(*(made.c[column.name] for column in columns)))
    news: dict[str, Any] = {column.name: made.c[column.name] for column in columns}
    return connection.execute(update(table).where(table.c.id == made.c.id, differs).values(news)).rowcount

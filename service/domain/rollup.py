"""Rolling progress up: from tasks and KPIs to playbooks, objectives and plans, for a whole org at once (D6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from service.domain.progress import Basis, mean, of_objective

Percent = Decimal | None


class Task(NamedTuple):
    """A task, and where it counts: in its playbook, else directly in its objective."""

    playbook: UUID | None
    objective: UUID | None
    progress: Percent


class Playbook(NamedTuple):
    """A playbook; one that was canceled has a progress and counts in no objective."""

    id: UUID
    objective: UUID | None
    canceled: bool


class Objective(NamedTuple):
    """An objective with the progress of its own values; one that was abandoned or archived counts in no plan."""

    id: UUID
    plan: UUID | None
    abandoned: bool
    archived: bool
    own: Percent


class Work(NamedTuple):
    """All work of an org; `kpis` holds the objective and the progress of each KPI."""

    tasks: Sequence[Task]
    kpis: Sequence[tuple[UUID, Decimal]]
    playbooks: Sequence[Playbook]
    objectives: Sequence[Objective]
    plans: Sequence[UUID]


class Progress(NamedTuple):
    """The progress of every playbook, objective and plan; of an objective also what it rests on."""

    playbooks: Mapping[UUID, Percent]
    objectives: Mapping[UUID, tuple[Percent, Basis | None]]
    plans: Mapping[UUID, Percent]


def roll_up(work: Work) -> Progress:
    """Compute every progress from the parts below it, in one walk over each noun."""
    of_playbook = _grouped((task.playbook, task.progress) for task in work.tasks)
    playbooks = {each.id: mean(of_playbook[each.id]) for each in work.playbooks}
    direct = [(task.objective, task.progress) for task in work.tasks if task.playbook is None]
    counted = [(each.objective, playbooks[each.id]) for each in work.playbooks if not each.canceled]
    of_work, of_kpis = _grouped([*direct, *counted]), _grouped(work.kpis)
    objectives = {each.id: of_objective(of_kpis[each.id], of_work[each.id], each.own) for each in work.objectives}
    in_plan = [each for each in work.objectives if not (each.abandoned or each.archived)]
    of_plan = _grouped((each.plan, objectives[each.id][0]) for each in in_plan)
    return Progress(playbooks, objectives, {plan: mean(of_plan[plan]) for plan in work.plans})


def _grouped(pairs: Iterable[tuple[UUID | None, Percent]]) -> Mapping[UUID | None, list[Percent]]:
    found: defaultdict[UUID | None, list[Percent]] = defaultdict(list)
    for key, part in pairs:
        found[key].append(part)
    return found

"""Rolling progress up, for a whole org at once."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from service.domain.progress import Basis
from service.domain.rollup import Objective, Playbook, Task, Work, roll_up

PLAN, OTHER_PLAN, BY_KPIS, BY_WORK, BY_ITSELF, GIVEN_UP, PUT_AWAY, LAUNCH, STOPPED, EMPTY = (
    UUID(int=n) for n in range(1, 11)
)

WORK = Work(
    tasks=[
        Task(LAUNCH, BY_WORK, Decimal(100)),
        Task(LAUNCH, BY_WORK, Decimal(50)),
        Task(LAUNCH, BY_WORK, None),
        Task(None, BY_WORK, Decimal(0)),
        Task(STOPPED, BY_WORK, Decimal(100)),
        Task(None, None, Decimal(100)),
    ],
    kpis=[(BY_KPIS, Decimal(40)), (BY_KPIS, Decimal("66.67"))],
    playbooks=[Playbook(LAUNCH, BY_WORK, False), Playbook(STOPPED, BY_WORK, True), Playbook(EMPTY, BY_KPIS, False)],
    objectives=[
        Objective(BY_KPIS, PLAN, False, False, Decimal(99)),
        Objective(BY_WORK, PLAN, False, False, None),
        Objective(BY_ITSELF, PLAN, False, False, Decimal(60)),
        Objective(GIVEN_UP, PLAN, True, False, Decimal(0)),
        Objective(PUT_AWAY, PLAN, False, True, Decimal(100)),
    ],
    plans=[PLAN, OTHER_PLAN],
)


def test_a_playbook_is_the_mean_of_its_tasks_that_were_not_canceled() -> None:
    assert roll_up(WORK).playbooks == {LAUNCH: Decimal(75), STOPPED: Decimal(100), EMPTY: None}


def test_an_objective_is_the_mean_of_its_kpis_or_of_its_playbooks_and_direct_tasks_and_says_which() -> None:
    assert roll_up(WORK).objectives == {
        BY_KPIS: (Decimal("53.34"), Basis.KPIS),
        BY_WORK: (Decimal("37.5"), Basis.WORK),
        BY_ITSELF: (Decimal(60), Basis.OWN),
        GIVEN_UP: (Decimal(0), Basis.OWN),
        PUT_AWAY: (Decimal(100), Basis.OWN),
    }


@pytest.mark.req("D6", "D14")
def test_a_plan_is_the_mean_of_its_objectives_that_were_neither_abandoned_nor_archived() -> None:
    assert roll_up(WORK).plans == {PLAN: Decimal("50.28"), OTHER_PLAN: None}


@pytest.mark.parametrize("noun", ["playbooks", "objectives", "plans"])
def test_an_org_without_work_has_no_progress(noun: str) -> None:
    assert not getattr(roll_up(Work([], [], [], [], [])), noun)

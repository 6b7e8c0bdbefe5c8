"""Tasks that wait for others."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain import dependencies
from service.domain.dependencies import Predecessor, completion_faults, cycle, earliest_start, waits
from service.domain.values import Row

TODAY = date(2026, 11, 22)
TASKS = st.sampled_from("abcdef")


def before(status: str = "In Progress", *, completed: date | None = None, lag: int = 0) -> Predecessor:
    return Predecessor(
        id="t1", name="Kick-off", status=status, completed=completed, end=date(2026, 11, 30), lag_days=lag
    )


@pytest.mark.req("AG-20")
@pytest.mark.parametrize(
    "edges", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]]
)
def test_a_circle_is_found_and_spelled_out(edges: list[tuple[str, str]]) -> None:
    found = cycle(edges)

    assert found is not None
    assert found[0] == found[-1]
    assert {(task, predecessor) for predecessor, task in pairwise(found)} <= set(edges)


@pytest.mark.req("AG-20")
def test_a_chain_and_a_diamond_are_no_circles() -> None:
    assert cycle([("b", "a"), ("c", "a"), ("d", "b"), ("d", "c")]) is None
    assert cycle([]) is None


@pytest.mark.req("AG-20")
@given(st.lists(st.tuples(TASKS, TASKS)))
def test_without_a_circle_every_task_can_be_put_behind_its_predecessors(edges: list[tuple[str, str]]) -> None:
    done: set[str] = set()
    tasks = {task for edge in edges for task in edge}
    while ready := {t for t in tasks - done if all(p in done for task, p in edges if task == t)}:
        done |= ready

    assert (cycle(edges) is None) == (done == tasks)


@pytest.mark.req("AG-18")
@pytest.mark.parametrize("status", ["Not Started", "In Progress", "Waiting", None])
def test_a_task_waits_until_its_predecessor_is_completed(status: str) -> None:
    (wait,) = waits([before(status)], TODAY)

    assert wait.until is None
    assert str(wait) == "Kick-off, which is not completed"


@pytest.mark.req("AG-18")
@pytest.mark.parametrize("status", ["Completed", "Canceled"])
def test_a_completed_or_canceled_predecessor_holds_nobody(status: str) -> None:
    assert waits([before(status, completed=TODAY), before(status)], TODAY) == []


@pytest.mark.req("AG-18")
@pytest.mark.parametrize(("lag", "waiting"), [(0, False), (1, False), (2, True)])
def test_a_lag_is_waited_for_after_the_completion(lag: int, waiting: bool) -> None:
    found = waits([before("Completed", completed=date(2026, 11, 21), lag=lag)], TODAY)

    assert [str(wait) for wait in found] == (["Kick-off, until 2026-11-23"] if waiting else [])


@pytest.mark.req("AG-18")
def test_completing_a_task_that_waits_asks_for_confirmation_and_says_for_what() -> None:
    waiting = waits([before(), before("Completed", completed=TODAY, lag=3)], TODAY)

    (fault,) = completion_faults(waiting, confirmed=False)

    assert (fault.field, fault.code) == ("status", "waiting")
    assert "Kick-off, which is not completed and for Kick-off, until 2026-11-25" in fault.message
    assert completion_faults(waiting, confirmed=True) == []
    assert completion_faults([], confirmed=False) == []


@pytest.mark.req("AG-19")
def test_a_task_may_start_when_the_last_of_its_predecessors_is_done_or_planned_to_be() -> None:
    done = before("Completed", completed=date(2026, 11, 20), lag=3)

    assert earliest_start([done]) == date(2026, 11, 23)
    assert earliest_start([done, before()]) == date(2026, 11, 30)
    assert earliest_start([before("Canceled")]) is None
    assert earliest_start([]) is None


def test_a_predecessor_without_dates_says_nothing_about_the_start() -> None:
    assert earliest_start([Predecessor(id="t", name="", status=None, completed=None, end=None)]) is None


def test_tasks_of_one_playbook_or_one_objective_may_wait_for_each_other() -> None:
    call: Row = {"name": "Call", "playbook_id": "p", "objective_id": None}
    direct: Row = {"name": "Plan", "objective_id": "o"}

    assert dependencies.faults(call, {"name": "Mail", "playbook_id": "p"}, None) == []
    assert dependencies.faults(direct, {"name": "Mail", "playbook_id": "q", "objective_id": "o"}, None) == []


@pytest.mark.parametrize("other", [{"name": "Mail", "playbook_id": "q"}, {"name": "Mail"}])
def test_a_task_of_other_work_is_refused(other: Row) -> None:
    (fault,) = dependencies.faults({"name": "Call", "playbook_id": "p", "objective_id": None}, other, None)

    assert fault.code == "elsewhere"
    assert "Mail belongs to other work than Call" in fault.message


@pytest.mark.req("AG-20")
def test_a_circle_is_refused_with_its_path() -> None:
    task: Row = {"name": "Call", "playbook_id": "p"}

    (fault,) = dependencies.faults(task, task, ["Call", "Mail", "Call"])

    assert fault.code == "cycle"
    assert "Call → Mail → Call" in fault.message

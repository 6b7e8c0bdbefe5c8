"""Playbooks, tasks and success plans: what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain import places, playbooks, success_plans, tasks
from service.domain.values import Row

ACME = "acme"
STATUSES = {"status": {"Not Started", "Completed"}, "stage": {"Planned"}}
FAULTS = {
    "task": lambda row: tasks.faults(row, {}, STATUSES),
    "playbook": lambda row: playbooks.faults(row, {}, STATUSES),
    "success plan": lambda row: success_plans.faults(row, STATUSES),
}


def named(noun: str, **values: Any) -> list[tuple[str, str]]:
    row = {"name": "Kick-off", "account_id": ACME, **values}
    return [(fault.field, fault.code) for fault in FAULTS[noun](row)]


@pytest.mark.req("AG-19")
@pytest.mark.parametrize("noun", FAULTS)
def test_a_name_and_an_account_are_enough(noun: str) -> None:
    assert named(noun) == []


@pytest.mark.parametrize("noun", FAULTS)
def test_without_a_name_and_an_account_it_is_refused(noun: str) -> None:
    assert named(noun, name=None, account_id=None) == [("name", "required"), ("account_id", "required")]


@pytest.mark.parametrize("noun", FAULTS)
def test_a_template_needs_no_account(noun: str) -> None:
    assert named(noun, account_id=None, template=True) == []


@pytest.mark.parametrize("noun", FAULTS)
def test_what_ends_before_it_starts_is_refused(noun: str) -> None:
    assert named(noun, start_date="2026-03-02", end_date="2026-03-01") == [("end_date", "before_start")]


@pytest.mark.parametrize(
    ("noun", "column", "value", "code"),
    [
        ("task", "status", "Doing", "not_a_choice"),
        ("playbook", "stage", "Begun", "not_a_choice"),
        ("success plan", "status", "Begun", "not_a_choice"),
        ("task", "percent_complete", "101", "out_of_range"),
        ("task", "percent_complete", "50.5", "out_of_range"),
        ("task", "sequence", "-1", "out_of_range"),
        ("task", "estimated_hours", "-0.5", "out_of_range"),
        ("playbook", "estimated_hours", "-1", "out_of_range"),
        ("success plan", "health", "6", "out_of_range"),
    ],
)
def test_a_value_that_its_field_does_not_know_is_refused(noun: str, column: str, value: str, code: str) -> None:
    assert named(noun, **{column: value}) == [(column, code)]


@pytest.mark.parametrize(
    ("noun", "column", "value"),
    [("task", "percent_complete", "100"), ("task", "estimated_hours", "0"), ("playbook", "estimated_hours", "7.5")],
)
def test_a_value_in_its_range_is_taken(noun: str, column: str, value: str) -> None:
    assert named(noun, **{column: value}) == []


OBJECTIVE: Row = {"name": "Churn", "account_id": ACME, "success_plan_id": "plan"}


def test_a_task_stands_where_its_nearest_parent_does() -> None:
    playbook: Row = {"account_id": ACME, "success_plan_id": None}

    placed = places.placed({"name": "Call"}, {"playbook_id": playbook, "objective_id": OBJECTIVE})

    assert placed == {"name": "Call", "account_id": ACME, "success_plan_id": "plan"}


def test_parents_that_are_not_there_place_nothing() -> None:
    assert places.placed({"name": "Call"}, {"playbook_id": None}) == {"name": "Call"}


@pytest.mark.parametrize("faults", [tasks.faults, playbooks.faults])
def test_an_objective_of_another_account_is_refused(faults: Any) -> None:
    row = {"name": "Call", "account_id": "globex", "objective_id": "o"}

    found = faults(row, {"objective_id": OBJECTIVE}, {})

    assert [(fault.field, fault.code) for fault in found] == [("objective_id", "other_account")]


TASK: Row = {
    "name": "Call",
    "account_id": ACME,
    "success_plan_id": "plan",
    "objective_id": "o",
    "playbook_id": "p",
}
TAKEN = {"account_id", "success_plan_id", "objective_id"}


@pytest.mark.req("OB-12", "OB-20", "OB-57")
@pytest.mark.parametrize(
    ("noun", "values", "taken"),
    [
        ("playbook_task", {"playbook_id": "q"}, TAKEN),
        ("playbook_task", {"playbook_id": "q", "objective_id": "x"}, {"account_id", "success_plan_id"}),
        ("playbook_task", {"playbook_id": "q", "account_id": None}, {"objective_id", "success_plan_id"}),
        ("playbook_task", {"objective_id": "x"}, {"account_id", "success_plan_id"}),
        ("playbook_task", {"success_plan_id": "x"}, {"account_id"}),
        ("playbook", {"objective_id": "x"}, {"account_id", "success_plan_id"}),
        ("objective", {"success_plan_id": "x"}, {"account_id"}),
        ("objective", {"account_id": "globex"}, set()),
        ("playbook_task", {"playbook_id": "p"}, set()),
        ("playbook_task", {"name": "Visit"}, set()),
        ("playbook_task", {"playbook_id": None}, set()),
        ("cs_activity", {"playbook_id": "q"}, set()),
    ],
)
def test_under_another_parent_a_row_takes_anew_what_is_not_given_along(noun: str, values: Row, taken: set[str]) -> None:
    row = {**TASK, **values}
    parents = {column: OBJECTIVE for column in ("playbook_id", "objective_id", "success_plan_id") if row[column]}

    assert places.taken_anew(noun, TASK, values, parents) == taken


def test_from_a_parent_that_is_not_there_nothing_is_taken() -> None:
    assert places.taken_anew("playbook_task", TASK, {"playbook_id": "q"}, {"playbook_id": None}) == set()

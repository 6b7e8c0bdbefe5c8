"""Objectives: what is filled in for them, and what is refused with a way out."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain import objectives
from service.domain.faults import Fault
from service.domain.values import Row

ACME, GLOBEX = "acme", "globex"
CHOICES = {
    "status": {"Not Started", "In Progress", "Paused", "Completed", "Abandoned"},
    "priority": {"High", "Medium", "Low"},
    "risk_level": {"High", "Medium", "Low"},
    "tags": {"Adoption", "ROI"},
}


def objective(**values: Any) -> Row:
    return {"name": "Churn", "title": "Reduce churn", "account_id": ACME, **values}


def plan(**values: Any) -> Row:
    return {"name": "Plan 2026", "account_id": ACME, **values}


def faults(row: Row, **parents: Row | None) -> list[Fault]:
    return objectives.faults(row, parents, CHOICES)


def named(found: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in found]


@pytest.mark.req("OB-01")
def test_a_standalone_objective_needs_an_account_and_a_title_and_no_more() -> None:
    assert faults({"title": "Reduce churn", "account_id": ACME}) == []


@pytest.mark.req("OB-20")
def test_an_objective_made_from_a_plan_has_the_plans_account() -> None:
    filled = objectives.filled(objective(account_id=None, success_plan_id="p"), {"success_plan_id": plan()})

    assert filled["account_id"] == ACME
    assert faults(filled, success_plan_id=plan()) == []


@pytest.mark.req("OB-21")
def test_filling_in_changes_no_account_that_was_chosen() -> None:
    filled = objectives.filled(objective(account_id=GLOBEX, success_plan_id="p"), {"success_plan_id": plan()})

    assert filled["account_id"] == GLOBEX


@pytest.mark.req("OB-21")
def test_a_plan_of_another_account_is_refused_with_its_name_and_three_ways_out() -> None:
    (fault,) = faults(objective(success_plan_id="p"), success_plan_id=plan(account_id=GLOBEX))

    assert (fault.field, fault.code) == ("success_plan_id", "other_account")
    assert "Plan 2026" in fault.message
    assert all(way in fault.message for way in ("choose a success plan", "clear", "change the account"))


def test_a_plan_that_is_not_there_is_refused() -> None:
    assert named(faults(objective(success_plan_id="p"), success_plan_id=None)) == [("success_plan_id", "missing")]


def test_a_plan_that_is_not_chosen_is_not_looked_at() -> None:
    assert faults(objective(), success_plan_id=None) == []


@pytest.mark.req("CO-01")
@pytest.mark.parametrize(("template", "refused"), [(False, [("account_id", "required")]), (True, [])])
def test_only_a_template_does_without_an_account(template: bool, refused: list[tuple[str, str]]) -> None:
    assert named(faults(objective(account_id=None, template=template))) == refused


@pytest.mark.req("CO-03")
def test_a_title_is_required() -> None:
    assert named(faults({"account_id": ACME, "name": "Churn"})) == [("title", "required")]


@pytest.mark.req("CO-03")
def test_a_long_title_becomes_a_name_that_fits_its_field() -> None:
    filled = objectives.filled({"title": "x" * 79 + " y" * 40}, {})

    assert filled["name"] == "x" * 79


def test_a_name_becomes_the_title_when_none_is_given() -> None:
    assert objectives.filled({"name": "Churn"}, {})["title"] == "Churn"


def test_name_and_title_that_are_given_stay() -> None:
    assert objectives.filled(objective(), {}) == objective()


@pytest.mark.req("CO-05")
@pytest.mark.parametrize(
    ("contact", "user", "refused"),
    [("c", "u", [("assigned_user_id", "both")]), ("c", None, []), (None, "u", []), (None, None, [])],
)
def test_an_objective_is_assigned_to_a_contact_or_a_user(
    contact: str | None, user: str | None, refused: list[tuple[str, str]]
) -> None:
    assert named(faults(objective(assigned_contact_id=contact, assigned_user_id=user))) == refused


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("priority", "Highest", marks=pytest.mark.req("CO-08")),
        pytest.param("risk_level", "None", marks=pytest.mark.req("CO-09")),
        pytest.param("status", "Done", marks=pytest.mark.req("CO-20")),
        pytest.param("tags", "Adoption;Nonsense", marks=pytest.mark.req("CO-29")),
    ],
)
def test_what_is_no_choice_is_refused_with_the_choices(column: str, value: str) -> None:
    (fault,) = faults(objective(**{column: value}))

    assert (fault.field, fault.code) == (column, "not_a_choice")
    assert value.rpartition(";")[2] in fault.message
    assert all(choice in fault.message for choice in CHOICES[column])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("priority", "High", marks=pytest.mark.req("CO-08")),
        pytest.param("risk_level", "Low", marks=pytest.mark.req("CO-09")),
        pytest.param("status", "Paused", marks=pytest.mark.req("CO-20")),
        pytest.param("tags", "Adoption;ROI", marks=pytest.mark.req("CO-29")),
    ],
)
def test_choices_are_taken(column: str, value: str) -> None:
    assert faults(objective(**{column: value})) == []


@pytest.mark.req("CO-16")
@pytest.mark.parametrize("health", ["0", "6", "-1", "3.5"])
def test_health_is_refused_outside_1_to_5_and_between_whole_numbers(health: str) -> None:
    assert named(faults(objective(health=health))) == [("health", "out_of_range")]


@pytest.mark.req("CO-16")
@pytest.mark.parametrize("health", ["1", "5", None])
def test_health_goes_from_1_to_5_or_is_left_out(health: str | None) -> None:
    assert faults(objective(health=health)) == []


@pytest.mark.req("CO-17")
@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2026-03-02", "2026-03-01", [("end_date", "before_start")]),
        ("2026-03-02", "2026-03-02", []),
        ("2026-03-02", None, []),
        (None, "2026-03-01", []),
    ],
)
def test_an_objective_is_not_due_before_it_starts(
    start: str | None, end: str | None, refused: list[tuple[str, str]]
) -> None:
    assert named(faults(objective(start_date=start, end_date=end))) == refused


@pytest.mark.req("CO-18")
@pytest.mark.parametrize("column", ["baseline_value", "current_value", "target_value"])
def test_values_keep_4_decimals_and_14_digits_before_the_point(column: str) -> None:
    assert faults(objective(**{column: "-12345678901234.1234"})) == []
    assert named(faults(objective(**{column: "8.00001"}))) == [(column, "too_precise")]
    assert named(faults(objective(**{column: "123456789012345"}))) == [(column, "out_of_range")]


@pytest.mark.req("CO-10")
def test_attribute_based_completion_needs_its_attribute_and_a_target() -> None:
    by_attribute = objective(completion_type="Attribute Based")

    assert named(faults(by_attribute)) == [("source_attribute", "required"), ("target_value", "required")]
    assert faults({**by_attribute, "source_attribute": "seats used", "target_value": "0"}) == []


@pytest.mark.req("CO-11")
def test_manual_completion_needs_neither() -> None:
    assert faults(objective(completion_type="Manual")) == []


def test_every_fault_is_told_at_once() -> None:
    found = faults({"health": "9", "status": "Done"})

    assert {fault.field for fault in found} == {"title", "account_id", "health", "status"}


def test_a_message_repeats_no_more_than_the_beginning_of_a_long_value() -> None:
    (fault,) = faults(objective(status="x" * 10_000))

    assert len(fault.message) < 200


@pytest.mark.req("D14")
@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"status": "Paused", "archived": False}, "Paused"),
        ({"status": "Paused", "archived": True}, "Archived"),
        ({"status": None, "archived": True}, "Archived"),
        ({"status": "Completed"}, "Completed"),
    ],
)
def test_an_archived_objective_has_the_sixth_status(row: Row, shown: str) -> None:
    assert objectives.status(row) == shown

"""When work was completed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.domain.completion import dated
from service.domain.values import Row

NOW, TODAY = datetime(2026, 3, 1, 23, 30, tzinfo=UTC), date(2026, 3, 2)
STAMPS = {"objective": "2026-03-02", "playbook": "2026-03-01T23:30:00Z", "playbook_task": "2026-03-01T23:30:00Z"}
STATES = {"objective": "status", "playbook": "stage", "playbook_task": "status"}


def after(noun: str, row: Row, before: Row) -> Row:
    return dated(noun, row, before, now=NOW, today=TODAY)


@pytest.mark.req("CO-26")
@pytest.mark.parametrize("noun", STATES)
def test_what_is_completed_is_dated_a_task_by_the_moment_and_an_objective_by_the_orgs_day(noun: str) -> None:
    done: Row = {STATES[noun]: "Completed"}

    assert after(noun, done, {STATES[noun]: "In Progress"}) == {**done, "completed_on": STAMPS[noun]}
    assert after(noun, done, {}) == {**done, "completed_on": STAMPS[noun]}


@pytest.mark.parametrize("noun", STATES)
def test_what_is_taken_up_again_is_not_completed_any_more(noun: str) -> None:
    before: Row = {STATES[noun]: "Completed", "completed_on": "2026-02-01"}

    assert after(noun, {**before, STATES[noun]: "In Progress"}, before)["completed_on"] is None


def test_a_date_that_was_given_stays() -> None:
    row: Row = {"status": "Completed", "completed_on": "2026-02-01"}

    assert after("objective", row, {"status": "In Progress"}) == row


@pytest.mark.parametrize("status", ["Completed", "In Progress"])
def test_what_stays_as_it_was_keeps_its_date(status: str) -> None:
    row: Row = {"status": status, "completed_on": "2026-02-01"}

    assert after("objective", row, row) == row


def test_other_nouns_are_never_completed() -> None:
    assert after("success_plan", {"status": "Completed"}, {}) == {"status": "Completed"}

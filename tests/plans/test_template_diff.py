"""Comparing templates: what came, went and changed, under its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.plans.template_diff import Change, Difference, compare, same
from tests.plans.template_texts import blueprint
from tests.world import shipped


def test_a_template_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert same(blueprint(tmp_path), blueprint(tmp_path), shipped())


def test_another_key_of_the_whole_is_no_other_template(tmp_path: Path) -> None:
    renamed = blueprint(tmp_path, ("key: onboarding", "key: welcome"))

    assert same(blueprint(tmp_path), renamed, shipped())


@pytest.mark.parametrize(
    ("change", "place", "word", "old", "new"),
    [
        (("priority: High", "priority: Low"), ("objective", ""), "priority", "High", "Low"),
        (("priority: High\n", ""), ("objective", ""), "priority", "High", None),
        (("anchor: 2026-01-01", "anchor: 2026-01-02"), ("objective", ""), "anchor", "2026-01-01", "2026-01-02"),
        (("target_value: 12.5", "target_value: 13"), ("objective_kpi", "seats"), "target_value", 12.5, 13),
        (("length: 15", "length: 16"), ("playbook_task", "call"), "length", 15, 16),
        (("      call: 7", "      call: 8"), ("playbook_task", "survey"), "after", {"call": 7}, {"call": 8}),
    ],
)
def test_a_changed_value_is_told_with_the_record_and_its_word(
    tmp_path: Path, change: tuple[str, str], place: tuple[str, str], word: str, old: object, new: object
) -> None:
    assert compare(blueprint(tmp_path), blueprint(tmp_path, change), shipped()) == [
        Difference(change=Change.CHANGED, noun=place[0], key=place[1], word=word, old=old, new=new)
    ]


def test_records_that_came_and_went_are_told_once_each(tmp_path: Path) -> None:
    added = "tasks:\n  thank:\n    name: Say thank you\n  survey:"
    newer = blueprint(tmp_path, ("tasks:\n  survey:", added), ("  seats:", "  users:"))

    assert compare(blueprint(tmp_path), newer, shipped()) == [
        Difference(change=Change.ADDED, noun="objective_kpi", key="users", new="Seats in use"),
        Difference(change=Change.ADDED, noun="playbook_task", key="thank", new="Say thank you"),
        Difference(change=Change.REMOVED, noun="objective_kpi", key="seats", old="Seats in use"),
    ]


def test_a_task_that_moved_into_a_playbook_is_the_same_task_elsewhere(tmp_path: Path) -> None:
    text = "tasks:\n  survey:\n    name: Send the survey\n    start: +80\n    after:\n      call: 7\n"
    inside = "      survey:\n        name: Send the survey\n        start: +80\n        after:\n          call: 7\n"
    moved = blueprint(tmp_path, (text, inside))

    assert compare(blueprint(tmp_path), moved, shipped()) == [
        Difference(change=Change.CHANGED, noun="playbook_task", key="survey", word="in", old=None, new="kick_off")
    ]

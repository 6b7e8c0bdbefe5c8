"""Linting templates: what a clone would stumble over is said before there is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from service.config import ROOT
from service.domain.dependencies import cycle
from service.mapping.choices import choices_from_package
from service.plans.blueprint import Piece
from service.plans.template_lint import Known, known_choices, lint
from service.plans.template_people import People, known_as
from tests.plans.template_texts import blueprint
from tests.world import shipped

KNOWN = Known(choices=known_choices(shipped(), choices_from_package(ROOT / "sfdx")))
FILE = "onboarding.yaml"


def test_a_sound_template_has_no_problem(tmp_path: Path) -> None:
    linted = lint(blueprint(tmp_path), FILE, KNOWN)

    assert (linted.problems, linted.warnings) == ((), ())


@pytest.mark.parametrize(
    ("changes", "key", "message"),
    [
        ([("priority: High", "priority: Top")], "priority", "'Top' is no choice of priority; choose from"),
        ([("type: Call", "type: Fax")], "playbooks.kick_off.tasks.call.type", "'Fax' is no choice of type"),
        (
            [("type: Call", "estimated_hours: -1")],
            "playbooks.kick_off.tasks.call.estimated_hours",
            "estimated_hours cannot be negative, as '-1' is",
        ),
        ([("anchor: 2026-01-01\n", "")], "anchor", "is missing, and start counts from it; write a day like 2026-01-05"),
        (
            [("\n  kick_off:", "\n  seats:"), ("      call:\n        name", "      survey:\n        name")],
            "tasks.survey",
            "'survey' names more than one playbook task of this template; give each a key of its own",
        ),
        ([("      call: 7", "      cal: 7")], "tasks.survey.after.cal", "is no task of this template; write the key"),
        (
            [("        start: +4", "        start: +2")],
            "playbooks.kick_off.tasks.call.after.prepare",
            "ends on day +3, and call starts on day +2; start it on day +3 or later",
        ),
        (
            [("    start: +80", "    start: +25")],
            "tasks.survey.after.call",
            "ends on day +19 and 7 days must lie between, and survey starts on day +25; start it on day +26 or later",
        ),
        (
            [("        length: 3\n", "        after: {survey: }\n")],
            "playbooks.kick_off.tasks.prepare.after",
            "waits for itself: prepare -> call -> survey -> prepare; take one of these dependencies out",
        ),
    ],
)
def test_a_mistake_of_meaning_is_named_with_its_key_and_the_way_out(
    tmp_path: Path, changes: list[tuple[str, str]], key: str, message: str
) -> None:
    problems = lint(blueprint(tmp_path, *changes), FILE, KNOWN).problems

    assert any(p.file == FILE and p.key == key and message in p.message for p in problems), problems


def test_a_task_may_wait_for_one_without_dates(tmp_path: Path) -> None:
    undated = blueprint(tmp_path, ("        start: +0\n        length: 3\n", ""))

    assert lint(undated, FILE, KNOWN).problems == ()


@pytest.mark.req("G6")
@pytest.mark.parametrize(
    "changes",
    [
        [("\nstart: +0\nlength: 90", "\nstart: +5\nlength: 90")],
        [
            ("\nstart: +0\nlength: 90", ""),
            ("    start: +0\n    length: 20\n", ""),
            ("        start: +0\n        length: 3\n", ""),
        ],
    ],
    ids=["it_starts_later", "its_first_child_starts_later"],
)
def test_a_template_whose_first_start_is_not_day_0_is_refused_since_its_clones_would_have_other_dates(
    tmp_path: Path, changes: list[tuple[str, str]]
) -> None:
    problems = lint(blueprint(tmp_path, *changes), FILE, KNOWN).problems

    assert [problem.key for problem in problems] == ["start"], problems
    assert "is not day +0, from which the days of a clone count" in problems[0].message


@pytest.mark.req("G6", "OB-41")
def test_a_template_without_a_start_counts_from_its_first_child(tmp_path: Path) -> None:
    made = blueprint(tmp_path, ("\nstart: +0\nlength: 90", ""))

    assert lint(made, FILE, KNOWN).problems == ()


@pytest.mark.req("G6", "OB-41")
def test_days_of_a_template_in_which_nothing_starts_are_refused(tmp_path: Path) -> None:
    made = blueprint(tmp_path)
    kpi = Piece(noun="objective_kpi", key="seats", values={"description": "Seats"}, days={"target_date": 0})
    alone = replace(made, root=Piece(noun="objective", key="plain", values=made.root.values, parts=(kpi,)))

    assert [problem.key for problem in lint(alone, FILE, KNOWN).problems] == ["start"]


def test_a_template_without_any_day_needs_no_anchor(tmp_path: Path) -> None:
    made = blueprint(tmp_path)
    undated = replace(made, anchor=None, root=Piece(noun="objective", key="plain", values=made.root.values))

    assert lint(undated, FILE, KNOWN).problems == ()
    assert undated.on(4) is None


def test_more_records_than_one_call_takes_are_a_warning(tmp_path: Path) -> None:
    tasks = tuple(Piece(noun="playbook_task", key=f"task_{n}", values={"name": f"Task {n}"}) for n in range(500))
    made = blueprint(tmp_path)
    large = replace(made, root=Piece(noun="playbook", key="large", values={"name": "Large"}, parts=tasks))

    linted = lint(large, FILE, KNOWN)

    assert linted.problems == ()
    assert [w.message[:44] for w in linted.warnings] == ["makes '501' records, and the CRM takes 500 a"]


@pytest.mark.req("OB-34", "OB-35")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ada@ash.example", None),
        ("ADA ASH", None),
        ("nobody@ash.example", "'nobody@ash.example' is no resource of this org; create one, or name another"),
        ("Bo Birch", "'Bo Birch' are 2 resources of this org; write the e-mail address of one"),
        ("cy@ash.example", "not active"),
        ("Di Dogwood", "PSA"),
    ],
)
def test_people_of_a_template_are_active_resources_and_no_psas(tmp_path: Path, name: str, message: str | None) -> None:
    known = replace(KNOWN, people=the_people())
    on_root = blueprint(tmp_path, ("priority: High", f"resource: {name}"))
    on_task = blueprint(tmp_path, ("type: Call", f"resources: {{{name}: Lead}}"))

    problems = [*lint(on_root, FILE, known).problems, *lint(on_task, FILE, known).problems]

    if message is None:
        assert problems == []
    else:
        assert [p.key for p in problems] == ["resource", f"playbooks.kick_off.tasks.call.resources.{name}"]
        assert all(message in problem.message for problem in problems), problems


def the_people() -> People:
    """Four kinds of people: one who can work, two of one name, one who left, one of a PSA."""
    sound = {"active": True, "psa_resource_id": None}
    return known_as(
        {
            uuid4(): {**sound, "name": "Ada Ash", "email": "ada@ash.example"},
            uuid4(): {**sound, "name": "Bo Birch", "email": None},
            uuid4(): {**sound, "name": "Bo Birch", "email": "bo@ash.example"},
            uuid4(): {**sound, "name": "Cy Cedar", "email": "cy@ash.example", "active": False},
            uuid4(): {**sound, "name": "Di Dogwood", "email": None, "psa_resource_id": str(uuid4())},
        }
    )


def test_a_person_is_called_by_the_address_else_by_the_name() -> None:
    people = the_people()

    assert sorted(people.names.values()) == [
        "Bo Birch",
        "Di Dogwood",
        "ada@ash.example",
        "bo@ash.example",
        "cy@ash.example",
    ]
    assert people.names[str(people.one("Ada Ash")[0])] == "ada@ash.example"


def test_a_circle_is_told_from_its_beginning_to_its_beginning_again() -> None:
    assert cycle([("b", "a"), ("c", "b")]) is None
    assert cycle([("a", "a")]) == ["a", "a"]
    found = cycle([("b", "a"), ("c", "b"), ("a", "c"), ("d", "a")])
    assert found is not None
    assert found[0] == found[-1]
    assert sorted(found[1:]) == ["a", "b", "c"]

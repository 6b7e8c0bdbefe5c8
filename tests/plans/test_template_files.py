"""Templates as files: what a file says is what the template is, and every mistake has its key and its way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.values import Kind, canonical
from service.plans.blueprint import Blueprint, Piece, size, walk
from service.plans.template_document import write
from service.plans.template_files import dump, load_file
from service.plans.template_schema import read
from tests.plans.template_texts import ONBOARDING, blueprint, reading, with_changes
from tests.world import shipped

START = "        start: +4\n"


def test_a_file_tells_records_inside_records_with_days_from_the_anchor() -> None:
    made, problems = load_file(ONBOARDING, shipped())

    assert problems == []
    assert made is not None
    assert made.anchor == date(2026, 1, 1)
    assert made.root.values == {
        "name": "Onboarding",
        "title": "Bring the customer to first value",
        "priority": "High",
    }
    pieces = dict(walk(made.root))
    assert list(pieces) == [
        "",
        "kpis.seats",
        "playbooks.kick_off",
        "playbooks.kick_off.tasks.prepare",
        "playbooks.kick_off.tasks.call",
        "tasks.survey",
    ]
    assert pieces["kpis.seats"].values["target_value"] == "12.5"
    assert pieces["playbooks.kick_off.tasks.call"].days == {"start_date": 4, "end_date": 19}
    assert pieces["tasks.survey"].after == {"call": 7}
    # Six records and two dependencies.
    assert size(made) == 8


def test_a_template_is_written_as_the_file_it_came_from() -> None:
    made, _ = load_file(ONBOARDING, shipped())

    assert made is not None
    assert dump(write(made, shipped())) == ONBOARDING.read_text()


def test_what_an_author_may_write_in_each_key_is_kept(tmp_path: Path) -> None:
    made = blueprint(
        tmp_path,
        ("priority: High", "priority: High\ntags: [Renewal, Adoption]\nportal_shared: true\nresource: Ada Ash"),
        ("type: Call", "resources: {ada@ash.example: Lead, Bo Birch: }\n        sequence: 2"),
        ("target_value: 12.5", 'target_value: "12345678901234.1234"'),
    )
    pieces = {piece.key: piece for _, piece in walk(made.root)}

    assert made.root.values["tags"] == "Adoption;Renewal"
    assert made.root.values["portal_shared"] is True
    assert made.root.resources == {"Ada Ash": None}
    assert pieces["call"].resources == {"ada@ash.example": "Lead", "Bo Birch": None}
    assert pieces["call"].values["sequence"] == "2"
    # More digits than a float keeps stay text in a file.
    assert "target_value: '12345678901234.1234'" in dump(write(made, shipped()))


@pytest.mark.parametrize(
    ("change", "key", "message"),
    [
        (("template: objective", "template: task"), "template", "'task' is no kind of template; write one of"),
        (("key: onboarding", "key: On Boarding"), "key", "'On Boarding' is no name of ours; write small letters"),
        (("key: onboarding\n", ""), "key", "is missing; write it"),
        (("anchor: 2026-01-01", "anchor: 1 May"), "anchor", "'1 May' is no day; write it like 2026-01-05"),
        (("anchor: 2026-01-01", "anchor: 20260"), "anchor", "20260 is no day"),
        (("priority: High", "priorty: High"), "priorty", "is not a key; known here: anchor, baseline_value"),
        (("priority: High", "status: Completed"), "status", "is not a key"),
        (("priority: High", "priority: true"), "priority", "priority takes one of the choices, as text, not 'True'"),
        (("priority: High", "priority:"), "priority", "is empty; give it a value or leave the key out"),
        (("priority: High", 'priority: " "'), "priority", "is empty; give it a value or leave the key out"),
        (("name: Onboarding\n", ""), "name", "is missing; write it"),
        (("name: Onboarding\n", f"name: {'x' * 81}\n"), "name", "name keeps 80 characters"),
        (("name: Onboarding\n", f"name: {'x' * 10_000}\n"), "name", "has 10000; shorten it"),
        (("name: Onboarding\n", "name: no\n"), "name", "name takes text, not 'False'"),
        (("target_value: 12.5", "target_value: many"), "kpis.seats.target_value", "takes a number, not 'many'"),
        (("target_value: 12.5", "target_value: 1.23456"), "kpis.seats.target_value", "has more; round it"),
        (("priority: High", "portal_shared: 1"), "portal_shared", "takes true or false, not '1'"),
        ((START, "        start: soon\n"), "playbooks.kick_off.tasks.call.start", "'soon' is no number of days"),
        ((START, "        start: 40000\n"), "playbooks.kick_off.tasks.call.start", "is no number of days; write +4"),
        ((START, ""), "playbooks.kick_off.tasks.call", "tells its length and no start; write the start, or the end"),
        (
            (START, f"{START}        end: +9\n"),
            "playbooks.kick_off.tasks.call",
            "tells its length and its end; keep one of them",
        ),
        (("length: 3\n", "end: -1\n"), "playbooks.kick_off.tasks.prepare", "ends before it starts; correct one of"),
        (("length: 3\n", "length: -1\n"), "playbooks.kick_off.tasks.prepare.length", "write 0 or more"),
        (("      call: 7", "      call: -1"), "tasks.survey.after.call", "'-1' is no number of days; write 0 or more"),
        (("      call: 7", "      Call It: 7"), "tasks.survey.after.Call It", "'Call It' is no key of a task"),
        (("after:\n      call: 7", "after: call"), "tasks.survey.after", "'call' holds no names; write one below"),
        (("type: Call", "resources: {Ada: 5}"), "playbooks.kick_off.tasks.call.resources.Ada", "'5' is no role"),
        (("type: Call", "resources: {5: Lead}"), "playbooks.kick_off.tasks.call.resources.5", "'5' names nobody"),
        (("priority: High", "resource: 5"), "resource", "5 names nobody; write an e-mail address or a name"),
        (("  kick_off:\n    name", "  Kick-off:\n    name"), "playbooks.Kick-off", "'Kick-off' is no name of ours"),
        (("kpis:\n  seats:", "kpis: []\nplans:\n  seats:"), "kpis", "[] holds no names; write one below the other"),
        (("priority: High", "priority: High\npriority: Low"), "", "line 7: 'priority' is given twice; keep one"),
        (("priority: High", "priority: [High"), "", "is not YAML"),
    ],
)
def test_a_mistake_of_form_is_named_with_its_key_and_the_way_out(
    tmp_path: Path, change: tuple[str, str], key: str, message: str
) -> None:
    made, problems = reading(tmp_path, with_changes(change))

    assert made is None
    assert [p.file for p in problems] == ["onboarding.yaml"] * len(problems)
    assert any(p.key == key and message in p.message for p in problems), problems


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = with_changes(("priority: High", "prio: 1"), ("type: Call", "typ: Call"), ("length: 20", "length: x"))

    assert [problem.key for problem in reading(tmp_path, text)[1]] == [
        "playbooks.kick_off.length",
        "playbooks.kick_off.tasks.call.typ",
        "prio",
    ]


def test_what_is_no_file_and_what_holds_no_keys_is_said(tmp_path: Path) -> None:
    [missing] = load_file(tmp_path / "none.yaml", shipped())[1]
    [empty] = reading(tmp_path, "just words\n")[1]

    assert "cannot be read" in missing.message
    assert empty.message == "holds no keys; see docs/templates.md for the form"


# Whatever an author may write is read back from the file that is written of it.

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), min_size=1, max_size=60
    )
    .map(str.strip)
    .filter(bool)
)
NUMBERS = st.decimals(0, 99_999_999, places=2).map(lambda number: canonical(Kind.NUMBER, number))
DAYS = st.integers(-400, 400)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, int]:
    """Start and end, one of them, or none."""
    first, last = sorted((draw(DAYS), draw(DAYS)))
    chosen = draw(st.sets(st.sampled_from(["start_date", "end_date"])))
    return {c: day for c, day in (("start_date", first), ("end_date", last)) if c in chosen}


@st.composite
def tasks(draw: st.DrawFn, key: str) -> Piece:
    """A task with anything that a task may have."""
    values: dict[str, str | bool | None] = {"name": draw(TEXTS), "estimated_hours": draw(NUMBERS)}
    values["description"] = draw(TEXTS)
    return Piece(
        noun="playbook_task",
        key=key,
        values=values,
        days=draw(spans()),
        resources=draw(st.dictionaries(TEXTS, st.none() | TEXTS, max_size=2)),
        after=draw(st.dictionaries(KEYS, st.integers(0, 30), max_size=2)),
    )


@st.composite
def blueprints(draw: st.DrawFn) -> Blueprint:
    """A playbook template of some tasks."""
    keys = draw(st.lists(KEYS, unique=True, max_size=4))
    root = Piece(
        noun="playbook",
        key=draw(KEYS),
        values={"name": draw(TEXTS)},
        days=draw(spans()),
        resources=draw(st.dictionaries(TEXTS, st.none(), max_size=1)),
        parts=tuple(draw(tasks(key)) for key in keys),
    )
    return Blueprint(anchor=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))), root=root)


@settings(max_examples=40, deadline=None)
@given(blueprints())
def test_every_template_is_read_back_from_its_document(made: Blueprint) -> None:
    assert read(write(made, shipped()), shipped()) == (made, [])


@settings(max_examples=40, deadline=None)
@given(made=blueprints())
def test_every_template_is_read_back_from_its_file(made: Blueprint, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(dump(write(made, shipped())), encoding="utf-8")

    assert load_file(path, shipped()) == (made, [])

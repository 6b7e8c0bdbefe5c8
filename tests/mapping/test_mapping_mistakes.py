"""Bad input: every mistake has its message with file, key and the way out, and all come at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Folder = Callable[..., Path]
Refusals = Callable[..., list[str]]
Overlay = Callable[[str], Path]

PLAN = "{object: Plan__c, key: Key__c, fields: {name: {crm: Name, kind: text}}}"
KINDS = "text, rich_text, number, boolean, date, datetime, choice, choices, reference"


def test_five_mistakes_give_exactly_five_messages(folder: Folder, refusals: Refusals) -> None:
    objective = """
        object: Objective__c
        key: Plansync_Id__c
        tabel: objectives
        fields:
          name: {crm: Name, kind: txt}
          title: {crm: Name, kind: text}
          plan_id: {crm: Plan__c, kind: reference, refers_to: planet}
          tags: {crm: Tags__c, kind: choices, transform: upper_case}
    """
    assert refusals(folder(objective=objective, plan=PLAN)) == [
        "objective.yaml: fields.name.kind: 'txt' is not known here; write one of " + KINDS,
        "objective.yaml: fields.plan_id.refers_to: 'planet' is not a mapped object; write one of objective, plan",
        "objective.yaml: fields.tags.transform: 'upper_case' is not known here; write one of trimmed_upper, yes_no",
        "objective.yaml: fields.title.crm: 'Name' is the field of name already; map it once",
        "objective.yaml: tabel: is not a key; known here: creates, deletes, direction, fields, key, object, on_delete, "
        "table, where",
    ]


def test_problems_of_all_files_come_together(folder: Folder, refusals: Refusals, overlay: Overlay) -> None:
    path = folder(a="{object: 1, key: K__c, fields: {x: {crm: X, kind: text}}}", b="- list", c="{a: b: c}", d=PLAN)

    assert [problem.split(":")[0] for problem in refusals(path, overlay=overlay("overlay: 3"))] == [
        "a.yaml",
        "acme.overlay",
        "b.yaml",
        "c.yaml",
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("key: K__c", "object: is missing; write it"),
        ("{object: Plan__c, key: 7}", "key: 7 is no API name; write it as the CRM does, letters, digits and _"),
        ("{object: Plan__c}", "key: is missing; name the external id field of ours, or write direction: pull"),
        (
            "{object: Plan__c, key: K__c, table: My Plans}",
            "table: 'My Plans' is no name of ours; write small letters, digits and _",
        ),
        ("{object: Plan__c, key: }", "key: is empty; give it a value or leave the key out"),
        (
            "{object: Plan__c, key: K__c, direction: in}",
            "direction: 'in' is not known here; write one of both, pull, push",
        ),
        (
            "{object: Plan__c, key: K__c, direction: push}",
            "direction: 'push' is for fields; write both, and the direction beside each field",
        ),
        (
            "{object: Plan__c, direction: pull, creates: true}",
            "creates: nothing is sent for an object with direction: pull; leave it out",
        ),
        (
            "{object: Plan__c, direction: pull, deletes: true}",
            "deletes: nothing is sent for an object with direction: pull; leave it out",
        ),
        (
            "{object: Plan__c, key: K__c, creates: maybe}",
            "creates: 'maybe' is neither true nor false; write one of them",
        ),
        (
            "{object: Plan__c, key: K__c, on_delete: both}",
            "on_delete: 'both' is not known here; write one of theirs, ours, ask",
        ),
        (
            "{object: Plan__c, key: K__c, creates: false, on_delete: ours}",
            "on_delete: 'ours' would create the record again, which this mapping does not send; write theirs or ask",
        ),
        (
            "{object: Plan__c, key: K__c, where: Open}",
            "where: is not a list; write one condition a line, each after a dash",
        ),
        ("{object: Plan__c, key: K__c, where: }", "where: is empty; give it a value or leave the key out"),
    ],
)
def test_a_mistake_in_an_object_is_refused(folder: Folder, refusals: Refusals, lines: str, message: str) -> None:
    fields = "fields: {name: {crm: Name, kind: text}}"
    text = lines.removesuffix("}") + f", {fields}}}" if lines.startswith("{") else f"{lines}\n{fields}"

    assert refusals(folder(plan=text)) == [f"plan.yaml: {message}"]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("x: {kind: text}", "x.crm: is missing; write it"),
        ("x: {crm: X}", "x.kind: is missing; write it"),
        ("x: {crm: X, kind: [text]}", f"x.kind: ['text'] is not known here; write one of {KINDS}"),
        ("x: {crm: '1st', kind: text}", "x.crm: '1st' is no API name; write it as the CRM does, letters, digits and _"),
        (
            "x: {crm: X, kind: text, direction: up}",
            "x.direction: 'up' is not known here; write one of both, pull, push",
        ),
        ("x: {crm: X, kind: text, conflict: }", "x.conflict: is empty; give it a value or leave the key out"),
        ("x: {crm: X, kind: text, conflict: we}", "x.conflict: 'we' is not known here; write one of theirs, ours, ask"),
        ("x: {crm: X, kind: text, required: 1}", "x.required: 1 is neither true nor false; write one of them"),
        ("x: {crm: X, kind: text, length: -1}", "x.length: -1 is not a whole number; write 0 or more"),
        ("x: {crm: X, kind: text, length: true}", "x.length: True is not a whole number; write 0 or more"),
        ("x: {crm: X, kind: number, scale: '2'}", "x.scale: '2' is not a whole number; write 0 or more"),
        ("x: {crm: X, kind: text, scale: 2}", "x.scale: does not go with kind: text; leave it out"),
        (
            "x: {crm: X, kind: text, formula: true}",
            "x.formula: the CRM computes it and nobody writes it; write direction: pull beside it",
        ),
        ("x: {crm: X, kind: date, length: 2}", "x.length: does not go with kind: date; leave it out"),
        ("x: {crm: X, kind: text, refers_to: plan}", "x.refers_to: does not go with kind: text; leave it out"),
        ("x: {crm: X, kind: reference}", "x.refers_to: is missing; name the object that a reference points at"),
        (
            "x: {crm: X, kind: reference, refers_to: 5}",
            "x.refers_to: 5 is no name of ours; write small letters, digits and _",
        ),
        (
            "x: {crm: X, kind: text, transform: {run: code}}",
            "x.transform: {'run': 'code'} is not known here; write one of trimmed_upper, yes_no",
        ),
        (
            "x: {crm: X, kind: text, transform: yes_no}",
            "x.transform: 'yes_no' makes a boolean, not a text; change one of them",
        ),
        (
            "x: {crm: X, kind: text, value: 1}",
            "x.value: is not a key; known here: conflict, crm, direction, formula, kind, length, refers_to, required, scale, transform",
        ),
        ("X: {crm: X, kind: text}", "X: 'X' is no name of ours; write small letters, digits and _"),
        ("5: {crm: X, kind: text}", "5: 5 is no name of ours; write small letters, digits and _"),
        ("x: text", "x: holds no keys; see mappings/README.md for the form"),
        ("x: ", "x: is empty; give it a value or leave the key out"),
        ("org_id: {crm: X, kind: text}", "org_id: is a column that every table has; choose another name"),
        ("x: {crm: name, kind: text}", "x.crm: 'name' is the field of name already; map it once"),
    ],
)
def test_a_mistake_in_a_field_is_refused(folder: Folder, refusals: Refusals, field: str, message: str) -> None:
    text = f"{{object: Plan__c, key: K__c, fields: {{name: {{crm: Name, kind: text}}, {field}}}}}"

    assert refusals(folder(plan=text)) == [f"plan.yaml: fields.{message}"]


def test_a_bad_name_does_not_hide_what_is_wrong_below_it(folder: Folder, refusals: Refusals) -> None:
    text = "{object: Plan__c, key: K__c, fields: {X: {crm: 1, kind: text}, Y: 3}}"

    assert refusals(folder(plan=text)) == [
        "plan.yaml: fields.X: 'X' is no name of ours; write small letters, digits and _",
        "plan.yaml: fields.X.crm: 1 is no API name; write it as the CRM does, letters, digits and _",
        "plan.yaml: fields.Y: 'Y' is no name of ours; write small letters, digits and _",
        "plan.yaml: fields.Y: holds no keys; see mappings/README.md for the form",
    ]


@pytest.mark.parametrize("fields", ["3", "[]", "{}", "name"])
def test_fields_that_are_no_table_are_refused_once(folder: Folder, refusals: Refusals, fields: str) -> None:
    text = f"{{object: Plan__c, key: K__c, where: [{{field: X, equals: 1}}], fields: {fields}}}"
    (problem,) = refusals(folder(plan=text))

    assert problem.startswith("plan.yaml: fields: ")
    assert problem.endswith(" holds no names; write one below the other, each with its keys")


def test_a_field_that_would_be_sent_in_an_object_that_is_only_pulled_is_refused(
    folder: Folder, refusals: Refusals
) -> None:
    text = """
        object: User
        direction: pull
        fields:
          name: {crm: Name, kind: text, direction: pull}
          email: {crm: Email, kind: text, direction: both}
    """
    assert refusals(folder(user=text)) == [
        "user.yaml: fields.email.direction: 'both' in an object with direction: pull; leave it out"
    ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("{equals: x}", "0.field: is missing; write it"),
        ("{field: Name}", "0: needs exactly one of equals, not_equals, in, not_null"),
        ("{field: Name, equals: x, in: [y]}", "0: needs exactly one of equals, not_equals, in, not_null"),
        ("{field: Name, not_null: false}", "0.not_null: False says nothing; write true"),
        ("{field: Name, like: x}", "0.like: is not a key; known here: equals, field, in, not_equals, not_null"),
        ("{field: Nam, equals: x}", "0.field: 'Nam' is not mapped; add it to the fields"),
        ("{field: Name, equals: no}", "0.equals: False is not a text; write one (text in quotes)"),
        ("{field: Name, equals: ' '}", "0.equals: ' ' is not a text; write one (text in quotes)"),
        ("{field: Name, equals: }", "0.equals: is empty; give it a value or leave the key out"),
        ("{field: Name, in: x}", "0.in: 'x' is not a list; write [one, two]"),
        ("{field: Name, in: []}", "0.in: [] is not a list; write [one, two]"),
        ("{field: Active__c, equals: 'true'}", "0.equals: 'true' is not a boolean; write one (text in quotes)"),
        ("{field: Worth__c, in: [1, two]}", "0.in: 'two' is not a number; write one (text in quotes)"),
        ("{field: Worth__c, not_equals: true}", "0.not_equals: True is not a number; write one (text in quotes)"),
        ("{field: Worth__c, equals: .inf}", "0.equals: inf is not a number; write one (text in quotes)"),
        ("{field: Since__c, equals: tomorrow}", "0.equals: 'tomorrow' is not a date; write one (text in quotes)"),
        (
            "{field: Tags__c, equals: a}",
            "0.field: 'Tags__c' is of kind choices, which cannot be filtered; choose another field",
        ),
        (
            "{field: Notes__c, not_null: true}",
            "0.field: 'Notes__c' is of kind rich_text, which cannot be filtered; choose another field",
        ),
    ],
)
def test_a_mistake_in_a_filter_is_refused(folder: Folder, refusals: Refusals, condition: str, message: str) -> None:
    text = f"""
        object: Plan__c
        key: K__c
        where:
        - {condition}
        fields:
          name: {{crm: Name, kind: text}}
          active: {{crm: Active__c, kind: boolean}}
          worth: {{crm: Worth__c, kind: number}}
          since: {{crm: Since__c, kind: date}}
          tags: {{crm: Tags__c, kind: choices}}
          notes: {{crm: Notes__c, kind: rich_text}}
    """
    assert refusals(folder(plan=text)) == [f"plan.yaml: where.{message}"]


def test_a_filter_is_not_blamed_for_a_field_that_is_broken_itself(folder: Folder, refusals: Refusals) -> None:
    text = "{object: Plan__c, key: K__c, where: [{field: Open__c, equals: true}], fields: {open: {crm: Open__c, kind: yes}}}"

    assert refusals(folder(plan=text)) == [f"plan.yaml: fields.open.kind: True is not known here; write one of {KINDS}"]


def test_an_object_or_a_table_that_is_mapped_twice_is_refused(folder: Folder, refusals: Refusals) -> None:
    path = folder(plan=PLAN, scheme=PLAN.replace("object: Plan__c", "object: plan__C, table: plan"))

    assert refusals(path) == [
        "scheme.yaml: object: 'plan__C' is mapped in plan.yaml already; map it once",
        "scheme.yaml: table: 'plan' is mapped in plan.yaml already; map it once",
    ]


def refers(name: str, *targets: str) -> str:
    fields = ", ".join(f"{to}_id: {{crm: {to}__c, kind: reference, refers_to: {to}}}" for to in targets)
    return f"{{object: {name}, key: K__c, fields: {{{fields}}}}}"


def test_circles_through_the_same_object_are_all_named(folder: Folder, refusals: Refusals) -> None:
    path = folder(a=refers("A", "b", "c"), b=refers("B", "a"), c=refers("C", "a"))

    assert len(refusals(path)) == 2


def test_objects_that_refer_to_each_other_in_a_circle_are_refused_each_circle_once(
    folder: Folder, refusals: Refusals
) -> None:
    path = folder(
        a=refers("A", "b", "a"), b=refers("B", "c"), c=refers("C", "a"), x=refers("X", "y"), y=refers("Y", "x", "a")
    )
    problems = refusals(path)

    assert len(problems) == 2
    assert all(problem.endswith("); leave one of these references out") for problem in problems)
    assert {frozenset(problem.split("(")[1].split(")")[0].split(" -> ")) for problem in problems} == {
        frozenset("abc"),
        frozenset("xy"),
    }
    assert problems[0].split("(")[1].split(")")[0] in {"a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"}


def test_a_folder_without_mappings_is_refused(tmp_path: Path, refusals: Refusals) -> None:
    assert refusals(tmp_path / "nowhere") == ["nowhere: holds no mapping; name the folder that has the .yaml files"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "object: Plan__c\nfields: {name: {crm: [}}",
            ["line 2: is not YAML (expected the node content, but found '}'); correct the line"],
        ),
        (
            "object: Plan__c\n\tkey: x",
            ["line 2: is not YAML (found character '\\t' that cannot start any token); correct the line"],
        ),
        (
            "key: \x07",
            ["is not YAML (unacceptable character #x0007: special characters are not allowed); take the character out"],
        ),
        ("a: &x {<<: *y}", ["line 1: is not YAML (found undefined alias 'y'); correct the line"]),
        ("", ["holds no keys; see mappings/README.md for the form"]),
        ("[1, 1]", ["holds no keys; see mappings/README.md for the form"]),
        (
            "object: Plan__c\nkey: K__c\nkey: K__c\nfields:\n  name: {crm: A, kind: text}\n  name: {crm: Name, kind: text, kind: text}",
            [
                "line 3: 'key' is given twice; keep one",
                "line 6: 'kind' is given twice; keep one",
                "line 6: 'name' is given twice; keep one",
            ],
        ),
    ],
)
def test_a_file_that_is_not_strict_yaml_is_refused_with_its_line(
    folder: Folder, refusals: Refusals, text: str, messages: list[str]
) -> None:
    assert refusals(folder(plan=text)) == [f"plan.yaml: {message}" for message in messages]


def test_every_wrong_value_of_a_list_is_named(folder: Folder, refusals: Refusals) -> None:
    text = (
        "{object: Plan__c, key: K__c, where: [{field: Name, in: [1, x, 2]}], fields: {name: {crm: Name, kind: text}}}"
    )

    assert refusals(folder(plan=text)) == [
        "plan.yaml: where.0.in: 1 is not a text; write one (text in quotes)",
        "plan.yaml: where.0.in: 2 is not a text; write one (text in quotes)",
    ]


def test_one_value_is_blamed_once_however_many_rules_it_breaks(folder: Folder, refusals: Refusals) -> None:
    text = "{object: Plan__c, key: K__c, fields: {x_id: {crm: X__c, kind: text, refers_to: planet}}}"

    assert refusals(folder(plan=text)) == [
        "plan.yaml: fields.x_id.refers_to: does not go with kind: text; leave it out"
    ]


def test_a_file_that_is_named_for_no_noun_is_refused(folder: Folder, refusals: Refusals) -> None:
    assert refusals(folder(Plan=PLAN)) == ["Plan.yaml: is named for no noun; use small letters, digits and _"]


def test_a_file_that_cannot_be_read_is_refused(folder: Folder, refusals: Refusals, tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_bytes("name: é".encode("latin-1"))
    path = folder(scheme=PLAN)

    assert refusals(path, overlay=tmp_path / "missing.yml") == [
        "missing.yml: cannot be read (No such file or directory); check the path and its rights",
        "plan.yaml: is not UTF-8 text; save it as UTF-8",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extra: {}", ["extra: is not a key; known here: overlay", "overlay: is missing; write it"]),
        ("overlay: {plan: {}}", ["overlay.plan.fields: is missing; write it"]),
        (
            "overlay: {planet: {fields: {x: {crm: X, kind: text}}}}",
            ["overlay.planet: is not a mapped object; write one of plan"],
        ),
        (
            "overlay: {plan: {fields: {name: {crm: X, kind: text}}}}",
            ["overlay.plan.fields.name: is a column of the shipped mapping; choose another name"],
        ),
        (
            "overlay: {plan: {fields: {id: {crm: X, kind: text}}}}",
            ["overlay.plan.fields.id: is a column that every table has; choose another name"],
        ),
        (
            "overlay: {plan: {fields: {x: {crm: ps__Name__c, kind: text}}}}",
            ["overlay.plan.fields.x.crm: 'ps__Name__c' is the field of name already; map it once"],
        ),
        (
            "overlay: {plan: {fields: {x: {crm: X, kind: reference, refers_to: y}}}}",
            ["overlay.plan.fields.x.refers_to: 'y' is not a mapped object; write one of plan"],
        ),
        (
            "overlay: {plan: {fields: {x: {crm: X, kind: letters}}}}",
            [f"overlay.plan.fields.x.kind: 'letters' is not known here; write one of {KINDS}"],
        ),
        (
            "overlay: {plan: {fields: {x: {crm: X, kind: text}, y: {crm: X, kind: text}}}}",
            ["overlay.plan.fields.y.crm: 'X' is the field of x already; map it once"],
        ),
    ],
)
def test_a_mistake_in_an_overlay_is_refused(
    folder: Folder, refusals: Refusals, overlay: Overlay, text: str, message: list[str]
) -> None:
    path = folder(plan=PLAN.replace("crm: Name", "crm: Name__c"))

    assert refusals(path, overlay=overlay(text), namespace="ps") == [f"acme.overlay: {line}" for line in message]

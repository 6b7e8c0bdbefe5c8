"""Mappings against an org: everything that does not fit, with the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.mapping.check import check_against
from service.mapping.described import DescribedField, DescribedObject
from service.mapping.load import load

Folder = Callable[..., Path]
ORG: dict[str, dict[str, Any]] = {
    "Plan__c": {
        "Key__c": {"type": "string", "length": 36, "external_id": True, "unique": True},
        "Name": {"type": "string", "length": 80},
        "Worth__c": {"type": "double", "scale": 2},
        "Summary__c": {"type": "html", "length": 32768, "filterable": False},
        "Notes__c": {"type": "textarea", "length": 32768, "filterable": False},
        "Parent__c": {"type": "reference", "reference_to": ("Group", "Plan__c")},
        "Progress__c": {"type": "percent", "createable": False, "updateable": False},
        "Master__c": {"type": "reference", "reference_to": ("Plan__c",), "updateable": False},
        "Pace__c": {"type": "double", "createable": False, "updateable": False, "calculated": True},
        "Place__c": {"type": "location"},
        "Agreed__c": {"type": "picklist"},
    }
}


def org(**changes: Mapping[str, Any]) -> dict[str, DescribedObject]:
    """Describe the org, with other or further fields of Plan__c."""
    fields = {**ORG["Plan__c"], **changes}
    described = {name: DescribedField(name=name, **what) for name, what in fields.items()}
    return {"Plan__c": DescribedObject(name="Plan__c", fields=described)}


def problems(path: Path, schema: Mapping[str, DescribedObject], **options: Any) -> list[str]:
    return [str(problem) for problem in check_against(load(path, **options), schema)]


def a_plan(field: str = "", *, rest: str = "key: Key__c") -> str:
    return f"{{object: Plan__c, {rest}, fields: {{name: {{crm: Name, kind: text, required: true}}, {field}}}}}"


@pytest.mark.parametrize(
    "field",
    [
        "name_: {crm: Notes__c, kind: text, length: 100}",
        "worth: {crm: Worth__c, kind: number, scale: 2}",
        "summary: {crm: Summary__c, kind: rich_text, length: 32768}",
        "parent_id: {crm: Parent__c, kind: reference, refers_to: plan}",
        "progress: {crm: Progress__c, kind: number, direction: pull}",
        "master_id: {crm: Master__c, kind: reference, refers_to: plan}",
        "agreed: {crm: Agreed__c, kind: boolean, transform: yes_no}",
        "pace: {crm: Pace__c, kind: number, direction: pull, formula: true}",
    ],
)
def test_a_field_that_fits_is_no_problem(folder: Folder, field: str) -> None:
    assert problems(folder(plan=a_plan(field)), org()) == []


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (
            "worth: {crm: Wort__c, kind: number}",
            "worth.crm: Plan__c shows no Wort__c (Worth__c?); correct the name or grant the field to the integration user",
        ),
        (
            "worth: {crm: worth__c, kind: number}",
            "worth.crm: Plan__c shows no worth__c (Worth__c?); correct the name or grant the field to the integration user",
        ),
        (
            "zeal: {crm: Zeal, kind: number}",
            "zeal.crm: Plan__c shows no Zeal; correct the name or grant the field to the integration user",
        ),
        (
            "pace: {crm: Pace__c, kind: number, direction: pull}",
            "pace.formula: Pace__c is computed, and changes unseen; write formula: true",
        ),
        (
            "worth: {crm: Worth__c, kind: number, scale: 2, direction: pull, formula: true}",
            "worth.formula: Worth__c is not computed; leave out formula: true",
        ),
        ("worth: {crm: Worth__c, kind: text}", "worth.kind: Worth__c is of type double, not text; write kind: number"),
        (
            "summary: {crm: Summary__c, kind: text}",
            "summary.kind: Summary__c is of type html, not text; write kind: rich_text",
        ),
        (
            "notes: {crm: Notes__c, kind: rich_text}",
            "notes.kind: Notes__c is of type textarea, not rich_text; write kind: text",
        ),
        (
            "place: {crm: Place__c, kind: text}",
            "place.kind: Place__c is of type location, not text; leave the field out",
        ),
        (
            "agreed: {crm: Agreed__c, kind: boolean}",
            "agreed.kind: Agreed__c is of type picklist, not boolean; write kind: choice",
        ),
        ("worth: {crm: Worth__c, kind: number, scale: 4}", "worth.scale: Worth__c keeps 2 decimals; write scale: 2"),
        (
            "notes: {crm: Notes__c, kind: text, length: 32769}",
            "notes.length: Notes__c holds 32768 characters; write length: 32768",
        ),
        (
            "progress: {crm: Progress__c, kind: number}",
            "progress.direction: Progress__c may not be written (computed, or no right to edit); grant it or write direction: pull",
        ),
        (
            "parent_id: {crm: Parent__c, kind: reference, refers_to: user}",
            "parent_id.refers_to: Parent__c refers to Group, Plan__c, not to User; name its object",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_a_problem_with_its_way_out(folder: Folder, field: str, problem: str) -> None:
    user = "{object: User, direction: pull, fields: {name: {crm: Name, kind: text}}}"
    schema = {
        **org(),
        "User": DescribedObject(name="User", fields={"Name": DescribedField(name="Name", type="string")}),
    }

    assert problems(folder(plan=a_plan(field), user=user), schema) == [f"plan.yaml: fields.{problem}"]


def test_an_object_that_the_org_does_not_show_is_one_problem(folder: Folder) -> None:
    assert problems(folder(plan=a_plan().replace("Plan__c", "Plans__c")), org()) == [
        "plan.yaml: object: the org shows no Plans__c (Plan__c?); install the package or grant it"
    ]


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ({"external_id": False}, "Key__c is not a unique external id; mark it as both in the CRM"),
        ({"unique": False}, "Key__c is not a unique external id; mark it as both in the CRM"),
        ({"length": 18}, "Key__c cannot hold a UUID; make it text of 36 characters or more"),
        ({"type": "double"}, "Key__c cannot hold a UUID; make it text of 36 characters or more"),
        ({"createable": False}, "Key__c may not be written here; grant edit or write creates: false"),
    ],
)
def test_a_key_that_cannot_carry_our_id_is_a_problem(folder: Folder, key: Mapping[str, Any], problem: str) -> None:
    schema = org(Key__c={**ORG["Plan__c"]["Key__c"], **key})

    assert problems(folder(plan=a_plan()), schema) == [f"plan.yaml: key: {problem}"]


def test_a_key_that_is_missing_is_a_problem(folder: Folder) -> None:
    assert problems(folder(plan=a_plan(rest="key: Other_Id__c")), org()) == [
        "plan.yaml: key: Plan__c shows no Other_Id__c; correct the name or grant the field to the integration user"
    ]


@pytest.mark.parametrize(
    ("right", "problem"),
    [
        ("createable", "creates: Plan__c records may not be created here; grant it or write creates: false"),
        ("deletable", "deletes: Plan__c records may not be deleted here; grant it or write deletes: false"),
        ("updateable", "direction: Plan__c records may not be edited here; grant it or write direction: pull"),
    ],
)
def test_a_right_that_is_missing_on_the_object_is_a_problem(folder: Folder, right: str, problem: str) -> None:
    missing: dict[str, Any] = {right: False}
    schema = {"Plan__c": replace(org()["Plan__c"], **missing)}

    assert problems(folder(plan=a_plan()), schema) == [f"plan.yaml: {problem}"]


def test_rights_that_are_not_used_are_not_asked_for(folder: Folder) -> None:
    pulled = "{object: Plan__c, direction: pull, fields: {name: {crm: Name, kind: text}}}"
    schema = org(Must__c={"type": "string", "required": True})
    nothing = {"Plan__c": replace(schema["Plan__c"], createable=False, deletable=False, updateable=False)}

    assert problems(folder(plan=pulled), nothing) == []


def test_a_field_that_must_be_filled_in_a_new_record_has_to_be_mapped(folder: Folder) -> None:
    schema = org(Must__c={"type": "string", "required": True})
    must = "must: {{crm: Must__c, kind: text, {}}}".format

    assert problems(folder(plan=a_plan()), schema) == [
        "plan.yaml: fields: Must__c must be filled in a new record; map it both ways or write creates: false"
    ]
    assert problems(folder(plan=a_plan(must("direction: pull"))), schema) == [
        "plan.yaml: fields: Must__c must be filled in a new record; map it both ways or write creates: false"
    ]
    assert problems(folder(plan=a_plan(must(""))), schema) == [
        "plan.yaml: fields.must.required: Must__c must be filled in a new record; write required: true"
    ]
    assert problems(folder(plan=a_plan(must("required: true"))), schema) == []
    assert problems(folder(plan=a_plan(rest="key: Key__c, creates: false")), schema) == []


def test_a_master_that_cannot_change_may_be_sent_only_with_a_new_record(folder: Folder) -> None:
    master = "master_id: {crm: Master__c, kind: reference, refers_to: plan}"

    assert problems(folder(plan=a_plan(master)), org()) == []
    assert problems(folder(plan=a_plan(master, rest="key: Key__c, creates: false")), org()) == [
        "plan.yaml: fields.master_id.direction: Master__c may not be written (computed, or no right to edit); "
        "grant it or write direction: pull"
    ]


def test_a_filter_on_a_field_that_soql_cannot_filter_is_a_problem(folder: Folder) -> None:
    plan = a_plan(
        "notes: {crm: Notes__c, kind: text}",
        rest="key: Key__c, where: [{field: Name, equals: x}, {field: Notes__c, not_null: true}]",
    )
    assert problems(folder(plan=plan), org()) == [
        "plan.yaml: where.1.field: Notes__c cannot be filtered in SOQL; choose another field"
    ]


def test_a_problem_of_an_overlay_names_its_file(folder: Folder, overlay: Callable[[str], Path]) -> None:
    extra = overlay("overlay: {plan: {fields: {region: {crm: Region__c, kind: choice}}}}")

    assert problems(folder(plan=a_plan()), org(), overlay=extra) == [
        "acme.overlay: overlay.plan.fields.region.crm: Plan__c shows no Region__c; correct the name or grant the field "
        "to the integration user"
    ]


def test_problems_of_all_objects_come_together_in_order(folder: Folder) -> None:
    path = folder(
        plan=a_plan("zeal: {crm: Zeal, kind: text}, worth: {crm: Worth__c, kind: date}"),
        b="{object: B, direction: pull, fields: {x: {crm: X, kind: text}}}",
    )

    assert [problem.split(": ")[:2] for problem in problems(path, org())] == [
        ["b.yaml", "object"],
        ["plan.yaml", "fields.worth.kind"],
        ["plan.yaml", "fields.zeal.crm"],
    ]

"""What the doctor makes of the package in the org: keys, constraints, record types, rights."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from service.config import ROOT
from service.mapping.model import Problem
from service.sync.doctor_package import (
    CASCADE,
    CLEAR,
    CONSTRAINTS,
    RESTRICT,
    Schema,
    judge_constraints,
    judge_fields,
    judge_keys,
    judge_record_types,
    judge_rights,
    look_at_schema,
)
from service.sync.findings import State
from tests.world import World, shipped

SPACE = "{http://soap.sforce.com/2006/04/metadata}"


@pytest.fixture
def schema(world: World) -> Schema:
    """The package as the local org describes it."""
    return look_at_schema(world.sync)


def changed(schema: Schema, sobject: str, change: Callable[[dict[str, Any]], None]) -> Schema:
    """Return the schema with one object described otherwise."""
    described = {**schema.described, sobject: deepcopy(dict(schema.described[sobject]))}
    change(described[sobject])
    return replace(schema, described=described)


def field(described: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one field of a description, to be changed."""
    return next(each for each in described["fields"] if each["name"] == name)


@pytest.mark.parametrize("judge", [judge_fields, judge_rights, judge_keys, judge_constraints, judge_record_types])
def test_the_package_as_it_is_shipped_is_as_it_should_be(schema: Schema, judge: Any) -> None:
    assert [verdict.state for verdict in judge(schema)] == [State.OK]


def test_problems_are_sorted_by_what_they_speak_of(schema: Schema) -> None:
    problems = [
        Problem("a.yaml", "creates", "may not be created; grant it"),
        Problem("a.yaml", "key", "is not unique; mark it"),
        Problem("a.yaml", "fields.x.crm", "is not there; correct it"),
        Problem("a.yaml", "fields.x.direction", "may not be written; grant it"),
    ]
    sick = replace(schema, problems=tuple(problems))

    found = {judge: [v.found for v in judge(sick)] for judge in (judge_fields, judge_rights, judge_keys)}

    assert found[judge_rights] == ["a.yaml: creates: may not be created"]
    assert found[judge_keys] == ["a.yaml: key: is not unique"]
    assert found[judge_fields] == [
        "a.yaml: fields.x.crm: is not there",
        "a.yaml: fields.x.direction: may not be written",
    ]
    assert {v.fix for v in judge_rights(sick)} == {"grant it"}


def test_an_external_id_that_tells_capitals_apart_is_a_failure(schema: Schema) -> None:
    sick = changed(schema, "Objective__c", lambda d: field(d, "Plansync_Id__c").update(caseSensitive=True))

    [verdict] = judge_keys(sick)

    assert verdict.state is State.FAILURE
    assert verdict.found == "Objective__c.Plansync_Id__c tells capital from small letters"


def test_an_external_id_that_is_not_there_is_told_once(schema: Schema) -> None:
    def remove(described: dict[str, Any]) -> None:
        described["fields"] = [each for each in described["fields"] if each["name"] != "Plansync_Id__c"]

    sick = replace(changed(schema, "Objective__c", remove), problems=(Problem("o.yaml", "key", "is gone; make it"),))

    assert [verdict.found for verdict in judge_keys(sick)] == ["o.yaml: key: is gone"]


@pytest.mark.parametrize(
    ("sobject", "name", "flags", "found", "wanted"),
    [
        ("Objective_KPI__c", "Objective__c", {"restrictedDelete": False}, CLEAR, RESTRICT),
        ("Objective__c", "Account__c", {"restrictedDelete": True}, RESTRICT, CLEAR),
        ("Objective__c", "Success_Plan__c", {"cascadeDelete": True}, CASCADE, CLEAR),
        ("Playbook_Task_Assignment__c", "Playbook_Task__c", {"cascadeDelete": False}, CLEAR, CASCADE),
    ],
)
def test_a_delete_constraint_that_was_changed_is_a_failure(
    schema: Schema, sobject: str, name: str, flags: dict[str, bool], found: str, wanted: str
) -> None:
    [verdict] = judge_constraints(changed(schema, sobject, lambda d: field(d, name).update(flags)))

    assert verdict.state is State.FAILURE
    assert verdict.found == f"{sobject}.{name}: deleting its parent {found}, and the package says it {wanted}"
    assert verdict.fix


def test_objects_that_are_not_shown_are_left_to_the_check_of_fields(schema: Schema) -> None:
    described = {name: each for name, each in schema.described.items() if name != "Objective__c"}

    [verdict] = judge_constraints(replace(schema, described=described))

    assert verdict.state is State.OK


def test_the_constraints_are_those_of_the_package() -> None:
    """What is written down in the doctor, against the metadata."""
    columns = {(m.sobject, f.crm): (m.name, f.column) for m in shipped() for f in m.references}
    found = {}
    for path in (ROOT / "sfdx").glob("force-app/**/objects/*/fields/*.field-meta.xml"):
        root = parse(path).getroot()
        kind, constraint = root.findtext(f"{SPACE}type"), root.findtext(f"{SPACE}deleteConstraint")
        if kind == "MasterDetail" or constraint in ("Restrict", "Cascade"):
            place = columns[path.parent.parent.name, path.name.removesuffix(".field-meta.xml")]
            found[place] = RESTRICT if constraint == "Restrict" else CASCADE

    assert found == CONSTRAINTS


def kind(name: str, **others: Any) -> dict[str, Any]:
    """A record type as a description lists it."""
    return {"name": name, "active": True, "available": True, "master": False, **others}


def test_a_record_type_that_the_user_may_not_use_is_a_warning(schema: Schema) -> None:
    kinds = [kind("Customer"), kind("Plan", available=False), kind("Old", active=False), kind("Master", master=True)]
    sick = changed(schema, "Objective__c", lambda d: d.update(recordTypeInfos=kinds))

    verdicts = list(judge_record_types(sick))

    assert [(verdict.state, verdict.found) for verdict in verdicts] == [
        (State.WARNING, "Objective__c: the user may not use the record type Plan"),
        (State.OK, "Record types: Objective__c Customer, Objective__c Plan"),
    ]


def test_record_types_of_what_we_only_read_do_not_matter(schema: Schema) -> None:
    sick = changed(schema, "User", lambda d: d.update(recordTypeInfos=[kind("Robot", available=False)]))

    assert [verdict.state for verdict in judge_record_types(sick)] == [State.OK]

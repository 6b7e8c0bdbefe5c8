"""Fields removed, restored, added and retyped in an org with records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.localorg.clock import Clock
from service.localorg.deploy.changes import SchemaChanges
from service.localorg.deploy.result import DeployError
from service.localorg.errors import InstallError, Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.schema.model import Type
from service.localorg.soql.run import run_query

DEPTH = """<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Depth__c</fullName><label>Depth</label><type>Number</type><precision>5</precision><scale>1</scale>
</CustomField>"""


@pytest.fixture
def boat(boats: LocalOrg, admin: Actor) -> str:
    values = {"Name": "Ariel", "Length__c": 12.5, "Notes__c": "x" * 300, "Serial__c": "S-1", "Kind__c": "Sail"}
    return boats.writer.create(admin, "Boat__c", {**values, "Licensed__c": True, "Built_On__c": "2020-02-01"})


def one(org: LocalOrg, actor: Actor, *fields: str) -> dict[str, Any]:
    """Return the fields of the only boat."""
    (record,) = run_query(org, actor, f"SELECT {', '.join(fields)} FROM Boat__c").records
    return {field: record[field] for field in fields}


def test_a_removed_field_is_unknown_and_the_other_values_stay(
    boats: LocalOrg, changes: SchemaChanges, sailor: Actor, boat: str
) -> None:
    changes.remove_field("Boat__c", "Notes__c")
    with pytest.raises(Refusal, match="No such column 'Notes__c' on entity 'Boat__c'"):
        one(boats, sailor, "Notes__c")
    with pytest.raises(Refusal, match="No such column 'Notes__c'"):
        boats.writer.update(sailor, "Boat__c", boat, {"Notes__c": "y"})
    assert one(boats, sailor, "Name", "Length__c") == {"Name": "Ariel", "Length__c": 12.5}


def test_a_removed_field_comes_back_empty_but_with_its_rights(
    boats: LocalOrg, changes: SchemaChanges, sailor: Actor, boat: str
) -> None:
    changes.remove_field("Boat__c", "Notes__c")
    changes.restore_field("Boat__c", "Notes__c")
    assert one(boats, sailor, "Notes__c") == {"Notes__c": None}
    boats.writer.update(sailor, "Boat__c", boat, {"Notes__c": "anew"})
    assert one(boats, sailor, "Notes__c") == {"Notes__c": "anew"}


def test_a_field_set_goes_and_comes_with_a_field_that_it_shows(boats: LocalOrg, changes: SchemaChanges) -> None:
    changes.remove_field("Boat__c", "Kind__c")
    assert ("FieldSet", "Boat__c.Short") not in boats.components
    changes.restore_field("Boat__c", "Kind__c")
    assert ("FieldSet", "Boat__c.Short") in boats.components


def test_a_field_that_a_rule_or_formula_reads_is_not_removed(boats: LocalOrg, changes: SchemaChanges) -> None:
    with pytest.raises(DeployError) as refused:
        changes.remove_field("Boat__c", "Length__c")
    problems = [failure.problem for failure in refused.value.result.failures]
    wanted = "This custom field is referenced elsewhere in salesforce.com. : ValidationRule - Boat__c.Length_Positive."
    assert wanted in problems
    assert "Length__c" in boats.schema.objects["Boat__c"].fields
    assert "Length__c" not in changes.removable("Boat__c")
    assert "Notes__c" in changes.removable("Boat__c")


def test_an_added_field_is_seen_by_those_whom_a_permission_set_lets(
    boats: LocalOrg, changes: SchemaChanges, sailor: Actor, boat: str, admin: Actor
) -> None:
    changes.add_field("Boat__c", DEPTH)
    with pytest.raises(Refusal, match="No such column 'Depth__c'"):
        one(boats, sailor, "Depth__c")
    assert one(boats, admin, "Depth__c") == {"Depth__c": None}
    changes.remove_field("Boat__c", "Depth__c")
    changes.add_field("Boat__c", DEPTH, permission_sets=["Sailor"])
    boats.writer.update(sailor, "Boat__c", boat, {"Depth__c": 2.5})
    assert one(boats, sailor, "Depth__c") == {"Depth__c": 2.5}


def test_an_added_checkbox_is_false_in_the_records_that_are_there(
    boats: LocalOrg, changes: SchemaChanges, admin: Actor, boat: str
) -> None:
    kind = "<type>Checkbox</type><defaultValue>true</defaultValue>"
    before, after = DEPTH.partition("<type>")[0], "</CustomField>"
    changes.add_field("Boat__c", before + kind + after)
    assert run_query(boats, admin, "SELECT Id FROM Boat__c WHERE Depth__c = false").total == 1


def test_a_field_that_is_no_metadata_is_not_added(changes: SchemaChanges) -> None:
    with pytest.raises(InstallError, match="not well-formed"):
        changes.add_field("Boat__c", "<CustomField>")


@pytest.mark.parametrize(
    ("field", "kind", "type_", "value"),
    [
        ("Notes__c", "Text", Type.STRING, "x" * 255),
        ("Notes__c", "Number", Type.DOUBLE, None),
        ("Notes__c", "Html", Type.TEXTAREA, "x" * 300),
        ("Built_On__c", "Text", Type.STRING, None),
        ("Serial__c", "Number", Type.DOUBLE, None),
        ("Value__c", "Checkbox", Type.BOOLEAN, False),
        ("Email__c", "Checkbox", Type.BOOLEAN, False),
    ],
)
@pytest.mark.usefixtures("boat")
def test_a_retyped_field_keeps_what_the_conversion_can_carry(
    boats: LocalOrg, sailor: Actor, field: str, kind: str, type_: Type, value: object
) -> None:
    SchemaChanges(boats).retype_field("Boat__c", field, kind)
    assert boats.schema.objects["Boat__c"].fields[field].type is type_
    assert one(boats, sailor, field) == {field: value}


def test_a_shape_may_be_given_with_the_type(boats: LocalOrg, changes: SchemaChanges, sailor: Actor, boat: str) -> None:
    changes.retype_field("Boat__c", "Notes__c", "Text", length=10)
    assert one(boats, sailor, "Notes__c") == {"Notes__c": "x" * 10}
    with pytest.raises(Refusal, match="STRING_TOO_LONG"):
        boats.writer.update(sailor, "Boat__c", boat, {"Notes__c": "x" * 11})


@pytest.mark.parametrize(
    ("field", "kind", "reason"),
    [
        ("Label__c", "Text", "Cannot update a field from a Formula to something else"),
        ("Harbour__c", "Text", "Cannot change which type of field this is: reference to string"),
        ("Length__c", "LongTextArea", "Boat__c.Length_Positive"),
    ],
)
def test_what_no_org_converts_is_refused_and_nothing_changes(
    boats: LocalOrg, changes: SchemaChanges, field: str, kind: str, reason: str
) -> None:
    before = boats.schema
    with pytest.raises(DeployError, match=reason):
        changes.retype_field("Boat__c", field, kind)
    assert boats.schema is before


def test_a_change_moves_the_moment_of_the_schema_even_on_a_clock_that_stands(
    boats: LocalOrg, changes: SchemaChanges
) -> None:
    before = boats.schema_changed_at
    changes.remove_field("Boat__c", "Notes__c")
    assert (boats.schema_changed_at - before).total_seconds() >= 1


def test_a_clone_changes_alone(boats: LocalOrg, changes: SchemaChanges, boat: str) -> None:
    changes.remove_field("Boat__c", "Notes__c")
    twin = boats.clone(Clock(datetime(2026, 4, 1, tzinfo=UTC)))
    SchemaChanges(twin).remove_field("Boat__c", "Story__c")
    assert "Story__c" in boats.schema.objects["Boat__c"].fields
    assert {"Story__c", "Notes__c"} & twin.schema.objects["Boat__c"].fields.keys() == set()


def test_under_a_namespace_names_are_those_of_the_org(boats_package: Any) -> None:
    org = LocalOrg.install(boats_package, namespace="ns")
    changes = SchemaChanges(org)
    changes.remove_field("ns__Boat__c", "ns__Notes__c")
    assert "ns__Notes__c" not in org.schema.objects["ns__Boat__c"].fields
    changes.restore_field("ns__Boat__c", "ns__Notes__c")
    changes.retype_field("ns__Boat__c", "ns__Notes__c", "Text")
    assert org.schema.permission_sets["ns__Sailor"].fields["ns__Boat__c.ns__Notes__c"] == (True, True)

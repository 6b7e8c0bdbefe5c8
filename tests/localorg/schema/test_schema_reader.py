"""What a package becomes in the org's schema."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.localorg.org import LocalOrg
from service.localorg.schema.model import Constraint, ObjectRights, Schema, Sharing, Type
from service.localorg.schema.names import Names
from service.localorg.schema.reader import read_package, standard_schema


@pytest.fixture(scope="module")
def schema(boats_package: Path) -> Schema:
    return read_package(boats_package, namespace=None)


def test_an_object_has_its_labels_sharing_and_prefix(schema: Schema) -> None:
    harbour = schema.objects["Harbour__c"]
    assert (harbour.label, harbour.plural, harbour.sharing) == ("Harbour", "Harbours", Sharing.PRIVATE)
    assert [o.key_prefix for o in schema.objects.values() if o.custom] == ["a00", "a01", "a02", "a03", "a04"]


def test_key_prefixes_are_never_shared(schema: Schema) -> None:
    prefixes = [o.key_prefix for o in schema.objects.values()]
    assert len(set(prefixes)) == len(prefixes)


def test_a_detail_has_no_owner(schema: Schema) -> None:
    assert ("OwnerId" in schema.objects["Boat__c"].fields, "OwnerId" in schema.objects["Trip__c"].fields) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("name", "kind", "length"),
    [
        ("Length__c", Type.DOUBLE, 0),
        ("Fill__c", Type.PERCENT, 0),
        ("Licensed__c", Type.BOOLEAN, 0),
        ("Kind__c", Type.PICKLIST, 255),
        ("Colours__c", Type.MULTIPICKLIST, 4099),
        ("Built_On__c", Type.DATE, 0),
        ("Launched_At__c", Type.DATETIME, 0),
        ("Email__c", Type.EMAIL, 80),
        ("Notes__c", Type.TEXTAREA, 32768),
        ("Serial__c", Type.STRING, 20),
        ("Label__c", Type.STRING, 1300),
        ("Harbour__c", Type.REFERENCE, 18),
    ],
)
def test_a_field_has_its_type_and_length(schema: Schema, name: str, kind: Type, length: int) -> None:
    field = schema.objects["Boat__c"].fields[name]
    assert (field.type, field.length, field.custom) == (kind, length, True)


def test_long_texts_cannot_be_filtered_or_sorted(schema: Schema) -> None:
    story = schema.objects["Boat__c"].fields["Story__c"]
    assert (story.html, story.filterable, story.sortable) == (True, False, False)


def test_unique_and_external_ids_are_told_apart(schema: Schema) -> None:
    fields = schema.objects["Boat__c"].fields
    flags = [(f.unique, f.case_sensitive, f.external_id) for f in (fields["Serial__c"], fields["Builder__c"])]
    assert flags == [(True, True, True), (False, False, True)]


def test_picklists_have_their_active_values_in_set_up_order(schema: Schema) -> None:
    boat = schema.objects["Boat__c"]
    kind, colours = boat.fields["Kind__c"].picklist, boat.fields["Colours__c"].picklist
    assert kind is not None
    assert (kind.default, kind.restricted) == ("Sail", False)
    assert colours is not None
    assert ([value for value, _ in colours.values], colours.restricted) == (["Red", "Green", "Blue"], True)


def test_lookups_and_masters_say_what_a_delete_does(schema: Schema) -> None:
    links = {
        (o, f): schema.objects[o].fields[f].reference
        for o, f in (("Boat__c", "Harbour__c"), ("Ticket__c", "Trip__c"), ("Visit__c", "Boat__c"))
    }
    found = [(r.on_delete, r.master, r.reparentable) for r in links.values() if r]
    assert found == [
        (Constraint.SET_NULL, False, False),
        (Constraint.RESTRICT, False, False),
        (Constraint.CASCADE, True, True),
    ]


def test_relationships_have_a_path_up_and_a_name_down(schema: Schema) -> None:
    reference = schema.objects["Boat__c"].fields["Harbour__c"].reference
    assert reference is not None
    assert (reference.name, reference.children, reference.to) == ("Harbour__r", "Boats__r", ("Harbour__c",))
    assert schema.objects["Boat__c"].parent("harbour__R") is schema.objects["Boat__c"].fields["Harbour__c"]


def test_rules_that_are_not_active_are_left_out(schema: Schema) -> None:
    assert [rule.name for rule in schema.objects["Boat__c"].rules] == ["Length_Positive", "No_Renaming"]


def test_permission_sets_have_rights_on_objects_and_fields(schema: Schema) -> None:
    sailor, master = schema.permission_sets["Sailor"], schema.permission_sets["Harbour_Master"]
    assert sailor.objects["Boat__c"] == ObjectRights(create=True, read=True, edit=True)
    assert (sailor.fields["Boat__c.Serial__c"], sailor.fields["Boat__c.Kind__c"]) == ((True, False), (True, True))
    assert (master.custom_permissions, master.user_permissions) == ({"Rename_Boats"}, {"ViewSetup"})


def test_a_standard_object_is_extended(schema: Schema) -> None:
    account = schema.objects["Account"]
    assert (account.custom, account.fields["Boats_Owned__c"].custom, account.fields["Name"].custom) == (
        False,
        True,
        False,
    )
    assert "Boats_Owned__c" not in standard_schema().objects["Account"].fields


def test_a_standard_objects_own_file_sets_its_sharing(boats_package: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(boats_package, tmp_path / "package"))
    (copy / "force-app/main/default/objects/Account/Account.object-meta.xml").write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
        <CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
            <enableFeeds>false</enableFeeds><sharingModel>Private</sharingModel>
        </CustomObject>"""
    )
    account = read_package(copy, namespace=None).objects["Account"]
    assert (account.sharing, "Boats_Owned__c" in account.fields) == (Sharing.PRIVATE, True)


def test_a_sorted_value_set_is_sorted_by_label(boats_package: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(boats_package, tmp_path / "package"))
    file = copy / "force-app/main/default/globalValueSets/Colour.globalValueSet-meta.xml"
    file.write_text(file.read_text().replace("<sorted>false", "<sorted>true"))
    colours = read_package(copy, namespace=None).objects["Boat__c"].fields["Colours__c"].picklist
    assert colours is not None
    assert [value for value, _ in colours.values] == ["Blue", "Green", "Red"]


def test_names_are_found_in_any_case(schema: Schema) -> None:
    assert schema.object("BOAT__C") is schema.objects["Boat__c"]
    assert schema.objects["Boat__c"].field("LABEL__c") is schema.objects["Boat__c"].fields["Label__c"]
    assert schema.object("Plane__c") is None


def test_the_same_package_gives_the_same_schema(schema: Schema, boats_package: Path) -> None:
    again = read_package(boats_package, namespace=None)
    assert list(again.objects) == list(schema.objects)
    assert [list(o.fields) for o in again.objects.values()] == [list(o.fields) for o in schema.objects.values()]


def test_a_namespace_goes_before_every_name_of_the_package(boats_package: Path) -> None:
    schema = read_package(boats_package, namespace="ns")
    boat = schema.objects["ns__Boat__c"]
    link = boat.fields["ns__Harbour__c"].reference
    assert link is not None
    assert (link.to, link.name, link.children) == (("ns__Harbour__c",), "ns__Harbour__r", "ns__Boats__r")
    assert "ns__Boats_Owned__c" in schema.objects["Account"].fields
    assert "ns__Boat__c.ns__Kind__c" in schema.permission_sets["ns__Sailor"].fields
    assert schema.permission_sets["ns__Harbour_Master"].custom_permissions == {"ns__Rename_Boats"}
    assert boat.rules[0].field == "ns__Length__c"
    names = [*schema.objects, *(f for o in schema.objects.values() for f in o.fields if o.fields[f].custom)]
    assert [name for name in names if name.endswith("__c") and not name.startswith("ns__")] == []


def test_everything_works_under_a_namespace(boats_package: Path) -> None:
    org = LocalOrg.install(boats_package, namespace="ns")
    user = org.actor(org.add_user("max@example.com", name="Max", permission_sets=["Sailor", "ns__Harbour_Master"][:1]))
    port = org.writer.create(user, "ns__Harbour__c", {"Name": "Hull", "ns__Code__c": "HUL"})
    boat = org.writer.create(
        user, "ns__Boat__c", {"Name": "Ada", "ns__Fill__c": 61, "ns__Harbour__r": {"ns__Code__c": "HUL"}}
    )
    row = org.reader.read_row(org.admin(), "ns__Boat__c", boat, ["ns__Harbour__c", "ns__Label__c"])
    assert row == {"ns__Harbour__c": port, "ns__Label__c": "Ada of Hull!"}


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("A__c + b__C", "ns__A__c + ns__b__C"),
        ("A__r.B__r.C__c", "ns__A__r.ns__B__r.ns__C__c"),
        ("Name & Owner.Name", "Name & Owner.Name"),
        ('A__c = "B__c"', 'ns__A__c = "B__c"'),
        ('"say \\"A__c\\"" & A__c', '"say \\"A__c\\"" & ns__A__c'),
        ("'A__c' & A__c", "'A__c' & ns__A__c"),
        ("/* A__c */ A__c", "/* A__c */ ns__A__c"),
        ("$Permission.Rename AND $User.A__c", "$Permission.ns__Rename AND $User.ns__A__c"),
        ("other__A__c", "other__A__c"),
        ("Success_Plan_2__c", "ns__Success_Plan_2__c"),
    ],
)
def test_references_in_formulas_get_the_namespace(source: str, named: str) -> None:
    assert Names("ns").formula(source) == named
    assert Names(None).formula(source) == source


@pytest.mark.parametrize("namespace", [None, "ps"])
def test_the_projects_package_installs_with_and_without_a_namespace(package: Path, namespace: str | None) -> None:
    org = LocalOrg.install(package, namespace=namespace)
    assert {s.label for s in org.schema.permission_sets.values()} >= {
        "CSC - Customer Success",
        "CSC - Participant User",
    }

"""The shipped mappings fit the package, its permission sets, the store and their README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy.types import Boolean, Date, DateTime, Numeric, Text, TypeEngine, Uuid
from werkzeug.test import Client

from service.domain.merging import Policy
from service.domain.values import Kind
from service.localorg.http.app import create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.mapping.check import check_against
from service.mapping.described import described_from_describe
from service.mapping.load import load
from service.mapping.model import FieldMapping, ObjectMapping
from service.mapping.package import described_from_package
from service.mapping.schema import ConditionShape, ExtrasShape, FieldShape, ObjectShape, OverlayShape
from service.mapping.transforms import TRANSFORMS
from service.store.records import RECORDS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "sfdx" / "force-app" / "main" / "default"
MAPPINGS = load(ROOT / "mappings")
INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")
EVERY_FIELD = [(mapping, field) for mapping in MAPPINGS for field in mapping.fields]
PACKAGE = described_from_package(ROOT / "sfdx")

NOT_PERMISSIONABLE = {"Name", "FirstName", "LastName", "OwnerId"}
"""Standard fields that no permission set can name: who reads the record reads them."""

COLUMN_TYPES: dict[Kind, type[TypeEngine[Any]]] = {
    Kind.TEXT: Text,
    Kind.RICH_TEXT: Text,
    Kind.CHOICE: Text,
    Kind.CHOICES: Text,
    Kind.NUMBER: Numeric,
    Kind.BOOLEAN: Boolean,
    Kind.DATE: Date,
    Kind.DATETIME: DateTime,
    Kind.REFERENCE: Uuid,
}


def name_of(value: object) -> str:
    return value.name if isinstance(value, ObjectMapping) else value.column if isinstance(value, FieldMapping) else ""


def granted(block: str, name_tag: str, *rights: str) -> set[tuple[str, str]]:
    """Return (field or object, right) pairs that the integration user's permission sets grant."""
    space = "{http://soap.sforce.com/2006/04/metadata}"
    roots = [ElementTree.parse(SOURCE / f"permissionsets/{name}.permissionset-meta.xml") for name in INTEGRATION_SETS]
    return {
        (element.findtext(f"{space}{name_tag}", ""), right)
        for root in roots
        for element in root.iter(f"{space}{block}")
        for right in rights
        if element.findtext(f"{space}{right}") == "true"
    }


FIELD_RIGHTS = granted("fieldPermissions", "field", "readable", "editable")
OBJECT_RIGHTS = granted("objectPermissions", "object", "allowRead", "allowCreate", "allowEdit", "allowDelete")


@pytest.mark.parametrize("namespace", [None, "ps"])
def test_every_mapping_fits_the_package(namespace: str | None) -> None:
    mappings = load(ROOT / "mappings", namespace=namespace)

    assert check_against(mappings, described_from_package(ROOT / "sfdx", namespace=namespace)) == []


@pytest.mark.parametrize("namespace", [None, "ps"])
def test_every_mapping_fits_what_an_org_describes_to_the_integration_user(namespace: str | None) -> None:
    org = LocalOrg.install(ROOT / "sfdx", namespace=namespace)
    for name in INTEGRATION_SETS:
        org.assign(org.user_id(INTEGRATION), name)
    app = create_app(org)
    headers = {"Authorization": f"Bearer {app.api.sessions.token_of(org.user_id(INTEGRATION))}"}
    mappings = load(ROOT / "mappings", namespace=namespace)
    urls = [f"/services/data/v68.0/sobjects/{mapping.sobject}/describe" for mapping in mappings]

    described = described_from_describe([Client(app).get(url, headers=headers).get_json() for url in urls])

    assert check_against(mappings, described) == []


def test_the_twelve_objects_of_the_package_are_mapped_parents_first() -> None:
    nouns = [mapping.name for mapping in MAPPINGS]
    package_objects = {path.name for path in (SOURCE / "objects").iterdir()} - {"Plansync_Settings__c"}

    assert nouns[:3] == ["user", "account", "contact"]
    assert {mapping.sobject for mapping in MAPPINGS} == package_objects | {"User"}
    for mapping in MAPPINGS:
        for field in mapping.references:
            assert nouns.index(str(field.refers_to)) <= nouns.index(mapping.name)


def test_every_field_of_the_package_that_is_not_computed_by_the_org_is_mapped() -> None:
    for mapping in MAPPINGS:
        described = PACKAGE[mapping.sobject].fields.values()
        stored = {field.name for field in described if field.name.endswith("__c") and field.createable}

        assert stored - {field.crm for field in mapping.fields} <= {mapping.key}, mapping.name


def is_permissionable(mapping: ObjectMapping, field: FieldMapping) -> bool:
    required = PACKAGE[mapping.sobject].fields[field.crm].required
    return mapping.sobject != "User" and field.crm not in NOT_PERMISSIONABLE and not required


@pytest.mark.parametrize(("mapping", "field"), [pair for pair in EVERY_FIELD if is_permissionable(*pair)], ids=name_of)
def test_the_integration_user_may_read_and_write_what_is_mapped(mapping: ObjectMapping, field: FieldMapping) -> None:
    name = f"{mapping.sobject}.{field.crm}"
    needed = {(name, "readable"), (name, "editable")} if field.pushed else {(name, "readable")}

    assert needed <= FIELD_RIGHTS


@pytest.mark.parametrize("mapping", [mapping for mapping in MAPPINGS if mapping.key is not None], ids=name_of)
def test_the_integration_user_has_the_rights_on_records_that_the_mapping_uses(mapping: ObjectMapping) -> None:
    used = {"allowRead": True, "allowEdit": True}
    used |= {"allowCreate": mapping.pushes_creates, "allowDelete": mapping.pushes_deletes}

    assert {(mapping.sobject, right) for right, needed in used.items() if needed} <= OBJECT_RIGHTS
    assert (f"{mapping.sobject}.{mapping.key}", "editable") in FIELD_RIGHTS


@pytest.mark.parametrize("mapping", MAPPINGS.objects, ids=name_of)
def test_every_mapped_column_is_in_the_store_with_a_type_that_holds_it(mapping: ObjectMapping) -> None:
    columns = RECORDS[mapping.table].columns

    assert {field.column for field in mapping.fields} == set(columns.keys()) - {"org_id", "id", "extra"}
    for field in mapping.fields:
        column_type = columns[field.column].type
        assert isinstance(column_type, COLUMN_TYPES[field.kind]), field.column
        if isinstance(column_type, Numeric):
            assert column_type.scale is not None
            assert field.scale is not None
            assert column_type.scale >= field.scale


def test_a_person_decides_about_the_promised_value_only() -> None:
    asked = [(mapping.name, field.column) for mapping, field in EVERY_FIELD if field.conflict is Policy.ASK]

    assert asked == [("objective_kpi", "target_value")]
    assert not [field for _, field in EVERY_FIELD if field.conflict is Policy.OURS]


@pytest.mark.parametrize("shape", [ObjectShape, FieldShape, ConditionShape, OverlayShape, ExtrasShape])
def test_the_readme_documents_every_key(shape: type[ObjectShape]) -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "mappings" / "README.md").read_text(), re.MULTILINE))

    assert {field.data_key or name for name, field in shape().load_fields.items()} <= documented


def test_the_readme_documents_every_kind_and_transform() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "mappings" / "README.md").read_text(), re.MULTILINE))

    assert documented >= {*Kind, *TRANSFORMS}

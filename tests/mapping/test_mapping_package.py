"""What a source folder will be in an org."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.mapping.described import DescribedField
from service.mapping.package import described_from_package

SPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    plan = tmp_path / "force-app/main/default/objects/Plan__c"
    (plan / "fields").mkdir(parents=True)
    (plan / "Plan__c.object-meta.xml").write_text(
        f"<CustomObject {SPACE}><nameField><type>Text</type></nameField></CustomObject>"
    )
    return tmp_path


def add(package: Path, xml: str, *, name: str = "X__c", sobject: str = "Plan__c") -> None:
    folder = package / "force-app/main/default/objects" / sobject / "fields"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.field-meta.xml").write_text(
        f"<CustomField {SPACE}><fullName>{name}</fullName>{xml}</CustomField>"
    )


@pytest.mark.parametrize(
    ("xml", "field"),
    [
        (
            "<type>Text</type><length>36</length><externalId>true</externalId><unique>true</unique>",
            {"type": "string", "length": 36, "external_id": True, "unique": True},
        ),
        ("<type>Number</type><precision>18</precision><scale>4</scale>", {"type": "double", "scale": 4}),
        ("<type>Html</type><length>32768</length>", {"type": "html", "length": 32768, "filterable": False}),
        ("<type>LongTextArea</type><length>99</length>", {"type": "textarea", "length": 99, "filterable": False}),
        ("<type>MultiselectPicklist</type>", {"type": "multipicklist"}),
        ("<type>Picklist</type><required>true</required>", {"type": "picklist", "required": True}),
        ("<type>Email</type>", {"type": "email", "length": 80}),
        ("<type>DateTime</type>", {"type": "datetime"}),
        ("<type>Checkbox</type><defaultValue>false</defaultValue><required>true</required>", {"type": "boolean"}),
        (
            "<type>Percent</type><scale>2</scale><formula>1</formula>",
            {"type": "percent", "scale": 2, "createable": False, "updateable": False, "calculated": True},
        ),
        ("<type>AutoNumber</type>", {"type": "string", "createable": False, "updateable": False}),
        ("<type>Lookup</type><referenceTo>Plan__c</referenceTo>", {"type": "reference", "reference_to": ("Plan__c",)}),
        (
            "<type>MasterDetail</type><referenceTo>Plan__c</referenceTo>",
            {"type": "reference", "reference_to": ("Plan__c",), "updateable": False, "required": True},
        ),
        (
            "<type>MasterDetail</type><referenceTo>Plan__c</referenceTo><reparentableMasterDetail>true</reparentableMasterDetail>",
            {"type": "reference", "reference_to": ("Plan__c",), "required": True},
        ),
        ("<type>Time</type>", {"type": "time"}),
    ],
)
def test_a_field_is_read_as_a_describe_would_say_it(package: Path, xml: str, field: dict[str, object]) -> None:
    add(package, xml)

    assert described_from_package(package)["Plan__c"].fields["X__c"] == DescribedField(name="X__c", **field)  # type: ignore[arg-type]


def test_a_namespace_goes_before_the_names_of_the_package(package: Path) -> None:
    add(package, "<type>Lookup</type><referenceTo>Plan__c</referenceTo>")
    add(package, "<type>Lookup</type><referenceTo>Plan__c</referenceTo>", sobject="Account", name="Plan__c")

    schema = described_from_package(package, namespace="ps")

    assert schema["ps__Plan__c"].fields["ps__X__c"].reference_to == ("ps__Plan__c",)
    assert schema["Account"].fields["ps__Plan__c"].reference_to == ("ps__Plan__c",)
    assert "Name" in schema["Account"].fields
    assert "Plan__c" not in schema


def test_the_name_of_a_record_can_be_written_unless_the_org_numbers_it(package: Path) -> None:
    assert described_from_package(package)["Plan__c"].fields["Name"].updateable

    path = package / "force-app/main/default/objects/Plan__c/Plan__c.object-meta.xml"
    path.write_text(path.read_text().replace("Text", "AutoNumber"))

    name = described_from_package(package)["Plan__c"].fields["Name"]
    assert not name.updateable
    assert not name.createable


def test_a_detail_has_no_owner_of_its_own(package: Path) -> None:
    assert "OwnerId" in described_from_package(package)["Plan__c"].fields

    add(package, "<type>MasterDetail</type><referenceTo>Account</referenceTo>")

    assert "OwnerId" not in described_from_package(package)["Plan__c"].fields


def test_an_extended_standard_object_keeps_its_own_name_and_owner(package: Path) -> None:
    (package / "force-app/main/default/objects/Account").mkdir()
    path = package / "force-app/main/default/objects/Account/Account.object-meta.xml"
    path.write_text(f"<CustomObject {SPACE}><enableHistory>true</enableHistory></CustomObject>")

    fields = described_from_package(package)["Account"].fields

    assert fields["Name"].required
    assert fields["OwnerId"].reference_to == ("User",)

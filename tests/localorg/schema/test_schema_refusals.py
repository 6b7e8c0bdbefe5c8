"""Metadata that an org refuses, each with its file and element."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.localorg.errors import InstallError
from service.localorg.schema.reader import read_package

MAIN = "force-app/main/default"
BOAT = f"{MAIN}/objects/Boat__c"
FIELDS = f"{BOAT}/fields"
LABEL = "{http://soap.sforce.com/2006/04/metadata}label"
SAILOR = f"{MAIN}/permissionsets/Sailor.permissionset-meta.xml"


@pytest.fixture
def copy(boats_package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(boats_package, tmp_path / "package"))


def edit(package: Path, path: str, old: str, new: str) -> Path:
    file = package / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return file


def field(name: str) -> str:
    return f"{FIELDS}/{name}.field-meta.xml"


@pytest.mark.parametrize(
    ("path", "old", "new", "element", "reason"),
    [
        (field("Length__c"), "<label>", "<lable/><label>", "lable", "not understood in <CustomField>"),
        (field("Length__c"), "</label>", "", "CustomField", "not well-formed"),
        (field("Length__c"), "CustomField", "CustomFeld", "CustomField", "not well-formed"),
        (field("Length__c"), "soap.sforce.com", "example.com", "CustomField", "the root element is"),
        (field("Length__c"), "<label>", "<label>x</label><label>", "label", "given more than once"),
        (field("Length__c"), "<label>Length", f"<label>{'x' * 41}", "label", "longer than 40 characters"),
        (field("Length__c"), "<fullName>Length__c", "<fullName>Width__c", "fullName", "must be the file's name"),
        (field("Length__c"), "<precision>5", "<precision>19", "precision", "not a whole number from 1 to 18"),
        (field("Length__c"), "<scale>2", "<scale>6", "scale", "not a whole number from 0 to 5"),
        (field("Length__c"), "<type>Number", "<type>Location", "type", "fields of type Location are not supported"),
        (field("Length__c"), "<type>Number", "<type>Date", "precision", "not understood"),
        (field("Licensed__c"), "<defaultValue>true</defaultValue>", "", "defaultValue", "required for a checkbox"),
        (field("Licensed__c"), "<label>", "<required>true</required><label>", "required", "cannot be required"),
        (field("Licensed__c"), "<label>", "<required>yes</required><label>", "required", "'yes' is not a boolean"),
        (field("Serial__c"), "<length>20", "<length>256", "length", "not a whole number from 1 to 255"),
        (field("Notes__c"), "<length>32768", "<length>255", "length", "not a whole number from 256 to 131072"),
        (field("Notes__c"), "<visibleLines>3</visibleLines>", "", "visibleLines", "required"),
        (
            field("Colours__c"),
            "<valueSetName>Colour",
            "<valueSetName>Color",
            "valueSetName",
            "no GlobalValueSet named Color",
        ),
        (field("Kind__c"), "<fullName>Motor", "<fullName>Sail", "value", "the same value is given twice"),
        (field("Kind__c"), "<fullName>Motor", "<fullName>A;B", "fullName", "cannot contain a semicolon"),
        (
            field("Kind__c"),
            "<default>false",
            "<default>true",
            "value",
            "more than one value is the default",
        ),
        (
            field("Kind__c"),
            "<valueSet>",
            "<valueSet><controllingField>A</controllingField>",
            "controllingField",
            "not und",
        ),
        (
            field("Harbour__c"),
            "<referenceTo>Harbour__c",
            "<referenceTo>Port__c",
            "referenceTo",
            "no CustomObject named Port__c",
        ),
        (field("Harbour__c"), "<label>", "<lookupFilter/><label>", "lookupFilter", "not understood"),
        (
            field("Harbour__c"),
            "<label>",
            "<deleteConstraint>SetNull</deleteConstraint><required>true</required><label>",
            "deleteConstraint",
            "a required lookup must be of type Restrict or Cascade",
        ),
        (
            field("Harbour__c"),
            "<label>",
            "<deleteConstraint>Nullify</deleteConstraint><label>",
            "deleteConstraint",
            "'Nullify' is not one of SetNull, Restrict, Cascade",
        ),
        (field("Harbour__c"), "<relationshipName>Boats", "<relationshipName>1x", "relationshipName", "not an API name"),
        (
            f"{MAIN}/objects/Visit__c/fields/Boat__c.field-meta.xml",
            "<relationshipName>Visits",
            "<relationshipName>Trips",
            "relationshipName",
            "Boat__c has a child relationship of this name already",
        ),
        (
            f"{MAIN}/objects/Trip__c/fields/Invoice__c.field-meta.xml",
            "{000}",
            "{A}",
            "displayFormat",
            "needs exactly one {0}",
        ),
        (
            f"{MAIN}/objects/Trip__c/Trip__c.object-meta.xml",
            "TRIP-{0000}",
            "TRIP-{0}{0}",
            "displayFormat",
            "needs exactly one {0}",
        ),
        (
            f"{MAIN}/objects/Trip__c/Trip__c.object-meta.xml",
            "ControlledByParent",
            "ReadWrite",
            "sharingModel",
            "must be ControlledByParent for the detail of a master",
        ),
        (f"{BOAT}/Boat__c.object-meta.xml", "ReadWrite", "ControlledByParent", "sharingModel", "and only there"),
        (f"{BOAT}/Boat__c.object-meta.xml", "ReadWrite", "Open", "sharingModel", "'Open' is not one of"),
        (f"{BOAT}/Boat__c.object-meta.xml", "<label>", "<customHelp/><label>", "customHelp", "not understood"),
        (field("Label__c"), "Harbour__r.Name", "Harbour__r.Nam", "formula", "Field Harbour__r.Nam does not exist"),
        (field("Label__c"), "Harbour__r.Name", "Port__r.Name", "formula", "Field Port__r.Name does not exist"),
        (field("Label__c"), "IF(", "VLOOKUP(", "formula", "Unknown function VLOOKUP"),
        (field("Label__c"), "<type>Text", "<type>Picklist", "type", "a formula cannot be of type Picklist"),
        (field("Label__c"), "<label>", "<required>true</required><label>", "required", "a formula field cannot be"),
        (field("Builder__c"), '"Unknown"', "Unknown", "defaultValue", "Field Unknown does not exist"),
        (
            f"{BOAT}/validationRules/Length_Positive.validationRule-meta.xml",
            "<errorDisplayField>Length__c",
            "<errorDisplayField>Width__c",
            "errorDisplayField",
            "no field Width__c on Boat__c",
        ),
        (
            f"{BOAT}/validationRules/No_Renaming.validationRule-meta.xml",
            "$Permission.Rename_Boats",
            "$Permission.Paint_Boats",
            "errorConditionFormula",
            "no CustomPermission named Paint_Boats found",
        ),
        (
            f"{BOAT}/validationRules/Off.validationRule-meta.xml",
            "<errorConditionFormula>TRUE",
            "<errorConditionFormula>NOPE()",
            "errorConditionFormula",
            "Unknown function NOPE",
        ),
        (
            f"{BOAT}/validationRules/Off.validationRule-meta.xml",
            "<errorMessage>Never.",
            f"<errorMessage>{'x' * 256}",
            "errorMessage",
            "longer than 255 characters",
        ),
        (
            f"{BOAT}/fieldSets/Short.fieldSet-meta.xml",
            "<field>Kind__c",
            "<field>Sort__c",
            "displayedFields",
            "no field Sort__c on Boat__c",
        ),
        (SAILOR, "<object>Boat__c", "<object>Plane__c", "object", "no CustomObject named Plane__c found"),
        (SAILOR, "<field>Boat__c.Kind__c", "<field>Boat__c.Sort__c", "field", "no CustomField named Boat__c.Sort__c"),
        (
            SAILOR,
            "<field>Boat__c.Kind__c",
            "<field>Ticket__c.Seat__c",
            "field",
            "You cannot deploy to a required field: Ticket__c.Seat__c",
        ),
        (
            SAILOR,
            "<field>Boat__c.Kind__c",
            "<field>Trip__c.Boat__c",
            "field",
            "You cannot deploy to a required field: Trip__c.Boat__c",
        ),
        (SAILOR, "<field>Boat__c.Kind__c", "<field>Boat__c.Half_Full__c", "editable", "cannot be editable"),
        (SAILOR, "<readable>true", "<readable>false", "editable", "cannot be editable"),
        (SAILOR, "<allowRead>true", "<allowRead>false", "objectPermissions", "permission create depends on read"),
        (SAILOR, "<label>", "<muting/><label>", "muting", "not understood"),
        (
            f"{MAIN}/permissionsets/Harbour_Master.permissionset-meta.xml",
            "<name>Rename_Boats",
            "<name>Sink_Boats",
            "name",
            "no permission named Sink_Boats found",
        ),
        (
            f"{MAIN}/permissionsets/Harbour_Master.permissionset-meta.xml",
            "<name>ViewSetup",
            "<name>ViewEverything",
            "name",
            "no permission named ViewEverything found",
        ),
        (field("Length__c"), "<label>", "<label lang='en'>", LABEL, "not an element of the Metadata API"),
        (field("Length__c"), "<label>Length", "<label><b>Length</b>", "label", "a text is expected, not elements"),
        (
            field("Kind__c"),
            "<valueSet>",
            "<valueSet><valueSetName>Colour</valueSetName></valueSet><valueSet>",
            "valueSet",
            "given more than once",
        ),
        (
            f"{BOAT}/validationRules/Off.validationRule-meta.xml",
            "<fullName>Off",
            "<fullName>On",
            "fullName",
            "must be the file's name, Off",
        ),
        (f"{MAIN}/tabs/Boat__c.tab-meta.xml", "</motif>", "", "CustomTab", "not well-formed"),
    ],
)
def test_metadata_is_refused_with_its_file_and_element(
    copy: Path, path: str, old: str, new: str, element: str, reason: str
) -> None:
    file = edit(copy, path, old, new)
    with pytest.raises(InstallError) as refused:
        read_package(copy, namespace=None)
    assert (refused.value.path, refused.value.element) == (str(file), element)
    assert reason in refused.value.reason


@pytest.mark.parametrize("name", ["flows/Sink.flow-meta.xml", "triggers/Boat.trigger", "notes.txt"])
def test_a_file_of_an_unknown_kind_is_refused(copy: Path, name: str) -> None:
    file = copy / MAIN / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("<Flow/>")
    with pytest.raises(InstallError, match="not a kind of metadata that this org understands") as refused:
        read_package(copy, namespace=None)
    assert refused.value.path == str(file)


def test_hidden_files_are_passed_over(copy: Path) -> None:
    (copy / MAIN / ".gitkeep").write_text("")
    assert read_package(copy, namespace=None).objects


def test_a_field_of_an_object_that_nobody_declares_is_refused(copy: Path) -> None:
    (copy / BOAT / "Boat__c.object-meta.xml").unlink()
    with pytest.raises(InstallError, match="no CustomObject named Boat__c found"):
        read_package(copy, namespace=None)


def test_a_third_master_is_refused(copy: Path) -> None:
    visit = copy / MAIN / "objects/Visit__c/fields"
    text = (visit / "Boat__c.field-meta.xml").read_text()
    text = text.replace("<fullName>Boat__c", "<fullName>Third__c").replace("Visits", "Others")
    (visit / "Third__c.field-meta.xml").write_text(text)
    with pytest.raises(InstallError, match="two master-detail relationships at most"):
        read_package(copy, namespace=None)


def test_rights_on_a_detail_need_read_on_its_master(copy: Path) -> None:
    file = copy / MAIN / "permissionsets/Deckhand.permissionset-meta.xml"
    file.write_text(
        """<?xml version="1.0" encoding="UTF-8"?>
        <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
            <label>Deckhand</label>
            <objectPermissions><allowRead>true</allowRead><object>Trip__c</object></objectPermissions>
        </PermissionSet>"""
    )
    with pytest.raises(InstallError, match="permission read of Trip__c depends on permission read of Boat__c"):
        read_package(copy, namespace=None)


@pytest.mark.parametrize("count", [0, 1001])
def test_a_value_set_has_between_one_and_a_thousand_values(copy: Path, count: int) -> None:
    values = "".join(f"<customValue><fullName>{n}</fullName></customValue>" for n in range(count))
    (copy / MAIN / "globalValueSets/Colour.globalValueSet-meta.xml").write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
        <GlobalValueSet xmlns="http://soap.sforce.com/2006/04/metadata">
            {values}<masterLabel>Colour</masterLabel><sorted>false</sorted>
        </GlobalValueSet>"""
    )
    with pytest.raises(InstallError, match="between 1 and 1000 values are needed"):
        read_package(copy, namespace=None)


@pytest.mark.parametrize("project", [None, "{}", "not json", '{"packageDirectories": [{"path": "gone"}]}'])
def test_a_folder_that_is_no_project_is_refused(copy: Path, project: str | None) -> None:
    file = copy / "sfdx-project.json"
    file.unlink() if project is None else file.write_text(project)
    with pytest.raises(InstallError, match="packageDirectories"):
        read_package(copy, namespace=None)

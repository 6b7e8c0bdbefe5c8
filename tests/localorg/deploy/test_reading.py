"""Zip files in metadata format: their manifest, their objects taken apart, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.localorg.deploy.reading import read_deployment
from service.localorg.deploy.result import Package
from service.localorg.org import LocalOrg
from tests.localorg.deploy.packing import PIER, PLAIN_OBJECT, SPACE, fields, manifest, packed, text_field

TAB = f"<CustomTab {SPACE}><customObject>true</customObject><motif>Custom</motif></CustomTab>"
FOLDER = f"<ReportFolder {SPACE}><name>Boats</name></ReportFolder>"
REPORT = f"<Report {SPACE}><name>All</name></Report>"
Read = Callable[[dict[str, str]], Package]


@pytest.fixture
def read(boats: LocalOrg) -> Read:
    return lambda files: read_deployment(packed(files), boats.components)


def keys(package: Package) -> set[tuple[str, str]]:
    return {component.key for component in package.components}


def told(package: Package) -> list[tuple[str, str]]:
    return [(problem.origin.full_name, problem.reason) for problem in package.problems]


def test_an_object_is_taken_apart(read: Read) -> None:
    package = read(PIER)
    assert keys(package) == {("CustomObject", "Pier__c"), ("CustomField", "Pier__c.Side__c")}
    assert not package.problems


def test_fields_may_come_without_their_object(read: Read) -> None:
    files = {
        "package.xml": manifest(CustomField=["Boat__c.Mast__c"]),
        "objects/Boat__c.object": fields(text_field("Mast__c")),
    }
    assert keys(read(files)) == {("CustomField", "Boat__c.Mast__c")}


def test_everything_of_a_type_may_be_named_at_once(read: Read) -> None:
    files = {**PIER, "package.xml": manifest(CustomObject=["*"])}
    assert not read(files).problems


def test_the_package_may_stand_in_a_folder(read: Read) -> None:
    assert keys(read({f"unpackaged/{name}": text for name, text in PIER.items()}))


def test_reports_stand_in_folders(read: Read) -> None:
    files = {
        "package.xml": manifest(Report=["Boats/", "Boats/All"]),
        "reports/Boats-meta.xml": FOLDER,
        "reports/Boats/All.report": REPORT,
    }
    package = read(files)
    assert keys(package) == {("ReportFolder", "Boats"), ("Report", "Boats/All")}
    assert not package.problems


@pytest.mark.parametrize(
    ("files", "name", "reason"),
    [
        ({"objects/Pier__c.object": PLAIN_OBJECT}, "package.xml", "No package.xml found"),
        ({"package.xml": "<Package"}, "package.xml", "not well-formed"),
        ({"package.xml": manifest(Widget=["X"])}, "package.xml", "Unknown type name 'Widget' specified in package.xml"),
        (
            {"package.xml": manifest(CustomObject=["Ghost__c"])},
            "Ghost__c",
            "An object 'Ghost__c' of type CustomObject was named in package.xml, but was not found in zipped directory",
        ),
        ({**PIER, "tabs/Pier__c.tab": TAB}, "Pier__c", "Not in package.xml"),
        ({**PIER, "triggers/X.trigger": "trigger X"}, "triggers/X.trigger", "Unknown file in the package"),
        ({**PIER, "objects/Pier__c.txt": ""}, "objects/Pier__c.txt", "Unknown file in the package"),
        ({**PIER, "reports/All.report": REPORT}, "reports/All.report", "Unknown file in the package"),
        ({**PIER, "objects/Pier__c.object": "<CustomObject>"}, "Pier__c", "not well-formed"),
        (
            {**PIER, "objects/Pier__c.object": '<!DOCTYPE x [<!ENTITY e "x">]>' + PLAIN_OBJECT},
            "Pier__c",
            "not well-formed: not allowed: DTDForbidden",
        ),
        (
            {**PIER, "objects/Pier__c.object": "<a>" * 60 + "</a>" * 60},
            "Pier__c",
            "not well-formed: elements are nested more than 50 deep",
        ),
        (
            {**PIER, "objects/Pier__c.object": '<?xml version="1.0" encoding="klingon"?><a/>'},
            "Pier__c",
            "not well-formed",
        ),
    ],
)
def test_what_is_wrong_is_told_of_the_component(read: Read, files: dict[str, str], name: str, reason: str) -> None:
    problems = told(read(files))
    assert any(at == name and reason in text for at, text in problems), problems


def test_a_component_to_delete_that_is_not_there_is_worth_a_warning(read: Read) -> None:
    files = {
        "package.xml": manifest(),
        "destructiveChangesPre.xml": manifest(CustomField=["Boat__c.Notes__c"]),
        "destructiveChanges.xml": manifest(CustomField=["Boat__c.Notes__c", "Boat__c.Nope__c"]),
    }
    package = read(files)
    assert package.deletions == (("CustomField", "Boat__c.Notes__c"),)
    (warning,) = package.warnings
    assert (warning.origin.full_name, warning.reason) == (
        "Boat__c.Nope__c",
        "No CustomField named: Boat__c.Nope__c found",
    )


def test_a_broken_list_of_deletions_is_a_problem(read: Read) -> None:
    package = read({"package.xml": manifest(), "destructiveChanges.xml": "<Package/>"})
    assert [problem.origin.file for problem in package.problems] == ["destructiveChanges.xml"]

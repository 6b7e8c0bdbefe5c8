"""What picklists take: the same from the source of the package and from an org that has it."""

from __future__ import annotations

from pathlib import Path

from service.config import ROOT
from service.crm.requests import describe
from service.mapping.choices import choices_from_describe, choices_from_package, defaults_from_describe
from tests.world import World

FIELD = """<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Color__c</fullName>
    <type>Picklist</type>
    <valueSet>
        <restricted>{restricted}</restricted>
        <valueSetDefinition>
            <value><fullName>Red</fullName></value>
            <value><fullName>Blue</fullName><isActive>false</isActive></value>
        </valueSetDefinition>
    </valueSet>
</CustomField>
"""


def test_an_org_takes_what_the_package_says(world: World) -> None:
    describes = world.sync.client.composite([describe(mapping.sobject) for mapping in world.sync.mappings])
    mapped = {mapping.sobject for mapping in world.sync.mappings}

    there = choices_from_describe(describes)

    package = choices_from_package(ROOT / "sfdx")
    assert there == {place: values for place, values in package.items() if place[0] in mapped}
    assert there["Objective__c", "Priority__c"] == ("High", "Medium", "Low")


def test_an_org_tells_what_it_fills_in(world: World) -> None:
    [objective] = world.sync.client.composite([describe("Objective__c")])

    assert defaults_from_describe([objective])["Objective__c", "Priority__c"] == "Medium"


def test_values_of_a_field_of_its_own_count_while_they_are_active(tmp_path: Path) -> None:
    folder = tmp_path / "objects" / "Car__c" / "fields"
    folder.mkdir(parents=True)
    (folder / "Color__c.field-meta.xml").write_text(FIELD.format(restricted="true"))

    assert choices_from_package(tmp_path) == {("Car__c", "Color__c"): ("Red",)}
    assert choices_from_package(tmp_path, namespace="acme") == {("acme__Car__c", "acme__Color__c"): ("Red",)}


def test_a_field_that_takes_anything_is_not_told(tmp_path: Path) -> None:
    folder = tmp_path / "objects" / "Car__c" / "fields"
    folder.mkdir(parents=True)
    (folder / "Color__c.field-meta.xml").write_text(FIELD.format(restricted="false"))

    assert choices_from_package(tmp_path) == {}


def test_a_value_set_of_somebody_else_says_nothing_about_its_values(tmp_path: Path) -> None:
    folder = tmp_path / "objects" / "Car__c" / "fields"
    folder.mkdir(parents=True)
    own = FIELD[FIELD.index("<valueSetDefinition>") : FIELD.index("</valueSet>")]
    named = FIELD.format(restricted="true").replace(
        own.format(restricted="true"), "<valueSetName>Theirs</valueSetName>"
    )
    (folder / "Color__c.field-meta.xml").write_text(named)

    assert "Theirs" in named
    assert choices_from_package(tmp_path) == {}

"""Formula fields on rows: the values they see and how they show their own."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from service.localorg.clock import Clock
from service.localorg.org import LocalOrg

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "formula", "shown"),
    [
        ("Text", "$User.Username", "admin@example.com"),
        ("Text", "$User.Profile.Name & $User.Manager.Name", "System Administrator"),
        ("Text", "Harbour__r.Owner.Name", None),
        ("Text", "Account__r.Owner.Name", "Ada Admin"),
        ("Text", 'IF($Permission.Rename_Boats, "may", "may not")', "may"),
        ("Date", "Built_On__c + 1", "2026-02-01"),
        ("DateTime", "NOW()", "2026-03-04T05:06:07.089+0000"),
        ("DateTime", "Launched_At__c", None),
        ("Checkbox", "Licensed__c", True),
        ("Checkbox", "Length__c > 10", False),
        ("Number", "Length__c / 3", 3.33),
        ("Number", "1 / 0", None),
        ("Percent", "Fill__c", 12.5),
        ("Currency", "Length__c * 2", 20.0),
    ],
)
def test_a_formula_field_shows_its_value_as_its_type(
    boats_package: Path, tmp_path: Path, kind: str, formula: str, shown: Any
) -> None:
    org = LocalOrg.install(with_formula(boats_package, tmp_path, kind, formula), clock=Clock(NOW))
    account = org.writer.create(org.admin(), "Account", {"Name": "Acme"})
    values = {"Name": "Ada", "Account__c": account, "Built_On__c": "2026-01-31", "Length__c": 10, "Fill__c": 12.5}
    boat = org.writer.create(org.admin(), "Boat__c", values)
    assert org.reader.read_row(org.admin(), "Boat__c", boat, ["Shown__c"]) == {"Shown__c": shown}


def with_formula(package: Path, folder: Path, kind: str, formula: str) -> Path:
    copy = Path(shutil.copytree(package, folder / "package"))
    numbers = "<precision>18</precision><scale>2</scale>" if kind in ("Number", "Percent", "Currency") else ""
    (copy / "force-app/main/default/objects/Boat__c/fields/Shown__c.field-meta.xml").write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
        <CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
            <fullName>Shown__c</fullName>
            <formula>{escape(formula)}</formula>
            <formulaTreatBlanksAs>BlankAsBlank</formulaTreatBlanksAs>
            <label>Shown</label>
            {numbers}
            <type>{kind}</type>
        </CustomField>"""
    )
    return copy

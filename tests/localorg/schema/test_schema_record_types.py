"""Record types: none are shipped, an org's own are read and kept apart by object."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.localorg.errors import InstallError, Refusal
from service.localorg.org import LocalOrg

RECORD_TYPES = Path(__file__).parents[2] / "fixtures" / "record_types"


@pytest.fixture
def typed(package: Path, tmp_path: Path) -> Path:
    """The project's package with two record types for objectives."""
    shutil.copytree(package / "force-app", tmp_path / "force-app")
    shutil.copy(package / "sfdx-project.json", tmp_path)
    shutil.copytree(RECORD_TYPES / "force-app", tmp_path / "force-app", dirs_exist_ok=True)
    return tmp_path


@pytest.mark.req("OB-13")
def test_a_record_can_have_one_of_its_objects_record_types(typed: Path) -> None:
    org = LocalOrg.install(typed)
    admin = org.admin()
    types = {row["DeveloperName"]: row for row in org.storage.rows("RecordType")}
    assert {row["SobjectType"] for row in types.values()} == {"Objective__c"}
    plan = types["Plan_Objective"]["Id"]
    values = {"Name": "Grow", "Template__c": True, "RecordTypeId": plan}
    objective = org.writer.create(admin, "Objective__c", values)
    assert org.reader.read_row(admin, "Objective__c", objective, ["RecordTypeId"]) == {"RecordTypeId": plan}


def test_a_record_type_of_another_object_is_refused(typed: Path) -> None:
    org = LocalOrg.install(typed)
    plan = next(org.storage.rows("RecordType"))["Id"]
    org.storage.update("RecordType", plan, {"SobjectType": "Playbook__c"})
    with pytest.raises(Refusal, match="this ID value isn't valid for the user"):
        org.writer.create(org.admin(), "Objective__c", {"Template__c": True, "RecordTypeId": plan})


def test_a_record_type_names_picklists_that_exist(typed: Path) -> None:
    file = next(typed.rglob("Plan_Objective.recordType-meta.xml"))
    file.write_text(file.read_text().replace("<picklist>Type__c", "<picklist>Sort__c"))
    with pytest.raises(InstallError, match="no field Sort__c on Objective__c"):
        LocalOrg.install(typed)


def test_without_record_types_there_is_no_such_field(org: LocalOrg) -> None:
    assert org.schema.objects["Objective__c"].field("RecordTypeId") is None

"""Checking mappings: every mistake with its file and key, against the package and against an org."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.config import ROOT
from service.localorg.org import INTEGRATION
from tests.cli.conftest import Crm, Shell


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped mappings, for mistakes."""
    folder = tmp_path / "mappings"
    shutil.copytree(ROOT / "mappings", folder)
    monkeypatch.setenv("PLANSYNC_MAPPINGS", str(folder))
    return folder


def change(path: Path, old: str, new: str) -> None:
    """Put a mistake into a file."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_the_shipped_mappings_fit_the_package(outside: Shell) -> None:
    ran = outside("mappings", "check")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "Mappings against the package: no problem.\n"


def test_the_shipped_mappings_fit_an_org_with_the_package(shell: Shell, connected: Crm) -> None:
    ran = shell("mappings", "check", "--org", "default", "--json")

    assert (ran.code, ran.document) == (0, {"ok": True, "org": "default", "problems": []})


def test_five_mistakes_are_five_messages_with_file_and_key(outside: Shell, folder: Path) -> None:
    change(folder / "objective.yaml", "title: {crm: Title__c, kind: text,", "title: {crm: Title__c, kind: txt,")
    change(folder / "objective.yaml", "crm: Health__c, kind: number}", "crm: Health__c, kind: number, scael: 1}")
    change(folder / "playbook.yaml", "object: Playbook__c", "object: Playbook__c\ndirektion: both")
    change(folder / "success_plan.yaml", "refers_to: cs_resource", "refers_to: resource")
    change(folder / "user.yaml", "direction: pull", "direction: sideways")

    ran = outside("mappings", "check")
    document = outside("mappings", "check", "--json").document

    assert ran.code == 1
    assert ran.err == "Mappings against the package: 5 problems.\n"
    assert [line.split(": ")[:2] for line in ran.out.splitlines()] == [
        ["objective.yaml", "fields.health.scael"],
        ["objective.yaml", "fields.title.kind"],
        ["playbook.yaml", "direktion"],
        ["success_plan.yaml", "fields.resource_id.refers_to"],
        ["user.yaml", "direction"],
    ]
    assert [problem["file"] for problem in document["problems"]] == [
        line.split(":")[0] for line in ran.out.splitlines()
    ]


def test_mistakes_that_only_the_package_shows_are_told_at_once(outside: Shell, folder: Path) -> None:
    change(folder / "objective.yaml", "crm: Title__c, kind: text", "crm: Titel__c, kind: text")
    change(folder / "objective.yaml", "crm: Start_Date__c, kind: date", "crm: Start_Date__c, kind: datetime")

    problems = outside("mappings", "check", "--json").document["problems"]

    assert [problem["key"] for problem in problems] == ["fields.start_date.kind", "fields.title.crm"]
    assert "Title__c?" in problems[1]["message"]


def test_a_sync_refuses_broken_mappings_before_it_asks_the_crm(shell: Shell, connected: Crm, folder: Path) -> None:
    change(folder / "user.yaml", "direction: pull", "direction: sideways")
    change(folder / "playbook.yaml", "object: Playbook__c", "object: Playbook__c\ndirektion: both")
    before = connected.app.api.usage.used

    ran = shell("sync", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (4, "mapping")
    assert len(ran.document["error"]["message"].splitlines()) == 2
    assert connected.app.api.usage.used == before


def test_rights_that_the_integration_user_lacks_are_told(shell: Shell, connected: Crm) -> None:
    user = connected.org.user_id(INTEGRATION)
    for row in list(connected.org.storage.rows("PermissionSetAssignment", '"AssigneeId" = ?', (user,))):
        connected.org.writer.delete(connected.admin, row["Id"])

    ran = shell("mappings", "check", "--org", "default")

    assert ran.code == 1
    assert "objective.yaml: object: the org shows no Objective__c; install the package or grant it" in ran.out
    assert ran.err.startswith("Mappings against the package and default: ")


def test_the_objects_are_shown_parents_first(outside: Shell) -> None:
    objects = outside("mappings", "show", "--json").document["objects"]

    names = [each["name"] for each in objects]
    assert names.index("account") < names.index("success_plan") < names.index("objective_kpi")
    assert "Objective_KPI__c" in outside("mappings", "show").out


def test_the_fields_of_one_object_are_shown_as_the_org_names_them(outside: Shell) -> None:
    ran = outside("mappings", "show", "objective", "--namespace", "ps")

    assert ran.out.startswith("objective: ps__Objective__c")
    assert "ps__Title__c" in ran.out


def test_an_object_that_is_not_mapped_is_not_shown(outside: Shell) -> None:
    ran = outside("mappings", "show", "invoice")

    assert ran.code == 2
    assert "'invoice' is not mapped; mapped are " in ran.err

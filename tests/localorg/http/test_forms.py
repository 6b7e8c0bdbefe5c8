"""What create and edit windows are made of: field sets by the Tooling API, layouts by record type."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import create_app
from service.localorg.org import ADMIN, LocalOrg
from tests.localorg.http.calling import Caller, refusal

ROOT = Path(__file__).parents[3]
RECORD_TYPES = ROOT / "tests" / "fixtures" / "record_types"
WHERE = "WHERE EntityDefinition.QualifiedApiName = '{}' AND DeveloperName = 'Create_And_Edit'"


def caller(org: LocalOrg, username: str = ADMIN) -> Caller:
    app = create_app(org.clone(Clock()))
    return Caller(app, app.api.sessions.open(org.user_id(username)))


def asked(who: Caller, soql: str, path: str = "tooling/query") -> Any:
    return who("GET", f"{path}?{urlencode({'q': soql})}")


@pytest.fixture
def typed(tmp_path: Path) -> LocalOrg:
    """An org with two record types of objectives, each with a layout of its own."""
    shutil.copytree(ROOT / "sfdx" / "force-app", tmp_path / "force-app")
    shutil.copy(ROOT / "sfdx" / "sfdx-project.json", tmp_path)
    shutil.copytree(RECORD_TYPES / "force-app", tmp_path / "force-app", dirs_exist_ok=True)
    org = LocalOrg.install(tmp_path, clock=Clock())
    org.add_user("pat@example.com", name="Pat", permission_sets=["CSC_Participant_User"])
    return org


def shown(who: Caller, record_type: str) -> dict[str, dict[str, Any]]:
    """Return the items of the edit layout of a record type by their fields."""
    infos = who("GET", "sobjects/Objective__c/describe").json["recordTypeInfos"]
    (url,) = [info["urls"]["layout"] for info in infos if info["name"] == record_type]
    answer = who("GET", url)
    assert answer.status_code == 200, answer.text
    rows = [row for section in answer.json["editLayoutSections"] for row in section["layoutRows"]]
    return {item["layoutComponents"][0]["value"]: item for row in rows for item in row["layoutItems"]}


@pytest.mark.req("OB-51")
def test_a_field_set_is_shown_with_its_fields_in_order(installed_org: LocalOrg) -> None:
    answer = asked(caller(installed_org), f"SELECT Metadata FROM FieldSet {WHERE.format('Objective__c')}")

    (row,) = answer.json["records"]
    assert row["Metadata"]["label"] == "Create and Edit"
    first, second = row["Metadata"]["displayedFields"][:2]
    assert first == {"field": "Name", "isFieldManaged": False, "isRequired": True}
    assert second == {"field": "Title__c", "isFieldManaged": False, "isRequired": False}


def test_a_field_set_of_a_package_names_its_fields_with_the_namespace() -> None:
    org = LocalOrg.install(ROOT / "sfdx", namespace="acme", clock=Clock())

    answer = asked(caller(org), f"SELECT NamespacePrefix, Metadata FROM FieldSet {WHERE.format('acme__Playbook__c')}")

    (row,) = answer.json["records"]
    assert row["NamespacePrefix"] == "acme"
    assert "acme__Account__c" in {each["field"] for each in row["Metadata"]["displayedFields"]}


def test_metadata_is_shown_of_one_field_set_at_a_time(installed_org: LocalOrg) -> None:
    who = caller(installed_org)

    assert len(asked(who, "SELECT DeveloperName FROM FieldSet").json["records"]) == 5
    answer = asked(who, "SELECT Metadata FROM FieldSet")
    assert refusal(answer) == (400, "MALFORMED_QUERY")
    assert "Result size: 5" in answer.text


@pytest.mark.parametrize("path", ["query", "queryAll"])
def test_only_the_tooling_api_knows_field_sets(installed_org: LocalOrg, path: str) -> None:
    assert refusal(asked(caller(installed_org), "SELECT Id FROM FieldSet", path)) == (400, "INVALID_TYPE")


@pytest.mark.req("OB-48")
def test_each_record_type_has_its_layout(typed: LocalOrg) -> None:
    who = caller(typed)

    plan, customer, master = (shown(who, name) for name in ("Plan Objective", "Customer Objective", "Master"))

    assert list(plan) == [
        "RecordTypeId",
        "Name",
        "Success_Plan__c",
        "Account__c",
        "Health__c",
        "Portal_Shared__c",
    ]
    assert list(customer) == ["Name", "Title__c", "Account__c", "Priority__c"]
    assert plan["Success_Plan__c"]["required"] is True
    assert (plan["Health__c"]["editableForNew"], plan["Health__c"]["editableForUpdate"]) == (False, False)
    assert (plan["Account__c"]["editableForNew"], plan["Account__c"]["editableForUpdate"]) == (True, True)
    # No layout is named for the master: the first one stands in.
    assert master == customer


@pytest.mark.req("OB-52")
def test_a_layout_shows_its_reader_what_security_lets_them_see(typed: LocalOrg) -> None:
    item = shown(caller(typed, "pat@example.com"), "Customer Objective")["Priority__c"]

    assert item["layoutComponents"][0]["details"]["updateable"] is item["editableForUpdate"]


def test_the_columns_of_a_section_stand_side_by_side(installed_org: LocalOrg) -> None:
    who = caller(installed_org)
    (info,) = who("GET", "sobjects/Objective__c/describe").json["recordTypeInfos"]

    section = who("GET", info["urls"]["layout"]).json["editLayoutSections"][0]

    assert (section["heading"], section["useHeading"], section["columns"]) == ("Objective", True, 2)
    first = [item["layoutComponents"][0]["value"] for item in section["layoutRows"][0]["layoutItems"]]
    assert first == ["Name", "Status__c"]


@pytest.mark.parametrize(
    "path", ["Objective__c/describe/layouts/012000000000001AAA", "Account/describe/layouts/012000000000000AAA"]
)
def test_a_type_or_an_object_without_a_layout_has_none(installed_org: LocalOrg, path: str) -> None:
    assert refusal(caller(installed_org)("GET", f"sobjects/{path}")) == (404, "NOT_FOUND")

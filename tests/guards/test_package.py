"""The package says what the requirements ask of it; read from its XML, as a deploy would."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

SFDX = Path(__file__).parents[2] / "sfdx"
SOURCE = SFDX / "force-app" / "main" / "default"
RECORD_TYPES = Path(__file__).parents[1] / "fixtures" / "record_types"
XMLNS = "{http://soap.sforce.com/2006/04/metadata}"

MASTER_DETAILS = {
    "Playbook_Task_Assignment__c": ["Playbook_Task__c"],
    "Playbook_Task_Dependency__c": ["Playbook_Task__c", "Predecessor__c"],
}
WORK_OBJECTS = [
    "CS_Activity__c",
    "CS_Resource__c",
    "Objective_KPI__c",
    "Objective__c",
    "Playbook_Task__c",
    "Playbook__c",
    "Success_Plan__c",
]
CUSTOM_OBJECTS = sorted([*WORK_OBJECTS, *MASTER_DETAILS])
SETTINGS = "Plansync_Settings__c"
CUSTOMER_SUCCESS, PARTICIPANT = "CSC_Customer_Success", "CSC_Participant_User"
INTEGRATION, STANDARD_OBJECTS = "Plansync_Integration", "Plansync_Standard_Objects"
ONLY_PLANSYNC_WRITES = {
    "Average_Objective_Completion__c",
    "Average_Objective_Health__c",
    "Contract_Score__c",
    "Health_Score__c",
    "Interaction_Score__c",
    "Last_Progress_Update__c",
    "MRR__c",
    "Objective_Count__c",
    "Plansync_Id__c",
    "Progress_Basis__c",
    "Usage_Score__c",
}

Element = ElementTree.Element


@cache
def read(path: Path) -> Element:
    root = ElementTree.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.removeprefix(XMLNS)
    return root


def load(folder: str, kind: str) -> dict[str, Element]:
    paths = (SOURCE / folder).glob(f"*.{kind}-meta.xml")
    return {path.name.removesuffix(f".{kind}-meta.xml"): read(path) for path in paths}


def fields_of(sobject: str) -> dict[str, Element]:
    return load(f"objects/{sobject}/fields", "field")


def all_fields() -> dict[str, Element]:
    objects = sorted(path.name for path in (SOURCE / "objects").iterdir())
    return {f"{sobject}.{name}": field for sobject in objects for name, field in fields_of(sobject).items()}


def is_permissible(field: Element) -> bool:
    return field.findtext("required") != "true" and field.findtext("type") != "MasterDetail"


def permission_set(name: str) -> Element:
    return read(SOURCE / "permissionsets" / f"{name}.permissionset-meta.xml")


def rights(name: str, sobject: str) -> set[str]:
    for element in permission_set(name).iter("objectPermissions"):
        if element.findtext("object") == sobject:
            return {right.tag for right in element if right.text == "true"}
    return set()


def field_rights(name: str) -> dict[str, bool]:
    """Return for every field that the set lets read whether it also lets edit."""
    permissions = permission_set(name).iter("fieldPermissions")
    return {p.findtext("field", ""): p.findtext("editable") == "true" for p in permissions}


def field_parameters() -> list:
    return [pytest.param(field, id=name) for name, field in all_fields().items()]


def test_the_package_brings_nine_objects_and_one_setting_and_extends_account_and_contact():
    objects = load_objects()
    assert sorted(objects) == sorted([*CUSTOM_OBJECTS, SETTINGS])
    assert {name.split(".")[0] for name in all_fields()} == {*objects, "Account", "Contact"}


def load_objects() -> dict[str, Element]:
    paths = (SOURCE / "objects").glob("*/*.object-meta.xml")
    return {path.parent.name: read(path) for path in paths}


@pytest.mark.parametrize("field", field_parameters())
def test_every_field_has_a_help_text_that_fits(field):
    help_text = field.findtext("inlineHelpText", "")
    assert 10 < len(help_text) <= 510
    assert help_text.endswith(".")
    assert len(field.findtext("label", "")) <= 40


@pytest.mark.parametrize("sobject", [*CUSTOM_OBJECTS, "Account", "Contact"])
def test_every_object_carries_our_key(sobject):
    key = fields_of(sobject)["Plansync_Id__c"]
    asked = {"type": "Text", "length": "36", "unique": "true", "caseSensitive": "false", "externalId": "true"}
    assert {name: key.findtext(name) for name in asked} == asked


@pytest.mark.parametrize("sobject", CUSTOM_OBJECTS)
def test_sharing_is_public_read_write_and_details_follow_their_masters(sobject):
    expected = "ControlledByParent" if sobject in MASTER_DETAILS else "ReadWrite"
    assert load_objects()[sobject].findtext("sharingModel") == expected


@pytest.mark.parametrize("sobject", CUSTOM_OBJECTS)
def test_only_assignments_and_dependencies_are_details(sobject):
    masters = {
        name: field.findtext("referenceTo")
        for name, field in fields_of(sobject).items()
        if field.findtext("type") == "MasterDetail"
    }
    assert masters == dict.fromkeys(MASTER_DETAILS.get(sobject, []), "Playbook_Task__c")


@pytest.mark.req("OB-62")
@pytest.mark.req("OB-65")
def test_a_kpi_needs_its_objective_and_keeps_it_from_being_deleted():
    objective = fields_of("Objective_KPI__c")["Objective__c"]
    assert objective.findtext("type") == "Lookup"
    assert objective.findtext("required") == "true"
    assert objective.findtext("deleteConstraint") == "Restrict"


@pytest.mark.req("OB-63")
def test_every_other_lookup_is_cleared_when_its_parent_is_deleted():
    lookups = {name: field for name, field in all_fields().items() if field.findtext("type") == "Lookup"}
    constraints = {name: field.findtext("deleteConstraint") for name, field in lookups.items()}
    assert constraints.pop("Objective_KPI__c.Objective__c") == "Restrict"
    assert set(constraints.values()) == {"SetNull"}


@pytest.mark.req("OB-66")
@pytest.mark.parametrize("sobject", ["Objective_KPI__c", "Objective__c"])
@pytest.mark.parametrize("name", ["Baseline_Value__c", "Current_Value__c", "Target_Value__c"])
def test_measured_values_are_plain_numbers_with_four_decimals(sobject, name):
    field = fields_of(sobject)[name]
    assert [field.findtext(tag) for tag in ("type", "precision", "scale")] == ["Number", "18", "4"]


def test_no_field_is_a_currency():
    assert not [name for name, field in all_fields().items() if field.findtext("type") == "Currency"]


@pytest.mark.req("OB-66")
def test_a_kpi_is_numbered_and_described():
    name = load_objects()["Objective_KPI__c"].find("nameField")
    description = fields_of("Objective_KPI__c")["Description__c"]
    assert name is not None
    assert name.findtext("displayFormat") == "OKPI-{00000000}"
    assert [description.findtext(tag) for tag in ("required", "length")] == ["true", "255"]


@pytest.mark.req("OB-73")
@pytest.mark.req("OB-75")
def test_units_are_the_ten_of_the_product_without_a_default_and_can_be_extended():
    units = list(load("globalValueSets", "globalValueSet")["Unit_of_Measurement"].iter("customValue"))
    assert [unit.findtext("fullName") for unit in units] == (
        ["EUR", "GBP", "JPY", "USD", "Hours", "Days", "Weeks", "Months", "Percent", "Quantity"]
    )
    assert {unit.findtext("default") for unit in units} == {"false"}
    for sobject in ("Objective_KPI__c", "Objective__c"):
        assert fields_of(sobject)["Unit__c"].find(".//restricted") is None


@pytest.mark.req("OB-74")
def test_a_kpi_has_one_unit_for_all_its_values():
    sets = [field.findtext(".//valueSetName") for field in fields_of("Objective_KPI__c").values()]
    assert sets.count("Unit_of_Measurement") == 1


def test_every_picklist_takes_its_values_from_a_global_value_set():
    offered = load("globalValueSets", "globalValueSet")
    picklists = [field for field in all_fields().values() if "Picklist" in field.findtext("type", "")]
    assert {field.findtext("valueSet/valueSetName") for field in picklists} == set(offered)


@pytest.mark.req("OB-81")
def test_the_history_of_a_kpi_value_is_kept():
    assert load_objects()["Objective_KPI__c"].findtext("enableHistory") == "true"
    assert fields_of("Objective_KPI__c")["Current_Value__c"].findtext("trackHistory") == "true"


@pytest.mark.parametrize(
    ("name", "label"), [(CUSTOMER_SUCCESS, "CSC - Customer Success"), (PARTICIPANT, "CSC - Participant User")]
)
def test_the_two_sets_have_their_exact_labels_and_their_markers(name, label):
    markers = {each.findtext("name") for each in permission_set(name).iter("customPermissions")}
    assert permission_set(name).findtext("label") == label
    assert markers & {CUSTOMER_SUCCESS, PARTICIPANT} == {name}


@pytest.mark.req("OB-08")
def test_only_customer_success_may_create_from_a_template():
    sets = load("permissionsets", "permissionset")
    holders = [name for name, each in sets.items() if "Create_From_Template" in each.itertext()]
    assert holders == [CUSTOMER_SUCCESS]


@pytest.mark.req("OB-03")
@pytest.mark.req("OB-06")
@pytest.mark.parametrize("sobject", [each for each in CUSTOM_OBJECTS if each != "CS_Resource__c"])
def test_customer_success_may_do_everything_to_everybodys_work(sobject):
    every = {"allowCreate", "allowDelete", "allowEdit", "allowRead", "modifyAllRecords", "viewAllRecords"}
    assert rights(CUSTOMER_SUCCESS, sobject) == every


@pytest.mark.req("OB-04")
@pytest.mark.req("OB-07")
@pytest.mark.parametrize("sobject", ["Objective__c", "Objective_KPI__c"])
def test_a_participant_edits_objectives_and_kpis_but_never_deletes_them(sobject):
    assert rights(PARTICIPANT, sobject) == {"allowCreate", "allowEdit", "allowRead"}


@pytest.mark.req("OB-09")
def test_a_participant_only_views_success_plans():
    plan_fields = {
        name: edit for name, edit in field_rights(PARTICIPANT).items() if name.startswith("Success_Plan__c.")
    }
    assert rights(PARTICIPANT, "Success_Plan__c") == {"allowRead"}
    assert not any(plan_fields.values())


@pytest.mark.parametrize("sobject", CUSTOM_OBJECTS)
def test_a_participant_deletes_nothing_but_details_of_a_task(sobject):
    assert ("allowDelete" in rights(PARTICIPANT, sobject)) == (sobject in MASTER_DETAILS)
    assert not rights(PARTICIPANT, sobject) & {"modifyAllRecords", "viewAllRecords"}


@pytest.mark.parametrize("sobject", CUSTOM_OBJECTS)
def test_the_integration_user_may_do_everything_to_our_objects(sobject):
    assert {"allowDelete", "modifyAllRecords"} <= rights(INTEGRATION, sobject)


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        (CUSTOMER_SUCCESS, CUSTOM_OBJECTS),
        (PARTICIPANT, CUSTOM_OBJECTS),
        (INTEGRATION, [*CUSTOM_OBJECTS, "Account", "Contact"]),
        (STANDARD_OBJECTS, ["Account", "Contact"]),
    ],
)
def test_a_set_carries_every_field_it_can_and_none_that_a_deploy_refuses(name, objects):
    fields = {key: field for key, field in all_fields().items() if key.split(".")[0] in objects}
    ours = {key for key in field_rights(name) if key.endswith("__c")}
    assert ours == {key for key, field in fields.items() if is_permissible(field)}


def test_the_integration_user_may_edit_every_field_but_formulas():
    locked = {key for key, edit in field_rights(INTEGRATION).items() if not edit}
    assert locked == {key for key, field in all_fields().items() if field.find("formula") is not None}


@pytest.mark.parametrize("name", [CUSTOMER_SUCCESS, PARTICIPANT, STANDARD_OBJECTS])
def test_people_cannot_edit_what_only_plansync_or_a_psa_writes(name):
    locked = {key.split(".")[1] for key, edit in field_rights(name).items() if not edit}
    readable = {key.split(".")[1] for key in field_rights(name)}
    assert readable & {*ONLY_PLANSYNC_WRITES, "Progress__c", "PSA_Resource__c"} <= locked


def test_rights_on_standard_objects_stand_apart():
    for name in (CUSTOMER_SUCCESS, PARTICIPANT, INTEGRATION):
        assert not rights(name, "Account") | rights(name, "Contact")
    for sobject in ("Account", "Contact"):
        assert rights(STANDARD_OBJECTS, sobject) == {"allowEdit", "allowRead"}


@pytest.mark.parametrize("name", [CUSTOMER_SUCCESS, PARTICIPANT])
def test_whoever_may_work_may_call_the_connector(name):
    opened = permission_set(name)
    (principal,) = opened.iter("externalCredentialPrincipalAccesses")
    assert [each.findtext("apexClass") for each in opened.iter("classAccesses")] == ["ConnectorApi"]
    assert principal.findtext("externalCredentialPrincipal") == "Plansync_Connector-Caller"
    assert rights(name, "UserExternalCredential") == {"allowRead"}


def test_the_connector_is_called_with_nothing_but_the_token_that_apex_signs():
    named = load("namedCredentials", "namedCredential")["Plansync_Connector"]
    switches = ("allowMergeFieldsInBody", "allowMergeFieldsInHeader", "generateAuthorizationHeader")
    assert {named.findtext(switch) for switch in switches} == {"false"}


@pytest.mark.req("OB-11")
def test_an_objective_shows_exactly_playbooks_tasks_and_kpis():
    layout = load("layouts", "layout")["Objective__c-Objective Layout"]
    assert [related.findtext("relatedList") for related in layout.iter("relatedLists")] == [
        "Playbook__c.Objective__c",
        "Playbook_Task__c.Objective__c",
        "Objective_KPI__c.Objective__c",
    ]


@pytest.mark.parametrize("sobject", CUSTOM_OBJECTS)
def test_a_layout_shows_every_field_of_its_object(sobject):
    (layout,) = [each for name, each in load("layouts", "layout").items() if name.startswith(f"{sobject}-")]
    shown = {item.findtext("field") for item in layout.iter("layoutItems")}
    assert set(fields_of(sobject)) <= shown


@pytest.mark.req("OB-51")
@pytest.mark.parametrize(
    "sobject", ["CS_Activity__c", "Objective__c", "Playbook_Task__c", "Playbook__c", "Success_Plan__c"]
)
def test_the_create_and_edit_windows_have_a_field_set(sobject):
    field_set = load(f"objects/{sobject}/fieldSets", "fieldSet")["Create_And_Edit"]
    shown = [each.findtext("field", "") for each in field_set.iter("displayedFields")]
    assert shown[0] == "Name"
    assert set(shown[1:]) <= set(fields_of(sobject))
    assert not ONLY_PLANSYNC_WRITES & set(shown)


@pytest.mark.req("OB-51")
def test_no_record_types_are_shipped_but_a_fixture_adds_two():
    assert not list(SFDX.glob("force-app/**/recordTypes"))
    assert len(list(RECORD_TYPES.glob("**/Objective__c/recordTypes/*.recordType-meta.xml"))) == 2


@pytest.mark.req("OB-17")
def test_no_standard_action_is_overridden():
    overridden = [name for name, each in load_objects().items() if each.find("actionOverrides") is not None]
    assert overridden == []


@pytest.mark.req("OB-05")
def test_every_tab_of_the_app_takes_one_of_our_sets():
    tabs = {tab.text for tab in load("applications", "app")["Plansync"].iter("tabs")}
    for name in (CUSTOMER_SUCCESS, PARTICIPANT):
        visible = {setting.findtext("tab") for setting in permission_set(name).iter("tabSettings")}
        assert visible == set(load("tabs", "tab")) == {tab for tab in tabs if tab and tab.endswith("__c")}


@pytest.mark.req("OB-80")
def test_kpis_can_be_reported_on_with_their_objective_and_plan():
    report_type = load("reportTypes", "reportType")["Objectives_with_KPIs"]
    tables = {column.findtext("table", "") for column in report_type.iter("columns")}
    assert report_type.findtext("deployed") == "true"
    assert tables == {"Objective__c", "Objective__c.Objective_KPIs__r"}
    assert {load_objects()[name].findtext("enableReports") for name in CUSTOM_OBJECTS} == {"true"}


def test_every_rule_says_the_way_out_in_a_message_that_fits():
    rules = [read(path) for path in (SOURCE / "objects").glob("*/validationRules/*.xml")]
    for rule in rules:
        message = rule.findtext("errorMessage", "")
        assert rule.findtext("active") == "true"
        assert len(message) <= 255
        assert re.search(r"\b(Choose|Enter|Clear|clear)\b", message)
    assert len(rules) >= 18

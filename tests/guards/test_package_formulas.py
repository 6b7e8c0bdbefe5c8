"""The package's formulas and validation rules decide as the requirements say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from service.localorg.formulas.compile import Context, Value, compile_formula
from service.localorg.schema.model import Field, Type

OBJECTS = Path(__file__).parents[2] / "sfdx" / "force-app" / "main" / "default" / "objects"
XMLNS = "{http://soap.sforce.com/2006/04/metadata}"
TYPES = {
    "Checkbox": Type.BOOLEAN,
    "Date": Type.DATE,
    "Lookup": Type.REFERENCE,
    "MasterDetail": Type.REFERENCE,
    "Number": Type.DOUBLE,
    "Percent": Type.PERCENT,
    "Picklist": Type.PICKLIST,
}
TODAY = date(2026, 11, 22)
YESTERDAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 23)


def text_of(path: Path, element: str) -> str:
    return ElementTree.parse(path).getroot().findtext(f"{XMLNS}{element}", "")


def resolve(sobject: str, path: str) -> Field | None:
    first, _, rest = path.partition(".")
    file = OBJECTS / sobject / "fields" / f"{first.replace('__r', '__c')}.field-meta.xml"
    if rest:
        return resolve(text_of(file, "referenceTo"), rest)
    return Field(name=first, label=first, type=TYPES[text_of(file, "type")]) if file.exists() else None


def evaluate(
    sobject: str, formula: str, record: dict[str, Value], before: dict[str, Value] | None = None, *, is_new: bool = True
) -> Value:
    compiled = compile_formula(formula, sobject=sobject, resolve=lambda path: resolve(sobject, path))
    prior = record | (before or {})
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return compiled.evaluate(record.get, Context(now=now, time_zone="UTC", is_new=is_new, prior=prior.get))


def kpi(formula: str, record: dict[str, Value]) -> Value:
    file = OBJECTS / "Objective_KPI__c" / "fields" / f"{formula}.field-meta.xml"
    return evaluate("Objective_KPI__c", text_of(file, "formula"), record)


def values(baseline: float | None, current: float | None, target: float | None, direction: str | None = "Increase"):
    return {
        "Baseline_Value__c": baseline,
        "Current_Value__c": current,
        "Target_Value__c": target,
        "Direction__c": direction,
    }


def is_refused(
    sobject: str, rule: str, record: dict[str, Value], before: dict[str, Value] | None = None, *, is_new: bool = True
) -> bool:
    file = OBJECTS / sobject / "validationRules" / f"{rule}.validationRule-meta.xml"
    return bool(evaluate(sobject, text_of(file, "errorConditionFormula"), record, before, is_new=is_new))


@pytest.mark.parametrize(
    ("record", "progress"),
    [
        pytest.param(values(1_000_000, 1_100_000, 1_250_000), 0.4, marks=pytest.mark.req("OB-67"), id="on the way"),
        pytest.param(
            values(1_000_000, 1_300_000, 1_250_000), 1, marks=pytest.mark.req("OB-68"), id="beyond the target"
        ),
        pytest.param(values(1_000_000, 900_000, 1_250_000), 0, marks=pytest.mark.req("OB-69"), id="below the baseline"),
        pytest.param(values(0, -5, 10), 0, marks=pytest.mark.req("OB-70"), id="never negative"),
        pytest.param(values(5, 5, 5), 0, marks=pytest.mark.req("OB-71"), id="baseline is target"),
        pytest.param(values(None, 5, 10), 0, marks=pytest.mark.req("OB-71"), id="no baseline"),
        pytest.param(values(0, None, 10), 0, marks=pytest.mark.req("OB-71"), id="no current value"),
        pytest.param(values(0, 5, None), 0, marks=pytest.mark.req("OB-71"), id="no target"),
        pytest.param(values(0, 5, 10, None), 0.5, id="no direction counts as rising"),
        pytest.param(values(8, 5, 3, "Decrease"), 0.6, marks=pytest.mark.req("CO-19"), id="falling"),
        pytest.param(values(8, 9, 3, "Decrease"), 0, id="falling, but it rose"),
        pytest.param(values(8, 2, 3, "Decrease"), 1, id="falling, beyond the target"),
        pytest.param(values(8, 5, 3), 0, id="rising with a target below its baseline"),
        pytest.param(values(3, 5, 8, "Decrease"), 0, id="falling with a target above its baseline"),
    ],
)
def test_progress_runs_from_baseline_to_target_between_0_and_1(record, progress):
    assert kpi("Progress__c", record) == pytest.approx(progress)


@pytest.mark.req("OB-71")
@pytest.mark.req("OB-72")
@pytest.mark.parametrize(
    ("record", "due", "status"),
    [
        (values(0, 9, 10), YESTERDAY, "Overdue"),
        (values(0, 9, 10), TODAY, "In Progress"),
        (values(0, 9, 10), TOMORROW, "In Progress"),
        (values(0, 9, 10), None, "In Progress"),
        (values(0, 10, 10), YESTERDAY, "Completed"),
        (values(8, 3, 3, "Decrease"), YESTERDAY, "Completed"),
        (values(8, 4, 3, "Decrease"), YESTERDAY, "Overdue"),
        (values(5, 5, 5), TOMORROW, "Not Available"),
        (values(None, 5, 10), YESTERDAY, "Not Available"),
        (values(8, 5, 3), YESTERDAY, "Not Available"),
        (values(3, 5, 8, "Decrease"), TOMORROW, "Not Available"),
    ],
)
def test_the_status_of_a_kpi_follows_from_its_values_and_target_date(record, due, status):
    assert kpi("Status__c", {**record, "Target_Date__c": due}) == status


@pytest.mark.parametrize(("start", "days"), [(YESTERDAY, 2), (TOMORROW, 0), (None, None)])
def test_a_playbook_lasts_from_its_start_to_its_end(start, days):
    formula = text_of(OBJECTS / "Playbook__c" / "fields" / "Duration_Days__c.field-meta.xml", "formula")
    assert evaluate("Playbook__c", formula, {"Start_Date__c": start, "End_Date__c": TOMORROW}) == days


ACME_IN_GLOBEX = {"Account__c": "001A", "Success_Plan__c": "a01", "Success_Plan__r.Account__c": "001B"}


@pytest.mark.req("OB-21")
@pytest.mark.parametrize(
    ("before", "is_new", "refused"),
    [
        ({}, True, True),
        ({"Account__c": "001B"}, False, True),
        ({"Success_Plan__c": "a00"}, False, True),
        ({}, False, False),
    ],
    ids=["new", "account changed", "plan changed", "neither changed"],
)
def test_an_objective_is_refused_a_plan_of_another_account_only_when_either_changes(before, is_new, refused):
    assert is_refused("Objective__c", "Same_Account_As_Plan", ACME_IN_GLOBEX, before, is_new=is_new) is refused


@pytest.mark.req("OB-01")
@pytest.mark.req("OB-21")
@pytest.mark.parametrize(
    "record",
    [
        {"Account__c": "001A", "Success_Plan__c": None},
        {"Account__c": "001A", "Success_Plan__c": "a01", "Success_Plan__r.Account__c": "001A"},
        {"Account__c": None, "Success_Plan__c": "a01", "Success_Plan__r.Account__c": None},
    ],
    ids=["standalone", "same account", "template of a template plan"],
)
def test_an_objective_may_stand_alone_or_under_a_plan_of_its_account(record):
    assert not is_refused("Objective__c", "Same_Account_As_Plan", record)


@pytest.mark.req("CO-01")
@pytest.mark.parametrize("sobject", ["Objective__c", "Playbook_Task__c", "Playbook__c", "Success_Plan__c"])
@pytest.mark.parametrize(
    ("account", "template", "refused"), [(None, False, True), (None, True, False), ("1", False, False)]
)
def test_only_templates_do_without_an_account(sobject, account, template, refused):
    assert is_refused(sobject, "Account_Required", {"Account__c": account, "Template__c": template}) is refused


@pytest.mark.req("CO-17")
@pytest.mark.parametrize("sobject", ["Objective__c", "Playbook_Task__c", "Playbook__c", "Success_Plan__c"])
@pytest.mark.parametrize(("end", "refused"), [(YESTERDAY, True), (TODAY, False), (TOMORROW, False), (None, False)])
def test_nothing_ends_before_it_starts(sobject, end, refused):
    assert is_refused(sobject, "End_Not_Before_Start", {"Start_Date__c": TODAY, "End_Date__c": end}) is refused


@pytest.mark.req("CO-16")
@pytest.mark.parametrize(
    ("sobject", "rule", "field"),
    [
        ("Objective__c", "Health_1_To_5", "Health__c"),
        ("Success_Plan__c", "Health_1_To_5", "Health__c"),
        ("Account", "CSM_Pulse_1_To_5", "CSM_Pulse__c"),
    ],
)
@pytest.mark.parametrize(("value", "refused"), [(0, True), (6, True), (1, False), (5, False), (None, False)])
def test_health_and_pulse_go_from_1_to_5(sobject, rule, field, value, refused):
    assert is_refused(sobject, rule, {field: value}) is refused


@pytest.mark.parametrize(("value", "refused"), [(-1, True), (101, True), (0, False), (100, False), (None, False)])
def test_percentages_go_from_0_to_100(value, refused):
    assert is_refused("Playbook_Task__c", "Percent_Complete_0_To_100", {"Percent_Complete__c": value}) is refused
    assert is_refused("Account", "Health_Score_0_To_100", {"Health_Score__c": value}) is refused


@pytest.mark.req("CO-05")
@pytest.mark.parametrize(
    ("contact", "user", "refused"), [("003", "005", True), ("003", None, False), (None, "005", False)]
)
def test_an_objective_is_assigned_to_a_contact_or_a_user_but_not_to_both(contact, user, refused):
    record = {"Assigned_Contact__c": contact, "Assigned_User__c": user}
    assert is_refused("Objective__c", "Assigned_To_Contact_Or_User", record) is refused


@pytest.mark.parametrize(
    ("predecessor", "lag", "rule"), [("a1", 0, "Predecessor_Differs"), ("a2", -1, "Lag_Not_Negative")]
)
def test_a_task_cannot_wait_for_itself_or_for_a_negative_time(predecessor, lag, rule):
    record = {"Playbook_Task__c": "a1", "Predecessor__c": predecessor, "Lag_Days__c": lag}
    rules = [path.name.split(".")[0] for path in (OBJECTS / "Playbook_Task_Dependency__c/validationRules").iterdir()]
    assert [name for name in rules if is_refused("Playbook_Task_Dependency__c", name, record)] == [rule]


@pytest.mark.parametrize("sobject", ["Playbook__c", "Playbook_Task__c"])
@pytest.mark.parametrize(("hours", "refused"), [(-1, True), (0, False), (None, False)])
def test_work_takes_no_negative_hours(sobject, hours, refused):
    assert is_refused(sobject, "Estimated_Hours_Not_Negative", {"Estimated_Hours__c": hours}) is refused

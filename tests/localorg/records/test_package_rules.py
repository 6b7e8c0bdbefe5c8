"""What the project's own package makes an org enforce."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor


@pytest.fixture
def csm(org: LocalOrg) -> Actor:
    sets = ["CSC - Customer Success", "Plansync Standard Objects"]
    return org.actor(org.add_user("csm@example.com", name="Carla CSM", permission_sets=sets))


@pytest.fixture
def participant(org: LocalOrg) -> Actor:
    sets = ["CSC - Participant User"]
    return org.actor(org.add_user("part@example.com", name="Pat Participant", permission_sets=sets))


@pytest.fixture
def nobody(org: LocalOrg) -> Actor:
    return org.actor(org.add_user("nobody@example.com", name="Noah Nobody"))


@pytest.fixture
def acme(org: LocalOrg) -> str:
    return org.writer.create(org.admin(), "Account", {"Name": "Acme"})


@pytest.fixture
def objective(org: LocalOrg, csm: Actor, acme: str) -> str:
    return org.writer.create(csm, "Objective__c", {"Name": "Grow", "Account__c": acme})


def refusal(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value


def kpi(org: LocalOrg, actor: Actor, objective: str, **values: Any) -> str:
    given = {"Objective__c": objective, "Description__c": "Licences in use", **values}
    return org.writer.create(actor, "Objective_KPI__c", given)


def read(org: LocalOrg, sobject: str, record_id: str, *fields: str) -> tuple[Any, ...]:
    return tuple(org.reader.read_row(org.admin(), sobject, record_id, fields).values())


def measured(org: LocalOrg, objective: str, baseline: Any, current: Any, target: Any, **more: Any) -> tuple[Any, ...]:
    values = {"Baseline_Value__c": baseline, "Current_Value__c": current, "Target_Value__c": target, **more}
    return read(org, "Objective_KPI__c", kpi(org, org.admin(), objective, **values), "Progress__c", "Status__c")


@pytest.mark.req("OB-62")
def test_an_objective_is_deleted_only_after_its_kpis(org: LocalOrg, csm: Actor, objective: str) -> None:
    measure = kpi(org, csm, objective)
    found = refusal(org.writer.delete, csm, objective)
    assert found.code == "DELETE_FAILED"
    assert "objective kpis.: OKPI-00000001" in found.message
    org.writer.delete(csm, measure)
    org.writer.delete(csm, objective)
    assert refusal(org.reader.read_row, csm, "Objective__c", objective).code == "ENTITY_IS_DELETED"


@pytest.mark.req("OB-63")
def test_the_playbooks_of_a_deleted_objective_stay(org: LocalOrg, csm: Actor, objective: str, acme: str) -> None:
    values = {"Name": "Onboard", "Account__c": acme, "Objective__c": objective}
    playbook = org.writer.create(csm, "Playbook__c", values)
    org.clock.advance(timedelta(hours=1))
    before = read(org, "Playbook__c", playbook, "SystemModstamp")
    org.writer.delete(csm, objective)
    assert read(org, "Playbook__c", playbook, "Objective__c") == (None,)
    assert read(org, "Playbook__c", playbook, "SystemModstamp") == before


@pytest.mark.req("OB-65")
def test_a_kpi_belongs_to_an_objective(org: LocalOrg, csm: Actor) -> None:
    found = refusal(org.writer.create, csm, "Objective_KPI__c", {"Description__c": "Licences in use"})
    assert (found.code, found.fields) == ("REQUIRED_FIELD_MISSING", ("Objective__c",))


@pytest.mark.req("OB-66")
def test_a_kpi_is_described_numbered_and_exact_to_four_decimals(org: LocalOrg, csm: Actor, objective: str) -> None:
    found = refusal(org.writer.create, csm, "Objective_KPI__c", {"Objective__c": objective, "Description__c": ""})
    assert found.fields == ("Description__c",)
    measure = kpi(org, csm, objective, Baseline_Value__c=0.00005)
    assert read(org, "Objective_KPI__c", measure, "Name", "Baseline_Value__c") == ("OKPI-00000001", 0.0001)


@pytest.mark.parametrize(
    ("values", "progress", "status"),
    [
        pytest.param((1_000_000, 1_100_000, 1_250_000), 40.0, "In Progress", marks=pytest.mark.req("OB-67")),
        pytest.param((1_000_000, 1_300_000, 1_250_000), 100.0, "Completed", marks=pytest.mark.req("OB-68")),
        pytest.param((1_000_000, 900_000, 1_250_000), 0.0, "In Progress", marks=pytest.mark.req("OB-69")),
        pytest.param((0, -5, 10), 0.0, "In Progress", marks=pytest.mark.req("OB-70")),
        pytest.param((5, None, 10), 0.0, "Not Available", marks=pytest.mark.req("OB-71")),
        pytest.param((5, 5, 5), 0.0, "Not Available", marks=pytest.mark.req("OB-71")),
        pytest.param((5, 10, 10), 100.0, "Completed", marks=pytest.mark.req("OB-72")),
        pytest.param((8, 6, 3), 0.0, "Not Available", marks=pytest.mark.req("OB-69")),
    ],
)
def test_progress_and_status_follow_the_values(
    org: LocalOrg, objective: str, values: tuple[Any, Any, Any], progress: float, status: str
) -> None:
    assert measured(org, objective, *values) == (progress, status)


@pytest.mark.req("OB-69")
@pytest.mark.parametrize(
    ("values", "progress", "status"),
    [((8, 5, 3), 60.0, "In Progress"), ((8, 9, 3), 0.0, "In Progress"), ((3, 5, 8), 0.0, "Not Available")],
)
def test_a_falling_kpi_is_measured_downwards(
    org: LocalOrg, objective: str, values: tuple[Any, Any, Any], progress: float, status: str
) -> None:
    assert measured(org, objective, *values, Direction__c="Decrease") == (progress, status)


@pytest.mark.req("OB-72")
@pytest.mark.parametrize(("day", "status"), [("2026-03-03", "Overdue"), ("2026-03-04", "In Progress")])
def test_a_kpi_is_overdue_after_its_target_date(org: LocalOrg, objective: str, day: str, status: str) -> None:
    assert measured(org, objective, 0, 9, 10, Target_Date__c=day) == (90.0, status)


@pytest.mark.req("OB-73")
def test_the_units_are_there_and_none_is_the_default(org: LocalOrg, csm: Actor, objective: str) -> None:
    unit = org.schema.objects["Objective_KPI__c"].fields["Unit__c"].picklist
    assert unit is not None
    assert [value for value, _ in unit.values] == [
        *("EUR", "GBP", "JPY", "USD", "Hours", "Days", "Weeks", "Months", "Percent", "Quantity")
    ]
    assert read(org, "Objective_KPI__c", kpi(org, csm, objective), "Unit__c") == (None,)


@pytest.mark.req("OB-75")
def test_a_unit_of_the_customers_own_is_accepted(org: LocalOrg, csm: Actor, objective: str) -> None:
    assert read(org, "Objective_KPI__c", kpi(org, csm, objective, Unit__c="Licences"), "Unit__c") == ("Licences",)


@pytest.mark.req("OB-21")
def test_an_objective_and_its_plan_belong_to_the_same_account(org: LocalOrg, csm: Actor, acme: str) -> None:
    globex = org.writer.create(org.admin(), "Account", {"Name": "Globex"})
    plan = org.writer.create(csm, "Success_Plan__c", {"Name": "SP-1", "Account__c": acme})
    values = {"Name": "Grow", "Account__c": globex, "Success_Plan__c": plan}
    found = refusal(org.writer.create, csm, "Objective__c", values)
    assert (found.code, found.fields) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", ("Success_Plan__c",))
    objective = org.writer.create(csm, "Objective__c", {**values, "Account__c": acme})
    assert refusal(org.writer.update, csm, "Objective__c", objective, {"Account__c": globex}).message == found.message


@pytest.mark.req("OB-21")
def test_an_objective_can_be_saved_while_its_plan_moves(org: LocalOrg, csm: Actor, acme: str) -> None:
    globex = org.writer.create(org.admin(), "Account", {"Name": "Globex"})
    plan = org.writer.create(csm, "Success_Plan__c", {"Name": "SP-1", "Account__c": acme})
    values = {"Name": "Grow", "Account__c": acme, "Success_Plan__c": plan}
    objective = org.writer.create(csm, "Objective__c", values)
    org.writer.update(csm, "Success_Plan__c", plan, {"Account__c": globex})
    org.writer.update(csm, "Objective__c", objective, {"Status__c": "In Progress"})
    assert read(org, "Objective__c", objective, "Status__c") == ("In Progress",)


@pytest.mark.parametrize("sobject", ["Success_Plan__c", "Objective__c", "Playbook__c", "Playbook_Task__c"])
def test_an_account_is_needed_unless_it_is_a_template(org: LocalOrg, csm: Actor, sobject: str) -> None:
    assert refusal(org.writer.create, csm, sobject, {"Name": "X"}).fields == ("Account__c",)
    template = org.writer.create(csm, sobject, {"Name": "X", "Template__c": True})
    assert read(org, sobject, template, "Template__c") == (True,)


@pytest.mark.parametrize(
    ("sobject", "values"),
    [
        ("Success_Plan__c", {"Start_Date__c": "2026-02-02", "End_Date__c": "2026-02-01"}),
        ("Playbook_Task__c", {"Start_Date__c": "2026-02-02", "End_Date__c": "2026-02-01"}),
        ("Objective__c", {"Health__c": 6}),
        ("Success_Plan__c", {"Health__c": 0}),
        ("Playbook__c", {"Estimated_Hours__c": -1}),
        ("Playbook_Task__c", {"Percent_Complete__c": 101}),
    ],
)
def test_values_out_of_their_range_are_refused(
    org: LocalOrg, csm: Actor, acme: str, sobject: str, values: dict[str, Any]
) -> None:
    found = refusal(org.writer.create, csm, sobject, {"Name": "X", "Account__c": acme, **values})
    assert found.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"


@pytest.mark.req("OB-03")
def test_customer_success_creates_edits_and_deletes_anybodys_objectives(
    org: LocalOrg, csm: Actor, participant: Actor, acme: str
) -> None:
    objective = org.writer.create(participant, "Objective__c", {"Name": "Grow", "Account__c": acme})
    org.writer.update(csm, "Objective__c", objective, {"Priority__c": "High"})
    org.writer.delete(csm, objective)
    assert org.access.has_custom_permission(csm, "Create_From_Template")


@pytest.mark.req("OB-04")
def test_a_participant_creates_and_edits_but_does_not_delete_objectives(
    org: LocalOrg, participant: Actor, acme: str
) -> None:
    objective = org.writer.create(participant, "Objective__c", {"Name": "Grow", "Account__c": acme})
    org.writer.update(participant, "Objective__c", objective, {"Priority__c": "High"})
    assert refusal(org.writer.delete, participant, objective).code == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert not org.access.has_custom_permission(participant, "Create_From_Template")


@pytest.mark.req("OB-05")
def test_without_either_set_the_feature_does_not_exist(org: LocalOrg, nobody: Actor, objective: str) -> None:
    assert refusal(org.reader.read_row, nobody, "Objective__c", objective).code == "NOT_FOUND"


@pytest.mark.req("OB-06")
def test_customer_success_deletes_kpis(org: LocalOrg, csm: Actor, objective: str) -> None:
    org.writer.delete(csm, kpi(org, org.admin(), objective))
    assert [row["IsDeleted"] for row in org.storage.rows("Objective_KPI__c")] == [1]


@pytest.mark.req("OB-07")
def test_a_participant_edits_but_does_not_delete_kpis(org: LocalOrg, participant: Actor, objective: str) -> None:
    measure = kpi(org, participant, objective)
    org.writer.update(participant, "Objective_KPI__c", measure, {"Current_Value__c": 3})
    assert refusal(org.writer.delete, participant, measure).code == "INSUFFICIENT_ACCESS_OR_READONLY"


@pytest.mark.req("OB-09")
def test_a_participant_only_views_success_plans(org: LocalOrg, csm: Actor, participant: Actor, acme: str) -> None:
    plan = org.writer.create(csm, "Success_Plan__c", {"Name": "SP-1", "Account__c": acme})
    assert org.reader.read_row(participant, "Success_Plan__c", plan, ["Name"]) == {"Name": "SP-1"}
    found = refusal(org.writer.update, participant, "Success_Plan__c", plan, {"Name": "SP-2"})
    assert found.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def test_a_task_takes_its_assignments_and_dependencies_along(org: LocalOrg, csm: Actor, acme: str) -> None:
    first, second = (
        org.writer.create(csm, "Playbook_Task__c", {"Name": name, "Account__c": acme}) for name in ("A", "B")
    )
    values = {"Playbook_Task__c": second, "Predecessor__c": first}
    dependency = org.writer.create(csm, "Playbook_Task_Dependency__c", values)
    resource = org.writer.create(csm, "CS_Resource__c", {"Name": "Ray"})
    assignment = org.writer.create(
        csm, "Playbook_Task_Assignment__c", {"Playbook_Task__c": first, "Resource__c": resource}
    )
    org.writer.delete(csm, first)
    gone = [org.storage.row(*key) for key in (_key(dependency, "Dependency"), _key(assignment, "Assignment"))]
    assert [row["IsDeleted"] for row in gone if row] == [1, 1]


def _key(record_id: str, kind: str) -> tuple[str, str]:
    return f"Playbook_Task_{kind}__c", record_id

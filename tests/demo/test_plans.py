"""The drafts: as many as the definitions say, parents first, the same every time, and true to the data."""

from __future__ import annotations

from collections import Counter

import pytest

from service.demo.drafts import SOBJECTS
from service.demo.plans import drafts


@pytest.fixture(scope="module")
def all_drafts(customers, definitions):
    return list(drafts(customers, definitions))


def test_each_customer_gets_what_its_tier_is_due(all_drafts):
    # 168 Basic, 178 Pro and 154 Enterprise customers, and a template.
    assert Counter(draft.sobject for draft in all_drafts) == {
        "CS_Resource__c": 7,
        "Account": 500,
        "Contact": 1_000,
        "Success_Plan__c": 500,
        "Objective__c": 1_000 + 1,
        "Objective_KPI__c": 168 * 4 + 178 * 6 + 154 * 6 + 2,
        "Playbook__c": 1_000 + 1,
        "Playbook_Task__c": 168 * 7 + 178 * 8 + 154 * 10 + 4,
        "Playbook_Task_Dependency__c": 168 * 5 + 178 * 6 + 154 * 9 + 3,
        "Playbook_Task_Assignment__c": 168 * 7 + 178 * 10 + 154 * 13,
        "CS_Activity__c": 500 + 1_008,
    }


def test_keys_are_unique_and_every_reference_names_an_earlier_draft(all_drafts, definitions):
    known = {member.username for member in (definitions.lead, *definitions.team)}
    for draft in sorted(all_drafts, key=lambda draft: SOBJECTS.index(draft.sobject)):
        assert draft.key not in known
        assert known >= set(draft.points.values())
        known.add(draft.key)


def test_names_fit_and_no_end_lies_before_its_start(all_drafts):
    for draft in all_drafts:
        assert len(draft.values.get("Name") or "") <= 80
        assert draft.values.get("Start_Date__c", "") <= draft.values.get("End_Date__c", "")


def test_a_kpi_holds_what_the_tables_say(all_drafts):
    kpi = next(draft for draft in all_drafts if draft.key == "A-00bed1/objective 0/monthly_uses")
    values = [kpi.values[f"{name}_Value__c"] for name in ("Baseline", "Current", "Target")]
    assert values == [33.33, 17.33, 41.66]
    assert kpi.values["Direction__c"] == "Increase"


def test_a_kpi_that_the_tables_say_nothing_about_has_only_a_target(all_drafts):
    kpi = next(draft for draft in all_drafts if draft.key == "A-00bed1/objective 1/satisfaction")
    assert [kpi.values[f"{name}_Value__c"] for name in ("Baseline", "Current", "Target")] == [None, None, 4.5]


def test_a_ticket_of_the_last_year_is_an_interaction(all_drafts):
    ticket = next(draft for draft in all_drafts if draft.key == "A-bb3bd4/T-3f754a")
    assert ticket.values["Notes__c"] == "First response after 36 minutes, solved after 14 hours, rated 5 of 5."
    # 2024-09-25, moved by the 426 days from the data's last day to 2026-03-02.
    assert ticket.values["Occurred_At__c"] == "2025-11-25T09:00:00.000+0000"
    assert not any(draft.key == "A-bb3bd4/T-306781" for draft in all_drafts), "a ticket of 2023"


@pytest.mark.parametrize("status", ["Completed", "In Progress", "Waiting"])
def test_tasks_stand_where_their_dates_say(all_drafts, customers, status):
    today = customers[0].today.isoformat()
    tasks = [d.values for d in all_drafts if d.sobject == "Playbook_Task__c" and d.values.get("Status__c") == status]
    assert tasks
    for task in tasks:
        over, begun = task["End_Date__c"] < today, task["Start_Date__c"] <= today
        assert (over, begun) == {"Completed": (True, True), "In Progress": (False, True), "Waiting": (False, False)}[
            status
        ]
        assert (task["Percent_Complete__c"] == 100) is over


def test_the_same_customers_give_the_same_drafts(all_drafts, customers, definitions):
    assert list(drafts(customers, definitions)) == all_drafts

"""Creating records: what is filled in, whose they are, and what is refused with nothing made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from service.domain.faults import Fault
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.refusals import Denied, Invalid
from tests.plans.conftest import Place


def faults_of(desk: Desk, noun: str, given: dict[str, Any], **more: Any) -> dict[str, Fault]:
    with pytest.raises(Invalid) as refused:
        create(desk, noun, given, **more)
    return {fault.field: fault for fault in refused.value.faults}


@pytest.mark.req("OB-01", "OB-03")
def test_an_objective_may_stand_alone(place: Place, csm: Desk) -> None:
    made = create(csm, "objective", {"title": "Adopt", "account_id": place.acme})
    row = place.world.here("objective")[made]
    assert (row["title"], row["success_plan_id"], row["account_id"]) == ("Adopt", None, place.acme)
    assert place.world.there("objective")[place.crm(made)]["Account__c"] == place.crm(place.acme)


@pytest.mark.req("OB-18", "OB-20")
def test_an_objective_of_a_plan_takes_the_plan_s_account(place: Place, csm: Desk) -> None:
    made = create(csm, "objective", {"title": "Adopt", "success_plan_id": place.plan})
    assert place.world.here("objective")[made]["account_id"] == place.acme


@pytest.mark.req("OB-14", "OB-64", "OB-76")
def test_an_objective_is_made_with_its_kpis_in_one_call(place: Place, csm: Desk) -> None:
    before = csm.org.client.api_calls
    kpis = [{"description": "Seats", "target_value": "100"}, {"description": "Logins"}]
    made = create(csm, "objective", {"title": "Adopt", "account_id": place.acme}, kpis=kpis)
    assert csm.org.client.api_calls == before + 1
    assert {kpi["objective_id"] for kpi in place.world.here("objective_kpi").values()} == {str(made)}


@pytest.mark.req("OB-46", "OB-65")
def test_a_faulty_kpi_is_named_and_nothing_is_made(place: Place, csm: Desk) -> None:
    given = {"title": "Adopt", "account_id": place.acme}
    faults = faults_of(csm, "objective", given, kpis=[{"description": "Fine"}, {"target_value": "1.23456"}])
    assert faults["description"].record == "kpis/1"
    assert faults["target_value"].code == "too_precise"
    assert not place.world.there("objective")


@pytest.mark.req("OB-21")
def test_a_plan_of_another_account_is_refused_with_the_way_out(place: Place, csm: Desk) -> None:
    given = {"title": "Adopt", "account_id": place.acme, "success_plan_id": place.other_plan}
    fault = faults_of(csm, "objective", given)["success_plan_id"]
    assert fault.code == "other_account"
    assert "Globex 2026" in fault.message
    assert not place.world.there("objective")


@pytest.mark.req("OB-58", "OB-59")
def test_an_objective_belongs_to_the_resource_it_is_allocated_to(place: Place, csm: Desk) -> None:
    given = {"title": "Adopt", "account_id": place.acme, "resource_id": place.ana}
    made = create(csm, "objective", given)
    ana = place.world.here("cs_resource")[UUID(place.ana)]["user_id"]
    assert place.world.here("objective")[made]["owner_id"] == ana
    assert place.world.there("objective")[place.crm(made)]["OwnerId"] == place.crm(str(ana))


@pytest.mark.req("OB-59")
def test_a_record_without_a_resource_belongs_to_who_made_it(place: Place, csm: Desk) -> None:
    made = create(csm, "success_plan", {"name": "2027", "account_id": place.acme})
    assert place.world.there("success_plan")[place.crm(made)]["OwnerId"] == csm.user.crm_id


@pytest.mark.req("OB-34", "OB-35")
@pytest.mark.parametrize(("resource", "code"), [("idle", "inactive"), ("psa", "psa")])
def test_inactive_and_psa_resources_are_refused(place: Place, csm: Desk, resource: str, code: str) -> None:
    given = {"title": "Adopt", "account_id": place.acme, "resource_id": getattr(place, resource)}
    assert faults_of(csm, "objective", given)["resource_id"].code == code


@pytest.mark.req("OB-12")
def test_a_task_of_a_playbook_belongs_to_the_playbook_s_objective_plan_and_account(place: Place, csm: Desk) -> None:
    objective = create(csm, "objective", {"title": "Adopt", "success_plan_id": place.plan})
    playbook = create(csm, "playbook", {"name": "Launch", "objective_id": str(objective)})
    made = create(csm, "playbook_task", {"name": "Call", "playbook_id": str(playbook)})
    task = place.world.here("playbook_task")[made]
    assert (task["objective_id"], task["success_plan_id"], task["account_id"]) == (
        str(objective),
        place.plan,
        place.acme,
    )


def test_a_record_that_is_not_there_is_named(place: Place, csm: Desk) -> None:
    nobody = str(place.world.new_id())
    given = {"title": "Adopt", "account_id": nobody, "assigned_user_id": nobody}
    assert {f.code for f in faults_of(csm, "objective", given).values()} == {"missing"}


@pytest.mark.req("P12")
def test_a_name_of_ten_thousand_characters_is_refused_before_anything_is_sent(place: Place, csm: Desk) -> None:
    before = csm.org.client.api_calls
    fault = faults_of(csm, "playbook", {"name": "x" * 10_000, "account_id": place.acme})["name"]
    assert len(fault.message) < 300
    assert csm.org.client.api_calls == before


@pytest.mark.req("CO-08", "CO-20")
@pytest.mark.parametrize("column", ["priority", "status", "risk_level", "type", "direction"])
def test_what_a_picklist_does_not_know_is_refused_by_the_crm_on_its_field(place: Place, csm: Desk, column: str) -> None:
    given = {"title": "Adopt", "account_id": place.acme, column: "Whatever"}
    assert faults_of(csm, "objective", given)[column].code == "invalid_or_null_for_restricted_picklist"
    assert not place.world.here("objective")


@pytest.mark.req("OB-04", "OB-07")
def test_a_participant_creates_blank_objectives_and_kpis(place: Place, participant: Desk) -> None:
    made = create(participant, "objective", {"title": "Adopt", "account_id": place.acme}, kpis=[{"description": "A"}])
    assert made in place.world.here("objective")


@pytest.mark.req("OB-04", "OB-22")
def test_a_participant_ticks_no_template(place: Place, participant: Desk, csm: Desk) -> None:
    given = {"title": "Adopt", "template": True}
    with pytest.raises(Denied, match="CSC - Customer Success"):
        create(participant, "objective", given)
    made = create(csm, "objective", given)
    assert place.world.here("objective")[made]["template"] is True


@pytest.mark.req("OB-09")
def test_a_participant_makes_no_plan(place: Place, participant: Desk) -> None:
    with pytest.raises(Denied):
        create(participant, "success_plan", {"name": "2027", "account_id": place.acme})


@pytest.mark.req("OB-05")
def test_who_has_neither_set_creates_nothing(place: Place, outsider: Desk) -> None:
    with pytest.raises(Denied, match="CSC - "):
        create(outsider, "objective", {"title": "Adopt", "account_id": place.acme})


@pytest.mark.req("P4")
def test_a_request_that_comes_twice_makes_one_record(place: Place, csm: Desk) -> None:
    our_id = place.world.new_id()
    for _ in range(2):
        assert create(csm, "objective", {"title": "Adopt", "account_id": place.acme}, record_id=our_id) == our_id
    assert len(place.world.there("objective")) == 1


@pytest.mark.req("OB-59")
def test_who_is_not_known_here_yet_makes_nothing_that_would_belong_to_the_integration_user(
    place: Place, csm: Desk
) -> None:
    newcomer = replace(csm, user=replace(csm.user, id=None))
    assert faults_of(newcomer, "objective", {"title": "A", "account_id": place.acme})["owner_id"].code == "unknown_user"

"""Whole cycles over the local org: each promise of the sync, one behaviour a test."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import text

from service.crm.errors import LimitReached
from service.localorg.http import replication
from service.store import lock
from service.store.lock import LockLost
from service.sync.cycle import Full
from service.sync.run import Busy, Paused
from tests.sync.road import Part, Road
from tests.world import World


@pytest.fixture
def plan(world: World) -> dict[str, str]:
    """An account with a plan, an objective and a KPI in the CRM, taken in."""
    account = world.create_there("account", Name="Acme")
    plan = world.create_there("success_plan", Name="Grow", Account__c=account)
    objective = world.create_there("objective", Name="Adopt", Account__c=account, Success_Plan__c=plan)
    kpi = world.create_there(
        "objective_kpi", Objective__c=objective, Description__c="Seats", Baseline_Value__c=10, Target_Value__c=25.5
    )
    world.cycle()
    return {"account": account, "success_plan": plan, "objective": objective, "objective_kpi": kpi}


@pytest.mark.req("P1")
def test_a_first_cycle_takes_in_what_the_crm_holds(world: World, plan: dict[str, str]) -> None:
    [objective] = world.here("objective").values()
    [kpi] = world.here("objective_kpi").values()

    assert objective["name"] == "Adopt"
    assert objective["success_plan_id"] == str(world.our_id(plan["success_plan"]))
    assert (kpi["baseline_value"], kpi["target_value"], kpi["unit"]) == ("10", "25.5", None)
    assert world.parked() == []


@pytest.mark.req("P5")
@pytest.mark.req("P6")
def test_an_idle_cycle_is_one_api_call_and_writes_nothing(world: World, plan: dict[str, str]) -> None:
    world.settle()

    report = world.cycle(after=120)

    assert report.api_calls == 1
    assert report.counts == {}


def test_an_edit_here_arrives_there_and_sends_only_what_changed(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["objective"])
    before = world.there("objective")[plan["objective"]]

    world.edit_here("objective", ours, status="In Progress")
    world.cycle()

    after = world.there("objective")[plan["objective"]]
    moved = {"LastModifiedDate", "LastModifiedById", "SystemModstamp"}
    assert {name for name in after if after[name] != before[name]} - moved == {"Status__c"}
    assert after["Status__c"] == "In Progress"


def test_an_edit_there_arrives_here(world: World, plan: dict[str, str]) -> None:
    world.edit_there("objective", plan["objective"], Name="Adopt more", Health__c=4)

    world.cycle()

    [objective] = world.here("objective").values()
    assert (objective["name"], objective["health"]) == ("Adopt more", "4")


@pytest.mark.req("P7")
def test_a_tree_made_here_lands_in_one_call_with_parents_first(world: World, plan: dict[str, str]) -> None:
    world.settle()
    account = world.our_id(plan["account"])
    grown = world.create_here("success_plan", name="Renew", account_id=account, status="Draft")
    objective = world.create_here("objective", name="Save", account_id=account, success_plan_id=grown)
    world.create_here("objective_kpi", objective_id=objective, description="Time", target_value="1.2345")

    report = world.cycle()

    assert world.parked() == []
    assert report.api_calls == 2  # detect, push
    made = world.there("objective")[world.crm_id(objective) or ""]
    assert made["Success_Plan__c"] == world.crm_id(grown)
    assert made["Plansync_Id__c"] == str(objective)


@pytest.mark.req("P2")
def test_a_conflict_goes_by_the_mapping_and_the_loser_stands_in_the_log(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["objective"])
    world.edit_here("objective", ours, name="Ours")
    world.edit_there("objective", plan["objective"], Name="Theirs")

    world.settle()

    assert world.here("objective")[ours]["name"] == "Theirs"
    [lost] = [d for d in world.decisions() if d["action"] == "theirs won"]
    assert (lost["field"], lost["base"], lost["ours"], lost["theirs"]) == ("name", "Adopt", "Ours", "Theirs")


@pytest.mark.req("P2")
def test_edits_of_different_fields_on_both_sides_both_stand(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["objective"])
    world.edit_here("objective", ours, status="Paused")
    world.edit_there("objective", plan["objective"], Name="Theirs")

    world.settle()

    there = world.there("objective")[plan["objective"]]
    here = world.here("objective")[ours]
    assert (there["Name"], there["Status__c"]) == ("Theirs", "Paused")
    assert (here["name"], here["status"]) == ("Theirs", "Paused")


@pytest.mark.req("P3")
def test_a_delete_there_deletes_here_and_clears_what_pointed_at_it(world: World, plan: dict[str, str]) -> None:
    world.settle()
    world.delete_there(plan["success_plan"])

    world.settle()

    assert world.here("success_plan") == {}
    [objective] = world.here("objective").values()
    assert objective["success_plan_id"] is None
    assert world.parked() == []


@pytest.mark.req("P3")
def test_a_delete_here_deletes_there(world: World, plan: dict[str, str]) -> None:
    world.settle()

    world.delete_here("objective_kpi", world.our_id(plan["objective_kpi"]))
    world.settle()

    assert world.there("objective_kpi") == {}
    assert world.here("objective_kpi") == {}


@pytest.mark.req("P2")
def test_a_delete_there_of_a_record_edited_here_is_parked(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["objective_kpi"])
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.delete_there(plan["objective_kpi"])

    world.settle()

    [item] = world.parked()
    assert (item["link_id"], item["kind"], item["code"]) == (ours, "deleted", "DELETED_THERE")
    assert world.here("objective_kpi")[ours]["description"] == "Seats in use"


@pytest.mark.req("P2")
def test_a_record_deleted_here_and_edited_there_is_parked(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["objective_kpi"])
    world.delete_here("objective_kpi", ours)
    world.edit_there("objective_kpi", plan["objective_kpi"], Description__c="Still needed")

    world.settle()

    [item] = world.parked()
    assert (item["link_id"], item["kind"], item["code"]) == (ours, "deleted", "EDITED_THERE")
    assert item["details"]["theirs"]["description"] == "Still needed"
    assert plan["objective_kpi"] in world.there("objective_kpi")


def test_a_refused_row_waits_with_its_reason_and_the_others_land(world: World, plan: dict[str, str]) -> None:
    world.settle()
    account = world.our_id(plan["account"])
    bad = world.create_here("objective", name="x" * 81, account_id=account)
    good = [world.create_here("objective", name=f"Good {n}", account_id=account) for n in range(3)]

    world.cycle()

    [item] = world.parked()
    assert (item["link_id"], item["kind"], item["code"]) == (bad, "refused", "STRING_TOO_LONG")
    assert item["details"]["fields"] == ["Name"]
    assert all(world.crm_id(our_id) for our_id in good)


def test_a_refused_row_lands_once_it_is_mended(world: World, plan: dict[str, str]) -> None:
    account = world.our_id(plan["account"])
    bad = world.create_here("objective", name="x" * 81, account_id=account)
    world.settle()

    world.edit_here("objective", bad, name="short")
    world.cycle()

    assert world.there("objective")[world.crm_id(bad) or ""]["Name"] == "short"
    assert world.parked() == []


def test_a_record_whose_parent_was_deleted_waits_and_says_so(world: World, plan: dict[str, str]) -> None:
    world.settle()
    world.delete_there(plan["objective_kpi"])
    world.delete_there(plan["objective"])
    kpi = world.create_here(
        "objective_kpi", objective_id=world.our_id(plan["objective"]), description="Late", target_value="1"
    )

    world.settle()

    [item] = world.parked()
    assert (item["link_id"], item["code"]) == (kpi, "PARENT_DELETED")
    assert world.here("objective") == {}


def test_a_field_that_only_we_write_is_put_right_when_the_crm_changes_it(world: World, plan: dict[str, str]) -> None:
    ours = world.our_id(plan["account"])
    world.edit_here("account", ours, mrr="500.25")
    world.settle()
    world.edit_there("account", plan["account"], MRR__c=1)

    world.settle()

    assert world.there("account")[plan["account"]]["MRR__c"] == 500.25
    assert "ours won" in {d["action"] for d in world.decisions()}


def test_a_field_that_only_the_crm_writes_is_set_back_here(world: World, plan: dict[str, str]) -> None:
    world.settle()
    ours = world.our_id(plan["account"])

    world.edit_here("account", ours, name="Renamed here")
    world.settle()

    assert world.here("account")[ours]["name"] == "Acme"
    assert world.there("account")[plan["account"]]["Name"] == "Acme"


@pytest.mark.req("P4")
def test_a_create_whose_answer_was_lost_is_recognised_and_not_made_twice(world: World, plan: dict[str, str]) -> None:
    world.settle()
    lost = world.create_here("objective", name="Lost", account_id=world.our_id(plan["account"]))
    with world.transaction() as connection:
        from sqlalchemy import update

        from service.store.ledger import links

        connection.execute(update(links).where(links.c.id == lost).values(sending={"name": "Lost"}))
    landed = world.create_there("objective", Name="Lost", Account__c=plan["account"], Plansync_Id__c=str(lost))

    world.settle()

    assert world.crm_id(lost) == landed
    assert [row["Name"] for row in world.there("objective").values()].count("Lost") == 1
    assert ("create there", "landed; its answer had got lost") in {
        (d["action"], d["reason"]) for d in world.decisions()
    }


def test_a_full_sync_finds_what_was_purged_without_a_trace(world: World, plan: dict[str, str]) -> None:
    world.settle()
    world.delete_there(plan["objective_kpi"])
    world.org.writer.hard_delete(world.admin, plan["objective_kpi"])
    world.pass_time(days=20)

    world.cycle(full=Full())

    assert world.here("objective_kpi") == {}


def test_records_of_another_org_are_out_of_sight(world: World, plan: dict[str, str]) -> None:
    other = World(org=world.org, engine=world.engine, org_id=uuid4())

    assert other.here("objective") == {}


@pytest.mark.req("P9")
def test_the_budget_is_overshot_by_no_more_than_one_call_and_nothing_is_lost(
    world: World, plan: dict[str, str]
) -> None:
    world.settle()
    ours = world.our_id(plan["objective"])
    world.edit_here("objective", ours, status="Paused")
    world.app.api.usage.reset(allowance=100, used=79)

    with pytest.raises(LimitReached, match="80 of 100; the rest is kept for people"):
        world.cycle()
    assert world.app.api.usage.used == 80

    world.app.api.usage.reset(allowance=100, used=0)
    with pytest.raises(Paused, match=r"80 of the org's 100 API calls are used; the sync goes on at 2026-03-02 10:"):
        world.cycle(hurry=True)
    assert world.app.api.usage.used == 0

    world.cycle(after=3_600)
    assert world.there("objective")[plan["objective"]]["Status__c"] == "Paused"


def test_two_syncs_of_one_org_do_not_run_side_by_side(world: World) -> None:
    with lock.held(world.engine, world.org_id), pytest.raises(Busy, match="Another sync of this org is running"):
        world.cycle()

    assert world.cycle().kind == "full"


def test_a_run_whose_lock_is_lost_writes_nothing_more(world: World, plan: dict[str, str]) -> None:
    def end_its_session(parts: list[Part]) -> None:
        if not parts or killed:
            return
        with world.engine.begin() as connection:
            locks = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            killed.extend(connection.execute(text(locks)).scalars())

    killed: list[bool] = []
    world.edit_here("objective", world.our_id(plan["objective"]), status="Paused")
    road = Road(world, before=end_its_session)

    with pytest.raises(LockLost, match="the next sync goes on"):
        world.cycle()

    assert killed
    assert road.writes == []
    world.settle()
    assert world.there("objective")[plan["objective"]]["Status__c"] == "Paused"


@pytest.mark.req("P1")
def test_more_changes_than_the_crm_lists_are_found_by_reading_everything(
    world: World, plan: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replication, "MOST_IDS", 3)
    for number in range(5):
        world.create_there("objective", Name=f"Aim {number}", Account__c=plan["account"])
    world.delete_there(plan["objective_kpi"])

    world.cycle()

    assert len(world.here("objective")) == 6
    assert world.here("objective_kpi") == {}
    assert set(world.cycle(after=120).counts) == set()


def test_a_change_of_the_schema_or_of_rights_is_told_once(world: World, plan: dict[str, str]) -> None:
    world.settle()
    someone = world.org.add_user("csm@example.com", name="Some CSM")
    world.settle()
    world.org.assign(someone, "CSC_Participant_User")

    told, after = world.cycle(), world.cycle()

    assert (told.counts.get("schema changed"), after.counts.get("schema changed")) == (1, None)

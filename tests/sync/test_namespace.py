"""A managed package: the same sync, with every name of ours under the org's namespace."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from service.config import ROOT
from service.localorg.clock import Clock
from service.localorg.org import INTEGRATION, LocalOrg
from service.sync import load
from service.sync.cycle import Full
from tests.sync.road import Road, rows_of
from tests.world import INTEGRATION_SETS, START, World


@pytest.fixture(scope="module")
def managed_org() -> LocalOrg:
    """An org that installed the package under the namespace `ps`."""
    org = LocalOrg.install(ROOT / "sfdx", namespace="ps", clock=Clock(START))
    for name in INTEGRATION_SETS:
        org.assign(org.user_id(INTEGRATION), name)
    return org


@pytest.fixture
def managed(managed_org: LocalOrg, engine: Engine) -> World:
    """Both sides of an org with the managed package."""
    return World(org=managed_org, engine=engine, namespace="ps")


@pytest.fixture
def account(managed: World) -> str:
    """An account that both sides know."""
    made = managed.create_there("account", Name="Acme", ps__MRR__c=12.5)
    managed.settle()
    return made


def test_records_arrive_from_a_managed_package(managed: World, account: str) -> None:
    plan = managed.create_there("success_plan", Name="Grow", ps__Account__c=account)
    managed.create_there("objective", Name="Adopt", ps__Account__c=account, ps__Success_Plan__c=plan)

    managed.cycle()

    [objective] = managed.here("objective").values()
    assert objective["success_plan_id"] == str(managed.our_id(plan))
    assert managed.here("account")[managed.our_id(account)]["mrr"] == "12.5"
    assert managed.parked() == []


@pytest.mark.req("P7")
def test_a_tree_made_here_lands_in_a_managed_package_in_one_call(managed: World, account: str) -> None:
    ours = managed.our_id(account)
    plan = managed.create_here("success_plan", name="Grow", account_id=ours)
    objective = managed.create_here("objective", name="Adopt", account_id=ours, success_plan_id=plan)
    kpi = managed.create_here("objective_kpi", objective_id=objective, description="Seats", target_value="1.5")
    road = Road(managed)

    report = managed.cycle()

    assert report.api_calls == 2
    rows = {row["ps__Plansync_Id__c"]: row for write in road.writes for row in rows_of(write)}
    assert rows[str(objective)]["ps__Success_Plan__r"] == {"ps__Plansync_Id__c": str(plan)}
    assert managed.there("objective_kpi")[managed.crm_id(kpi) or ""]["ps__Objective__c"] == managed.crm_id(objective)


def test_edits_conflicts_and_deletes_go_both_ways(managed: World, account: str) -> None:
    objective = managed.create_here("objective", name="Adopt", account_id=managed.our_id(account))
    managed.settle()
    there = managed.crm_id(objective) or ""

    managed.edit_here("objective", objective, status="Paused", name="Ours")
    managed.edit_there("objective", there, Name="Theirs", ps__Title__c="Long")
    managed.settle()

    assert (managed.here("objective")[objective]["name"], managed.here("objective")[objective]["title"]) == (
        "Theirs",
        "Long",
    )
    assert managed.there("objective")[there]["ps__Status__c"] == "Paused"
    managed.delete_here("objective", objective)
    managed.settle()
    assert managed.there("objective") == {}
    assert managed.cycle(after=120).counts == {}


def test_an_idle_cycle_and_a_bulk_reading_work_there_too(
    managed: World, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "BULK_FROM", 1)

    assert managed.cycle(after=120).api_calls == 1
    report = managed.cycle(full=Full())

    assert set(report.counts) == {"read"}

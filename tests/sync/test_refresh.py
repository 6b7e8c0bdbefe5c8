"""Refresh: what the CRM computes is read again, since its changes move nobody's clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.config import ROOT
from service.localorg.org import LocalOrg
from service.mapping.load import load
from service.sync.refresh import refresh_formulas
from tests.world import World

OVERLAY = """
overlay:
  objective_kpi:
    fields:
      reached: {crm: Progress__c, kind: number, scale: 2, direction: pull, formula: true}
      state: {crm: Status__c, kind: text, direction: pull, formula: true}
"""


@pytest.fixture
def computing(installed_org: LocalOrg, engine: Engine, tmp_path: Path) -> World:
    """A world whose overlay maps two formulas."""
    (tmp_path / "overlay.yaml").write_text(OVERLAY)
    return World(org=installed_org, engine=engine, mappings=load(ROOT / "mappings", overlay=tmp_path / "overlay.yaml"))


def test_a_formula_that_time_changed_is_taken_in_by_a_refresh(computing: World) -> None:
    world = computing
    account = world.create_there("account", Name="Acme")
    objective = world.create_there("objective", Name="Adopt", Account__c=account)
    kpi = world.create_there(
        "objective_kpi",
        Objective__c=objective,
        Description__c="Seats",
        Baseline_Value__c=10,
        Current_Value__c=15,
        Target_Value__c=20,
        Target_Date__c="2026-03-10",
    )
    world.settle()
    before = world.here("objective_kpi")[world.our_id(kpi)]

    world.pass_time(days=13)
    quiet = world.cycle()
    report = refresh_formulas(world.sync, now=world.clock.now(), clock=world.clock.now)
    after = world.here("objective_kpi")[world.our_id(kpi)]

    assert (before["reached"], before["state"]) == ("50", "In Progress")
    assert quiet.counts == {}
    assert (report.kind, report.api_calls, report.counts) == ("formulas", 1, {"read": 1, "pull": 1})
    assert (after["reached"], after["state"]) == ("50", "Overdue")


def test_where_no_formula_is_mapped_a_refresh_costs_nothing(world: World) -> None:
    world.settle()

    assert refresh_formulas(world.sync, now=world.clock.now(), clock=world.clock.now).api_calls == 0

"""Our progress and status of a KPI are those of the CRM's formulas, to the last digit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.crm import soql
from service.domain.progress import Measure
from service.mapping.wire import canonical_row
from tests.world import START, World

# The local org computes in doubles, which keep 15 digits.
NUMBERS = st.none() | st.decimals(min_value=-(10**10), max_value=10**10, places=4) | st.integers(-5, 5).map(Decimal)
KPIS = st.tuples(
    NUMBERS,
    NUMBERS,
    NUMBERS,
    st.sampled_from([None, "Increase", "Decrease"]),
    st.none() | st.integers(-2, 2),
)
FIELDS = ("Id", "Baseline_Value__c", "Current_Value__c", "Target_Value__c", "Direction__c", "Target_Date__c")


def made_there(world: World, kpis: list[Any]) -> list[dict[str, Any]]:
    """Create KPIs in the CRM; return them as its API shows them."""
    account = world.create_there("account", Name="Acme")
    objective = world.create_there("objective", Name="Churn", Account__c=account)
    today = START.date()
    for baseline, current, target, direction, days in kpis:
        values = {"Baseline_Value__c": baseline, "Current_Value__c": current, "Target_Value__c": target}
        world.create_there(
            "objective_kpi",
            Objective__c=objective,
            Description__c="Seats",
            Direction__c=direction,
            Target_Date__c=None if days is None else (today + timedelta(days=days)).isoformat(),
            **{name: None if value is None else str(value) for name, value in values.items()},
        )
    query = soql.select("Objective_KPI__c", (*FIELDS, "Progress__c", "Status__c"))
    return list(world.sync.client.query(query))


@pytest.mark.req("OB-67")
@pytest.mark.req("OB-71")
@pytest.mark.req("OB-72")
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kpis=st.lists(KPIS, min_size=20, max_size=60))
def test_progress_and_status_are_those_that_the_crm_computes(world: World, kpis: list[Any]) -> None:
    mapping = world.mappings["objective_kpi"]

    for row in made_there(world, kpis):
        ours = canonical_row(mapping, row)
        values = (ours["baseline_value"], ours["current_value"], ours["target_value"])
        measured = Measure(*(None if value is None else Decimal(value) for value in values), ours["direction"])
        due = ours["target_date"]
        assert measured.percent == row["Progress__c"], row
        assert measured.status(due and date.fromisoformat(due), START.date()) == row["Status__c"], row


@pytest.mark.req("OB-67")
def test_a_half_is_rounded_up_on_both_sides(world: World) -> None:
    (row,) = made_there(world, [(Decimal(0), Decimal("5700.5"), Decimal(10_000), None, None)])

    assert row["Progress__c"] == Measure(Decimal(0), Decimal("5700.5"), Decimal(10_000)).percent == Decimal("57.01")

"""Objective KPIs: what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain import kpis
from service.domain.values import Row


def kpi(**values: Any) -> Row:
    return {"objective_id": "o", "description": "Seats in use", **values}


def named(row: Row) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in kpis.faults(row, {"direction": {"Increase", "Decrease"}})]


@pytest.mark.req("OB-66")
def test_a_kpi_has_its_seven_fields() -> None:
    row = kpi(
        category="Adoption",
        target_date="2026-12-31",
        unit="Quantity",
        baseline_value="10.5",
        current_value="11.1234",
        target_value="20",
    )

    assert named(row) == []


@pytest.mark.req("OB-65")
def test_a_kpi_without_an_objective_is_refused() -> None:
    assert named(kpi(objective_id=None)) == [("objective_id", "required")]


@pytest.mark.req("OB-66")
def test_a_kpi_without_a_description_is_refused() -> None:
    assert named(kpi(description=None)) == [("description", "required")]


@pytest.mark.req("OB-66")
@pytest.mark.parametrize("column", ["baseline_value", "current_value", "target_value"])
def test_a_fifth_decimal_is_refused(column: str) -> None:
    assert named(kpi(**{column: "1.00001"})) == [(column, "too_precise")]


@pytest.mark.req("OB-75")
def test_a_unit_that_the_customer_added_is_taken() -> None:
    assert named(kpi(unit="Licences")) == []


def test_a_direction_is_up_or_down() -> None:
    assert named(kpi(direction="Sideways")) == [("direction", "not_a_choice")]

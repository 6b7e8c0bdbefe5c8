"""Progress and status of KPIs, and the means above them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.progress import Basis, Measure, Status, mean, measure, of_objective, of_task, status

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23)
NUMBERS = st.decimals(min_value=-(10**14), max_value=10**14, places=4)


def kpi(baseline: Any, current: Any, target: Any, direction: str | None = "Increase") -> Measure:
    values = (None if value is None else Decimal(str(value)) for value in (baseline, current, target))
    return Measure(*values, direction)


@pytest.mark.parametrize(
    ("values", "percent"),
    [
        pytest.param(kpi(1_000_000, 1_100_000, 1_250_000), "40", marks=pytest.mark.req("OB-67"), id="on the way"),
        pytest.param(kpi(1_000_000, 1_300_000, 1_250_000), "100", marks=pytest.mark.req("OB-68"), id="beyond"),
        pytest.param(kpi(1_000_000, 900_000, 1_250_000), "0", marks=pytest.mark.req("OB-69"), id="below the baseline"),
        pytest.param(kpi(0, -5, 10), "0", marks=pytest.mark.req("OB-70"), id="never negative"),
        pytest.param(kpi(5, 5, 5), "0", marks=pytest.mark.req("OB-71"), id="baseline is target"),
        pytest.param(kpi(None, 5, 10), "0", marks=pytest.mark.req("OB-71"), id="no baseline"),
        pytest.param(kpi(0, None, 10), "0", marks=pytest.mark.req("OB-71"), id="no current value"),
        pytest.param(kpi(0, 5, None), "0", marks=pytest.mark.req("OB-71"), id="no target"),
        pytest.param(kpi(0, 5, 10, None), "50", id="no direction counts as rising"),
        pytest.param(kpi(8, 5, 3, "Decrease"), "60", marks=pytest.mark.req("CO-19"), id="falling"),
        pytest.param(kpi(8, 9, 3, "Decrease"), "0", id="falling, but it rose"),
        pytest.param(kpi(8, 5, 3), "0", id="rising with a target below its baseline"),
        pytest.param(kpi(3, 5, 8, "Decrease"), "0", id="falling with a target above its baseline"),
        pytest.param(kpi(0, 1, 3), "33.33", id="two decimals"),
        pytest.param(kpi(0, "0.57005", 1), "57.01", id="halves up"),
    ],
)
def test_progress_runs_from_baseline_to_target_between_0_and_100(values: Measure, percent: str) -> None:
    assert values.percent == Decimal(percent)


@pytest.mark.req("OB-68")
@pytest.mark.req("OB-70")
@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["Increase", "Decrease", None]))
def test_progress_is_never_below_0_nor_above_100(
    baseline: Decimal, current: Decimal, target: Decimal, direction: str | None
) -> None:
    assert 0 <= Measure(baseline, current, target, direction).percent <= 100


@pytest.mark.req("CO-19")
@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_falling_kpi_is_a_rising_one_seen_in_a_mirror(baseline: Decimal, current: Decimal, target: Decimal) -> None:
    mirrored = Measure(-baseline, -current, -target, "Increase")

    assert Measure(baseline, current, target, "Decrease").percent == mirrored.percent


@pytest.mark.req("OB-71")
@pytest.mark.req("OB-72")
@pytest.mark.parametrize(
    ("values", "due", "expected"),
    [
        (kpi(0, 9, 10), YESTERDAY, Status.OVERDUE),
        (kpi(0, 9, 10), TODAY, Status.IN_PROGRESS),
        (kpi(0, 9, 10), TOMORROW, Status.IN_PROGRESS),
        (kpi(0, 9, 10), None, Status.IN_PROGRESS),
        (kpi(0, 10, 10), YESTERDAY, Status.COMPLETED),
        (kpi(8, 3, 3, "Decrease"), YESTERDAY, Status.COMPLETED),
        (kpi(8, 4, 3, "Decrease"), YESTERDAY, Status.OVERDUE),
        (kpi(0, "9.9999", 10), YESTERDAY, Status.OVERDUE),
        (kpi(5, 5, 5), TOMORROW, Status.NOT_AVAILABLE),
        (kpi(None, 5, 10), YESTERDAY, Status.NOT_AVAILABLE),
        (kpi(0, None, 10), YESTERDAY, Status.NOT_AVAILABLE),
        (kpi(8, 5, 3), YESTERDAY, Status.NOT_AVAILABLE),
        (kpi(3, 5, 8, "Decrease"), TOMORROW, Status.NOT_AVAILABLE),
    ],
)
def test_the_status_follows_from_the_values_and_the_target_date(
    values: Measure, due: date | None, expected: Status
) -> None:
    assert values.status(due, TODAY) is expected


def test_a_row_is_read_as_it_stands_in_the_store() -> None:
    row = {"baseline_value": "0", "current_value": "9", "target_value": "10", "direction": None}

    assert measure(row).percent == 90
    assert status({**row, "target_date": "2026-11-21"}, TODAY) is Status.OVERDUE
    assert status({**row, "target_date": None}, TODAY) is Status.IN_PROGRESS


@pytest.mark.req("CO-12")
@pytest.mark.parametrize(
    ("values", "reached"),
    [
        (kpi(80, 100, 100), True),
        (kpi(80, 103, 100), True),
        (kpi(80, 98, 100), False),
        (kpi(8, 3, 3, "Decrease"), True),
        (kpi(8, 2, 3, "Decrease"), True),
        (kpi(8, 4, 3, "Decrease"), False),
        (kpi(None, 100, 100), True),
        (kpi(80, None, 100), False),
        (kpi(80, 100, None), False),
    ],
)
def test_a_target_is_reached_when_the_value_meets_or_passes_it(values: Measure, reached: bool) -> None:
    assert values.reached is reached


@pytest.mark.parametrize(
    ("state", "percent", "progress"),
    [
        ("Completed", None, 100),
        ("Completed", Decimal(30), 100),
        ("In Progress", Decimal(30), 30),
        ("In Progress", None, 0),
        ("Waiting", None, 0),
        (None, None, 0),
        ("Canceled", Decimal(30), None),
    ],
)
def test_a_task_is_done_or_counts_its_percentage(state: str | None, percent: Decimal | None, progress: int) -> None:
    assert of_task(state, percent) == progress


def test_a_mean_is_that_of_the_parts_with_a_progress_and_has_two_decimals() -> None:
    assert mean([Decimal(100), None, Decimal(0), Decimal(0)]) == Decimal("33.33")
    assert mean([None]) is None
    assert mean([]) is None


KPIS, WORK, OWN = [Decimal(40), Decimal(60)], [Decimal(100), None, Decimal(0), Decimal(20)], Decimal(75)


@pytest.mark.parametrize(
    ("parts", "progress"),
    [
        ((KPIS, WORK, OWN), (Decimal(50), Basis.KPIS)),
        (([Decimal(0)], WORK, OWN), (Decimal(0), Basis.KPIS)),
        (([], WORK, OWN), (Decimal(40), Basis.WORK)),
        (([], [None], OWN), (Decimal(75), Basis.OWN)),
        (([], [], None), (None, None)),
    ],
)
def test_an_objective_is_as_far_as_its_kpis_else_its_work_else_its_own_values(
    parts: tuple[Any, Any, Any], progress: tuple[Decimal | None, Basis | None]
) -> None:
    assert of_objective(*parts) == progress

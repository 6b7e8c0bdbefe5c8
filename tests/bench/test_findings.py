"""The bench's own arithmetic."""

from __future__ import annotations

import pytest

from tests.bench.arithmetic import extrapolated, rate
from tests.bench.report import Goal, Measure, document, verdicts
from tests.bench.writer import share


def _measure(value: float | None, goal: Goal | None, *, judged: bool = True) -> Measure:
    return Measure(name="calls", title="Calls", value=value, unit="API calls", goal=goal, judged=judged)


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (6, Goal(at_most=6), True),
        (7, Goal(at_most=6), False),
        (20_000, Goal(at_least=20_000), True),
        (19_999, Goal(at_least=20_000), False),
        (0, Goal(at_most=0), True),
        (None, Goal(at_most=1.1), None),
        (7, None, None),
    ],
)
def test_a_goal_is_met_at_its_edge_and_no_further(value: float | None, goal: Goal | None, met: bool | None) -> None:
    assert _measure(value, goal).met is met


def test_a_run_of_another_size_is_not_judged() -> None:
    assert _measure(1, Goal(at_most=6), judged=False).met is None


def test_every_goal_is_met_missed_or_not_judged() -> None:
    measures = [
        _measure(1, Goal(at_most=1)),
        _measure(2, Goal(at_most=1)),
        _measure(None, Goal(at_most=1)),
        _measure(1, None),
    ]
    assert verdicts(measures) == {"met": ["calls"], "missed": ["calls"], "not_judged": ["calls"]}


def test_the_document_names_the_side_of_a_goal_and_ends_with_the_verdicts() -> None:
    told = document([_measure(1, Goal(at_most=1))], bench="sync")
    assert told["measures"][0]["goal"] == {"at_most": 1}
    assert list(told) == ["bench", "measures", "design"]


def test_a_rate_is_rows_by_seconds_and_zero_where_no_time_passed() -> None:
    assert (rate(100, 4), rate(100, 0)) == (25, 0)


def test_a_sample_stands_for_all_rows_by_its_calls_a_row() -> None:
    assert extrapolated({"calls": 200, "rows": 200}, 5_000) == 5_000


@pytest.mark.parametrize(("part", "wait"), [(0.5, 10.0), (0.95, 19.0), (0.99, 20.0), (1, 20.0), (0.01, 1.0)])
def test_so_large_a_share_of_the_waits_is_no_longer_than_it(part: float, wait: float) -> None:
    assert share([float(number) for number in range(1, 21)], part) == wait

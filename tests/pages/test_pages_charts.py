"""The geometry of the charts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.pages import charts
from service.pages.charts import HEIGHT, WIDTH
from service.sync.history import Slice
from tests.world import START


def slices(*values: float | None, calls: int = 0, failed: int = 0) -> list[Slice]:
    """Return slices that were so many seconds behind."""
    return [
        Slice(
            begins_at=START,
            behind=None if value is None else timedelta(seconds=value),
            api_calls=calls,
            failed=failed,
        )
        for value in values
    ]


def test_bars_stand_on_the_ground_and_reach_as_high_as_their_value() -> None:
    chart = charts.behind(slices(0, 30, 60))

    assert [(bar.x, bar.height) for bar in chart.bars] == [(WIDTH / 3, HEIGHT / 2), (2 * WIDTH / 3, HEIGHT)]
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert chart.top == "1 minute"


def test_what_is_not_nothing_can_be_seen() -> None:
    assert charts.behind(slices(1, 86_400)).bars[0].height == charts.SHORTEST


@pytest.mark.parametrize(
    ("seconds", "top"), [(61, "2 minutes"), (3_600, "1 hour"), (86_399, "1 day"), (5_000_000, "83333 minutes")]
)
def test_the_upper_edge_is_a_round_time(seconds: float, top: str) -> None:
    assert charts.behind(slices(seconds)).top == top


@pytest.mark.parametrize(("calls", "top"), [(0, "1"), (1, "1"), (3, "5"), (7, "10"), (101, "200"), (4_999, "5,000")])
def test_the_upper_edge_is_a_round_number(calls: int, top: str) -> None:
    assert charts.calls(slices(0, calls=calls)).top == top


def test_a_chart_is_a_sentence_too() -> None:
    assert charts.behind(slices(None, 90, 30)).sentence == "At worst 1 min 30 s behind; 30.0 s in the last slice."
    assert charts.behind(slices(None, None)).sentence == "No sync yet."
    assert charts.calls(slices(0, 0, calls=1_500)).sentence == "3,000 calls in all; at most 1,500 in one slice."


def test_slices_in_which_a_run_failed_are_marked_from_top_to_bottom() -> None:
    chart = charts.calls([*slices(0), *slices(0, failed=1)])

    assert [(bar.x, bar.y, bar.width, bar.height) for bar in chart.failed] == [(WIDTH / 2, 0, WIDTH / 2, HEIGHT)]

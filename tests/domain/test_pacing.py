"""Pacing: the nearer the budget's end, the longer the pauses; at its end, one call an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.pacing import LONGEST_PAUSE, UNTIL_ASKED, exhausted, pause

pytestmark = pytest.mark.req("P9")


@pytest.mark.parametrize(
    ("used", "waits"),
    [
        (0, timedelta()),
        (60_000, timedelta()),
        (70_000, timedelta(minutes=7, seconds=30)),
        (80_000, timedelta(hours=1)),
        (100_000, timedelta(hours=1)),
    ],
)
def test_a_cycle_waits_longer_the_nearer_the_end_of_our_share(used: int, waits: timedelta) -> None:
    assert pause(used, 100_000, share=0.8) == waits


@given(used=st.integers(0, 200_000), more=st.integers(0, 1_000), allowed=st.integers(1, 200_000))
def test_more_calls_never_make_the_pause_shorter(used: int, more: int, allowed: int) -> None:
    before, after = (pause(calls, allowed, share=0.8) for calls in (used, used + more))

    assert timedelta() <= before <= after
    assert after == UNTIL_ASKED or after <= LONGEST_PAUSE
    assert exhausted(used, allowed, share=0.8) == (before == UNTIL_ASKED)

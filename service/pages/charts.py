"""The geometry of the charts: drawn on the server, so that a page needs no script for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from service.crm.session import OUR_BUDGET
from service.pages.wording import length
from service.sync.history import Slice
from service.sync.overview import Overview

WIDTH, HEIGHT = 480, 120
GAP = 1.5
SHORTEST = 2.0
"""The height of a bar that is not nothing."""
SPANS = tuple(
    timedelta(minutes=minutes)
    for minutes in (1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 7200, 14400)
)
"""What the upper edge of a chart of time may stand for."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: its bars, the slices in which a run failed, what its upper edge stands for, and it all in a sentence."""

    bars: Sequence[Bar]
    failed: Sequence[Bar]
    top: str
    sentence: str


def behind(slices: Sequence[Slice]) -> Chart:
    """Draw how far behind the sync was, at worst, in each slice."""
    seconds = [each.behind.total_seconds() if each.behind is not None else 0.0 for each in slices]
    worst = timedelta(seconds=max(seconds, default=0.0))
    top = next((span for span in SPANS if span >= worst), worst)
    known = [each.behind for each in slices if each.behind is not None]
    sentence = f"At worst {length(worst)} behind; {length(known[-1])} in the last slice." if known else "No sync yet."
    return Chart(bars=_bars(seconds, top.total_seconds()), failed=_failed(slices), top=_words(top), sentence=sentence)


def calls(slices: Sequence[Slice]) -> Chart:
    """Draw how many API calls each slice took."""
    counts = [each.api_calls for each in slices]
    top = _round_up(max(counts, default=0))
    sentence = f"{sum(counts):,} calls in all; at most {max(counts, default=0):,} in one slice."
    return Chart(bars=_bars(counts, top), failed=_failed(slices), top=f"{top:,}", sentence=sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """An org's API calls of 24 hours, in hundredths of what it allows; what lies behind `stop` is kept for people."""

    used: float
    ours: float
    stop: float


def meter(view: Overview) -> Meter | None:
    """Draw how much of its allowance an org has used; None while the org has not told."""
    allowance = view.allowance
    if allowance.used is None or not allowance.allowed:
        return None
    used = min(100.0, 100 * allowance.used / allowance.allowed)
    ours = min(used, 100 * view.api_calls_today / allowance.allowed)
    return Meter(used=round(used, 2), ours=round(ours, 2), stop=100 * OUR_BUDGET)


def add_charts(app: Flask) -> None:
    """Let the templates draw."""
    app.jinja_env.filters.update(behind_chart=behind, calls_chart=calls, meter=meter)


def _bars(values: Sequence[float], top: float) -> list[Bar]:
    step = WIDTH / len(values)
    heights = [max(SHORTEST, HEIGHT * value / top) if value else 0.0 for value in values]
    return [
        Bar(round(place * step, 2), round(HEIGHT - height, 2), round(step - GAP, 2), round(height, 2))
        for place, height in enumerate(heights)
        if height
    ]


def _failed(slices: Sequence[Slice]) -> list[Bar]:
    step = WIDTH / len(slices)
    return [Bar(round(place * step, 2), 0, round(step, 2), HEIGHT) for place, each in enumerate(slices) if each.failed]


def _round_up(value: int) -> int:
    """Return 1, 2 or 5 times a power of ten, not below a value."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power >= value:
                return digit * power
        power *= 10


def _words(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return length(span)

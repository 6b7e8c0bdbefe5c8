"""A span of time in slices: how far behind the sync fell, at worst, and what it cost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from service.store.ledger import runs
from service.store.run_log import Span
from service.sync.history import SLICES, history, sliced
from tests.world import START, World

HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    """Return a moment of the day looked at."""
    return START + hours * HOUR


def span(start: float, end: float | None, *, well: bool = True, failed: bool = False, calls: int = 0) -> Span:
    """Return a run between two hours."""
    return Span(at(start), None if end is None else at(end), well, failed, calls)


def behind(*spans: Span) -> list[float | None]:
    """Return the hours behind of each slice of an hour."""
    slices = sliced(spans, since=at(0), until=at(SLICES))
    return [None if each.behind is None else each.behind / HOUR for each in slices]


def test_before_the_first_sync_nothing_is_behind() -> None:
    assert behind() == [None] * SLICES


def test_it_falls_behind_until_the_next_good_sync_has_ended() -> None:
    hours = behind(span(0, 0.5), span(3, 3.25), span(5, 5.5, well=False, failed=True), span(7, None))

    assert hours[:8] == [1, 2, 3, 3.25, 2, 3, 4, 5]


def test_the_last_good_sync_before_the_span_counts() -> None:
    assert behind(span(-2, -1), span(1, 1.5))[:3] == [3, 3.5, 2]


def test_a_slice_holds_the_worst_of_several_syncs() -> None:
    assert behind(span(0, 0.1), span(1.2, 1.3), span(1.4, 1.5))[1] == 1.3


def test_calls_and_failures_stand_where_the_run_began() -> None:
    slices = sliced(
        [span(0.9, 2, calls=3), span(1, 2, well=False, failed=True, calls=4), span(1.5, 2, well=False, calls=5)],
        since=at(0),
        until=at(SLICES),
    )

    assert [(each.api_calls, each.failed) for each in slices[:3]] == [(3, 0), (9, 1), (0, 0)]
    assert [each.begins_at for each in slices[:2]] == [at(0), at(1)]


@pytest.mark.parametrize(("kind", "expected"), [("cycle", 1.0), ("repair", 5.0)])
def test_only_runs_that_read_the_crm_bring_both_sides_in_step(world: World, kind: str, expected: float) -> None:
    with world.transaction() as connection:
        connection.execute(
            insert(runs),
            [
                {"org_id": world.org_id, "id": world.new_id(), "kind": name, "started_at": begin, "ended_at": begin}
                for name, begin in (("cycle", at(-5)), ("full", at(-5)), (kind, at(SLICES - 1)))
            ],
        )
        newest = history(connection, now=at(SLICES), span=SLICES * HOUR)[-1]

    assert newest.behind is not None
    assert newest.behind / HOUR == (expected if kind == "cycle" else SLICES + expected)

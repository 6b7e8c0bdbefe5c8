"""What the doctor makes of the clock, the queue, the workers and the jobs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.store.queue import QueueState
from service.store.schedule import JobState
from service.sync.doctor_jobs import Jobs, judge_clock, judge_outcomes, judge_queue, judge_workers
from service.sync.findings import State


def jobs(now: datetime, *, minutes: float | None = None, states: tuple[JobState, ...] = (), **queue: object) -> Jobs:
    """The processes, as they stood when the clock spoke so many minutes ago."""
    known = {"waiting": 0, "running": 0, "oldest": None, "workers": 0}
    return Jobs(
        now=now,
        queue=QueueState(**(known | queue)),  # type: ignore[arg-type]
        last_tick=None if minutes is None else now - timedelta(minutes=minutes),
        states=states,
    )


def job(name: str, outcome: str | None, note: str | None = None, *, at: datetime | None = None) -> JobState:
    """One kind of job and how it went."""
    return JobState(job=name, next_at=None, started_at=at, ended_at=at, outcome=outcome, note=note)


@pytest.mark.parametrize(
    ("minutes", "state", "found"),
    [
        (None, State.SKIPPED, "No clock has run yet; syncs run by hand only"),
        (1, State.OK, "The clock gave out a job of this org 1 minute ago"),
        (-1, State.OK, "The clock gave out a job of this org 0 minutes ago"),
        (4, State.FAILURE, "The clock gave out a job of this org 4 minutes ago and has been silent since"),
    ],
)
def test_a_clock_that_fell_silent_is_a_failure(now: datetime, minutes: int | None, state: State, found: str) -> None:
    [verdict] = judge_clock(jobs(now, minutes=minutes))

    assert (verdict.state, verdict.found) == (state, found)


@pytest.mark.parametrize(
    ("oldest", "state"), [(None, State.OK), (timedelta(minutes=1), State.OK), (timedelta(minutes=11), State.FAILURE)]
)
def test_a_job_that_nobody_takes_is_a_failure(now: datetime, oldest: timedelta | None, state: State) -> None:
    [verdict] = judge_queue(jobs(now, waiting=3, running=1, oldest=oldest))

    assert verdict.state is state
    assert verdict.found.startswith("3 jobs wait, 1 are under way")


@pytest.mark.parametrize(
    ("workers", "minutes", "state", "found"),
    [
        (2, 1, State.OK, "2 workers gave a sign of life in the last 20 seconds"),
        (1, None, State.OK, "1 worker gave a sign of life in the last 20 seconds"),
        (0, 1, State.FAILURE, "No worker runs"),
        (0, None, State.SKIPPED, "No worker runs, and no clock gives it work"),
    ],
)
def test_a_clock_without_a_worker_is_a_failure(
    now: datetime, workers: int, minutes: int | None, state: State, found: str
) -> None:
    [verdict] = judge_workers(jobs(now, workers=workers, minutes=minutes))

    assert (verdict.state, verdict.found) == (state, found)


def test_jobs_that_failed_are_named_with_their_reason(now: datetime) -> None:
    seen = jobs(
        now, states=(job("sync", "failed", "no way in", at=now), job("full", "broke off", at=now), job("prune", None))
    )

    verdicts = list(judge_outcomes(seen))

    assert [(verdict.state, verdict.found) for verdict in verdicts] == [
        (State.WARNING, "The job sync failed: no way in"),
        (State.WARNING, "The job full broke off: no reason is known"),
    ]


def test_jobs_that_went_well_are_counted_and_none_is_no_failure(now: datetime) -> None:
    [well] = judge_outcomes(jobs(now, states=(job("sync", "done", at=now), job("full", "paused", at=now))))
    [none] = judge_outcomes(jobs(now, states=(job("prune", None),)))

    assert (well.state, well.found) == (State.OK, "2 kinds of job have run, and the last of each went well")
    assert none.state is State.SKIPPED

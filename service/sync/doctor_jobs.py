"""What the doctor looks at of the processes: the clock, the queue, the workers, and the jobs of one org."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.store import queue, schedule
from service.store.database import transaction
from service.store.orgs import Org
from service.store.queue import QueueState
from service.store.schedule import JobState
from service.sync.doctor_store import Patient
from service.sync.findings import Station, Verdict, failure, ok, skipped, warning

SILENT = timedelta(minutes=3)
"""A clock ticks every minute; one that said nothing for so long is not running."""
STUCK = timedelta(minutes=10)
"""A job that waits for so long is taken by nobody."""
_START = "start `plansync serve --all`, or the clock and a worker as in the Procfile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """How the queue stands, when the clock spoke last, and how each job of the org went."""

    now: datetime
    queue: QueueState
    last_tick: datetime | None
    states: tuple[JobState, ...]


def look_at_jobs(given: tuple[Patient, Org]) -> Jobs:
    """Read the queue and the schedule."""
    patient, org = given
    with transaction(patient.engine, org.id) as connection:
        return Jobs(
            now=patient.clock(),
            queue=queue.state(connection),
            last_tick=schedule.last_tick(connection),
            states=tuple(schedule.states(connection).values()),
        )


def judge_clock(jobs: Jobs) -> Iterator[Verdict]:
    """Judge whether a clock runs."""
    if jobs.last_tick is None:
        yield skipped("No clock has run yet; syncs run by hand only", _START)
        return
    since = jobs.now - jobs.last_tick
    found = f"The clock gave out a job of this org {_minutes(since)} ago"
    yield failure(f"{found} and has been silent since", _START) if since > SILENT else ok(found)


def judge_queue(jobs: Jobs) -> Iterator[Verdict]:
    """Judge whether jobs are taken."""
    state = jobs.queue
    found = f"{state.waiting} jobs wait, {state.running} are under way"
    if state.oldest and state.oldest > STUCK:
        yield failure(f"{found}; the oldest waits since {_minutes(state.oldest)}", f"start a worker: {_START}")
    else:
        yield ok(found)


def judge_workers(jobs: Jobs) -> Iterator[Verdict]:
    """Judge whether a worker lives."""
    workers = jobs.queue.workers
    if workers:
        yield ok(f"{workers} worker{'' if workers == 1 else 's'} gave a sign of life in the last 20 seconds")
    elif jobs.last_tick is None:
        yield skipped("No worker runs, and no clock gives it work", _START)
    else:
        yield failure("No worker runs", _START)


def judge_outcomes(jobs: Jobs) -> Iterator[Verdict]:
    """Judge how the jobs of the org went the last time."""
    for job in jobs.states:
        if job.outcome in ("failed", "broke off"):
            yield warning(
                f"The job {job.job} {job.outcome}: {job.note or 'no reason is known'}",
                "mend what this report shows; the job runs again by itself",
            )
    ran = [job for job in jobs.states if job.ended_at]
    if not ran:
        yield skipped("No job of this org has run yet", _START)
    elif all(job.outcome not in ("failed", "broke off") for job in ran):
        yield ok(f"{len(ran)} kinds of job have run, and the last of each went well")


def _minutes(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


JOBS = Station(
    name="queue",
    look=look_at_jobs,
    checks={"queue": judge_queue, "schedule": judge_clock, "workers": judge_workers, "jobs": judge_outcomes},
    fix="run `plansync db upgrade`",
)

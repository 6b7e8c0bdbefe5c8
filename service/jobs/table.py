"""The schedule: every job there is, when it runs in each org and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

from service.jobs import tasks
from service.jobs.due import Daily, Every, When
from service.jobs.tasks import Work
from service.sync.run import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: when it is due in each org, and what it calls."""

    name: str
    when: When
    about: str
    run: Callable[[Work], Report]


SYNC = "sync"
"""The job that a change in the store wakes at once."""


def table(sync_every: timedelta) -> tuple[Job, ...]:
    """Return the schedule of every org."""
    return (
        Job(name=SYNC, when=Every(sync_every), about="bring both sides into step", run=tasks.sync),
        Job(
            name="retry",
            when=Every(timedelta(minutes=15)),
            about="let the parked records go that were tried longest ago",
            run=tasks.retry,
        ),
        Job(
            name="kept",
            when=Every(timedelta(minutes=1)),
            about="make the clones that were asked for while the org did not answer",
            run=tasks.kept,
        ),
        Job(
            name="progress",
            when=Every(timedelta(minutes=15)),
            about="compute the progress of playbooks, objectives and plans",
            run=tasks.progress,
        ),
        Job(
            name="refresh",
            when=Every(timedelta(hours=1)),
            about="read again what the CRM computes",
            run=tasks.refresh,
        ),
        Job(
            name="rights",
            when=Every(timedelta(hours=1)),
            about="read who holds which right, and how objects are shared",
            run=tasks.rights,
        ),
        Job(name="full", when=Daily(time(2, 30)), about="read and compare everything", run=tasks.full),
        Job(name="sweep", when=Daily(time(3, 30)), about="find what vanished without a trace", run=tasks.sweep),
        Job(
            name="prune",
            when=Daily(time(4, 30)),
            about="drop what was kept long enough",
            run=tasks.prune,
        ),
        Job(
            name="audit",
            when=Daily(time(5, 30), days=("Sunday",)),
            about="prove that both sides are equal",
            run=tasks.audit,
        ),
    )

"""Doing one job: with its org's sides, under its name in the log, and with a note of how it went."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog

from service.crm.errors import LimitReached
from service.errors import PlansyncError
from service.jobs.table import Job
from service.jobs.tasks import Work
from service.store import orgs, queue, schedule
from service.store.database import transaction
from service.store.orgs import Org
from service.sync.run import Busy, Paused, Report
from service.sync.sides import Sides
from service.wiring import Services

SOON = timedelta(seconds=5)
"""When to come back to an org that a person is syncing by hand."""

log = structlog.get_logger()


class Outcome(StrEnum):
    """How a job went."""

    DONE = "done"
    PAUSED = "paused"
    BUSY = "busy"
    FAILED = "failed"
    BROKE_OFF = "broke off"


def perform(services: Services, sides: Sides, job: Job, org_id: UUID) -> Outcome:
    """Do one job of an org; what goes wrong in a known way is noted, and the schedule brings the job again."""
    org = orgs.of_id(services.engine, org_id)
    if org is None:
        log.warning("The org of a job is no longer connected", job=job.name, org_id=str(org_id))
        return Outcome.DONE
    began = services.clock()
    outcome, note = Outcome.BROKE_OFF, "the log of the worker says why"
    with structlog.contextvars.bound_contextvars(org=org.name, job=job.name):
        try:
            outcome, note = _attempt(services, sides, job, org, began)
        finally:
            how = {"started_at": began, "ended_at": services.clock(), "outcome": outcome, "note": note}
            with transaction(services.engine, org_id) as connection:
                schedule.note(connection, org_id, job.name, **how)
    return outcome


def _attempt(services: Services, sides: Sides, job: Job, org: Org, now: datetime) -> tuple[Outcome, str]:
    """Do the job; return how it went and the sentence that says so."""
    keep = timedelta(days=services.settings.keep_days)
    try:
        report = job.run(Work(sync=sides.of(org), now=now, clock=services.clock, keep=keep))
    except Busy as busy:
        _again(services, job, org.id)
        return Outcome.BUSY, str(busy)
    except (Paused, LimitReached) as paused:
        return Outcome.PAUSED, str(paused)
    except PlansyncError as error:
        log.warning("A job failed", reason=str(error))
        return Outcome.FAILED, str(error)
    _tell(report)
    return Outcome.DONE, _told(report)


def _again(services: Services, job: Job, org_id: UUID) -> None:
    with services.engine.begin() as connection:
        queue.put(connection, org_id, job.name, at=services.clock() + SOON)


def _tell(report: Report) -> None:
    tell = log.info if report.api_calls or any(report.counts.values()) else log.debug
    tell("A job is done", kind=report.kind, calls=report.api_calls, counts=report.counts)


def _told(report: Report) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in report.counts.items() if count)
    return f"{counts or 'nothing to do'}; API calls {report.api_calls}"

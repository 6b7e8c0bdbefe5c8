"""The clock: puts what is due into the queue, once however many clocks run; it does no work itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from service.jobs.due import Due, due
from service.jobs.table import Job, table
from service.jobs.wake import listen
from service.store import orgs, queue, schedule
from service.store.database import transaction
from service.store.orgs import Org
from service.wiring import Services

MINUTE = timedelta(minutes=1)

log = structlog.get_logger()


def run_clock(services: Services, stop: Event) -> None:
    """Tick, and wake the sync of an org when somebody writes, until stopped."""
    sync_every = timedelta(seconds=services.settings.sync_seconds)
    jobs = table(sync_every)
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        lambda: _tick_safely(services, jobs),
        "interval",
        seconds=int(min(sync_every, MINUTE).total_seconds()),
        start_date=datetime.fromtimestamp(0, UTC),
        next_run_time=services.clock(),
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        listen(services, stop)
    finally:
        scheduler.shutdown()


def tick(engine: Engine, jobs: Iterable[Job], now: datetime) -> list[tuple[Org, Due]]:
    """Put what fell due since the last tick into the queue; return what this clock dealt with."""
    known = list(jobs)
    return [(org, item) for org in orgs.every(engine) for item in _tick_of(engine, org, known, now)]


def _tick_of(engine: Engine, org: Org, jobs: list[Job], now: datetime) -> list[Due]:
    zone = ZoneInfo(org.time_zone)
    with transaction(engine, org.id, by="clock") as connection:
        since = schedule.last_tick(connection) or now - MINUTE
        found = due([(job.name, job.when) for job in jobs], zone, since=since, now=now)
        # Another clock may be at it at this very moment: the key of a tick lets one of them through.
        claimed = [item for item in found if schedule.claim(connection, org.id, item.job, item.at, missed=item.missed)]
        for item in claimed:
            if not item.missed:
                queue.put(connection, org.id, item.job)
        schedule.announce(connection, org.id, {job.name: next(job.when.after(now, zone)) for job in jobs})
    return claimed


def _tick_safely(services: Services, jobs: Iterable[Job]) -> None:
    """Tick; a database that is away for a while costs ticks, not the clock."""
    try:
        dealt_with = tick(services.engine, jobs, services.clock())
    except SQLAlchemyError as error:
        log.error("The clock could not tick", reason=str(error).partition("\n")[0])
        return
    for org, item in dealt_with:
        if item.missed:
            log.warning("A job was missed", org=org.name, job=item.job, due=item.at.isoformat())
        else:
            log.debug("A job is due", org=org.name, job=item.job, due=item.at.isoformat())

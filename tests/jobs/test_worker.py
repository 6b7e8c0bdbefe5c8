"""The worker in this process: it takes what waits, keeps the org's connection, and gives up without its queue."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import text

from service.jobs.worker import Pace, QueueLost, run_worker
from service.store.queue import SILENCE
from tests.jobs.site import PATIENCE, Site, eventually

QUICK = Pace(lanes=1, silence=timedelta(seconds=1))


@contextmanager
def worker(site: Site, pace: Pace = QUICK) -> Iterator[Future[None]]:
    """Run a worker in a thread while the block runs."""
    stop = Event()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_worker, site.services, stop, pace)
        try:
            yield running
        finally:
            stop.set()


def test_a_worker_does_what_waits_and_keeps_one_session_with_the_org(site: Site) -> None:
    one = site.read(site.connect())
    with worker(site) as running:
        for number in range(3):
            one.write(f"Grow {number}")
            one.put("sync")
            eventually(lambda number=number: len(one.landed()) > number and not one.queued())
    running.result()

    assert one.landed() == ["Grow 0", "Grow 1", "Grow 2"]
    assert site.state().workers == 0


def test_jobs_of_one_org_run_one_after_the_other_and_those_of_two_orgs_side_by_side(site: Site) -> None:
    north, south = (site.read(site.connect(name)) for name in ("north", "south"))
    north.crm.gate.clear()
    north.write("Slow")
    south.write("Quick")
    with worker(site, Pace(lanes=2)) as running:
        for job in ("sync", "refresh"):
            north.put(job)
        south.put("sync")
        eventually(south.landed)
        assert north.queued() == {"sync": "doing", "refresh": "todo"}
        north.crm.gate.set()
        eventually(lambda: not north.queued())
    running.result()

    assert north.jobs()["sync"].ended_at <= north.jobs()["refresh"].started_at


def test_a_job_of_a_worker_that_is_gone_is_put_back(site: Site) -> None:
    one = site.read(site.connect())
    one.put("refresh")
    with site.engine.begin() as connection:
        connection.execute(text("SET LOCAL search_path TO procrastinate"))
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))

    with worker(site) as running:
        eventually(lambda: one.jobs()["refresh"].outcome if one.jobs() else None)
        eventually(lambda: not one.queued())
    running.result()


def test_a_worker_without_its_queue_says_so_and_ends(site: Site) -> None:
    with site.engine.begin() as connection:
        connection.execute(text("ALTER SCHEMA procrastinate RENAME TO away"))

    with worker(site) as running, pytest.raises(QueueLost, match="check that PostgreSQL runs"):
        running.result(PATIENCE)


def test_a_worker_that_cannot_note_the_end_of_a_job_gives_up_so_that_another_takes_it_over(site: Site) -> None:
    one = site.read(site.connect())
    one.crm.gate.clear()
    one.write("Grow")
    one.put("sync")
    with worker(site) as running:
        calls = one.crm.calls
        eventually(lambda: one.queued() == {"sync": "doing"} and one.crm.calls > calls)
        site.empty_queue()
        one.crm.gate.set()
        with pytest.raises(QueueLost):
            running.result(PATIENCE)

    assert one.landed() == ["Grow"]


def test_a_dead_worker_is_replaced_within_the_minute_that_is_promised() -> None:
    pace = Pace()

    assert pace.heartbeat * 2 < SILENCE.total_seconds()
    assert SILENCE.total_seconds() + pace.watch < 60
    assert pace.grace < 30

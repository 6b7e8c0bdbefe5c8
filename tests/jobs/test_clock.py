"""The clock: what is due goes into the queue once, whoever asks first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import structlog
from sqlalchemy import text

from service.jobs.clock import run_clock, tick
from service.jobs.table import table
from service.store import queue, schedule
from service.store.database import transaction
from tests.jobs.site import Site, eventually

NOW = datetime(2026, 3, 2, 9, 30, 20, tzinfo=UTC)
DUE = ("sync", "retry", "kept", "progress")
"""The jobs that are due then."""
JOBS = table(timedelta(minutes=1))


@contextmanager
def clock(site: Site) -> Iterator[Future[None]]:
    """Run a clock in a thread while the block runs."""
    stop = Event()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_clock, site.services, stop)
        try:
            yield running
        finally:
            stop.set()
        running.result(30)


def ticks(site: Site, now: datetime) -> list[tuple[str, str, bool]]:
    """Tick once; return what was dealt with."""
    return [(org.name, item.job, item.missed) for org, item in tick(site.engine, JOBS, now)]


def test_a_new_org_is_synced_at_its_first_tick(site: Site) -> None:
    one = site.connect()

    assert ticks(site, NOW) == [("default", name, False) for name in DUE]
    assert one.queued() == dict.fromkeys(DUE, "todo")


def test_a_second_clock_finds_nothing_left_to_do(site: Site) -> None:
    site.connect()

    ticks(site, NOW)

    assert ticks(site, NOW + timedelta(seconds=1)) == []


def test_clocks_that_tick_at_the_same_moment_share_what_is_due(site: Site) -> None:
    for name in ("north", "south"):
        site.connect(name)

    with ThreadPoolExecutor(4) as clocks:
        dealt_with = [item for found in clocks.map(lambda _: ticks(site, NOW), range(4)) for item in found]

    assert sorted(dealt_with) == [(org, job, False) for org in ("north", "south") for job in sorted(DUE)]


def test_a_job_that_waits_already_is_not_put_a_second_time(site: Site) -> None:
    one = site.connect()
    one.put("sync")

    ticks(site, NOW)

    assert site.state().waiting == len(DUE)


def test_each_org_has_its_nights_in_its_own_zone(site: Site) -> None:
    berlin, new_york = site.connect("berlin", zone="Europe/Berlin"), site.connect("york", zone="America/New_York")

    ticks(site, NOW)

    assert berlin.jobs()["full"].next_at == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert new_york.jobs()["full"].next_at == datetime(2026, 3, 3, 7, 30, tzinfo=UTC)


def test_a_night_without_a_clock_is_told_and_not_made_up_for(site: Site) -> None:
    one = site.connect()
    ticks(site, datetime(2026, 3, 1, 23, 0, tzinfo=UTC))
    late = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)

    dealt_with = ticks(site, late)

    assert ("default", "full", True) in dealt_with
    assert ("default", "sync", False) in dealt_with
    assert "full" not in one.queued()
    with transaction(site.engine, one.org.id) as connection:
        missed = schedule.missed_since(connection, late - timedelta(days=1))
    assert (missed["full"], missed["sync"]) == (1, 599)


def test_the_clock_ticks_and_listens_until_it_is_stopped(site: Site) -> None:
    one = site.connect()
    with clock(site):
        eventually(lambda: one.jobs().keys() == {job.name for job in JOBS} and one.queued())
        site.empty_queue()
        with transaction(site.engine, one.org.id) as connection:
            connection.execute(text("SELECT pg_notify('plansync_changed', :org)"), {"org": str(one.org.id)})
        eventually(lambda: one.queued() == {"sync": "todo"})


def test_a_change_of_an_org_that_is_not_connected_wakes_nobody(site: Site) -> None:
    one = site.connect()
    with clock(site):
        eventually(lambda: one.jobs() and one.queued())
        site.empty_queue()
        with site.engine.begin() as connection:
            for payload in ("", "no org", "00000000-0000-0000-0000-000000000000", str(one.org.id)):
                connection.execute(text("SELECT pg_notify('plansync_changed', :org)"), {"org": payload})
        eventually(one.queued)

    assert site.state().waiting == 1


def test_a_clock_without_its_tables_complains_and_goes_on(site: Site) -> None:
    one = site.connect()
    with site.engine.begin() as connection:
        connection.execute(text("ALTER TABLE ticks RENAME TO gone"))
    with structlog.testing.capture_logs() as said, clock(site) as running:
        eventually(lambda: any(line["event"] == "The clock could not tick" for line in said))
        assert not running.done()
    assert one.jobs() == {}


def test_a_clock_that_cannot_listen_tries_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jobs.wake.REST", 0.1)
    one = site.connect()
    with site.engine.begin() as connection:
        connection.execute(text("ALTER SCHEMA procrastinate RENAME TO away"))
    with structlog.testing.capture_logs() as said, clock(site):
        eventually(lambda: any(line["event"].startswith("The clock does not hear") for line in said))
        with site.engine.begin() as connection:
            connection.execute(text("ALTER SCHEMA away RENAME TO procrastinate"))
        eventually(one.queued)


def test_orgs_do_not_see_each_others_ticks(site: Site) -> None:
    north, south = site.connect("north"), site.connect("south")
    ticks(site, NOW)

    with transaction(site.engine, north.org.id) as connection:
        seen = connection.execute(text("SELECT DISTINCT org_id FROM ticks")).scalars().all()
        others = queue.of_org(connection, south.org.id)

    assert seen == [north.org.id]
    assert others == south.queued()

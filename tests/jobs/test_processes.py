"""The processes as an operator runs them: clocks and workers, several of each, killed and asked to stop."""

from __future__ import annotations

import signal
from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import text

from tests.jobs.site import PATIENCE, Site, eventually


def test_two_clocks_and_three_workers_never_sync_one_org_twice_at_a_time_nor_tick_twice(site: Site) -> None:
    site.sync_seconds = 1
    connected = [site.read(site.connect(name)) for name in ("north", "south")]
    clocks = [site.start("clock") for _ in range(2)]
    for _ in range(3):
        site.start("worker")

    for number in range(6):
        for one in connected:
            one.write(f"{one.org.name} {number}")
        eventually(lambda number=number: all(len(one.landed()) > number for one in connected))

    for process in site.processes:
        assert process.stop() == 0
    for one in connected:
        assert one.landed() == sorted(f"{one.org.name} {number}" for number in range(6))
        ended = [(run.started_at, run.ended_at) for run in one.runs()]
        assert len(ended) > 4
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(ended))
    ticked = [
        (e["org"], e["job"], e["due"]) for clock in clocks for e in clock.events() if e["event"] == "A job is due"
    ]
    assert ticked
    assert max(Counter(ticked).values()) == 1


@pytest.mark.req("P2")
@pytest.mark.req("P4")
def test_the_job_of_a_worker_that_was_killed_is_taken_over_and_nothing_is_lost_or_doubled(site: Site) -> None:
    one = site.read(site.connect())
    doomed = site.start("worker", "--silence", "5")
    eventually(lambda: site.state().workers)
    one.crm.gate.clear()
    one.write("Grow")
    one.put("sync")
    before = one.crm.calls
    eventually(lambda: one.crm.calls > before)

    doomed.popen.send_signal(signal.SIGKILL)
    site.start("worker", "--silence", "5")
    one.crm.gate.set()

    eventually(one.landed)
    eventually(lambda: not one.queued())
    assert one.landed() == ["Grow"]
    assert one.jobs()["sync"].outcome == "done"
    broken_off, *_, last = one.runs()[1:]
    assert (broken_off.ended_at, last.error) == (None, None)


def test_a_worker_that_is_asked_to_stop_ends_its_cycle_first(site: Site) -> None:
    one = site.read(site.connect())
    worker = site.start("worker")
    eventually(lambda: site.state().workers)
    one.crm.gate.clear()
    one.write("Grow")
    one.put("sync")
    before = one.crm.calls
    eventually(lambda: one.crm.calls > before)

    worker.popen.send_signal(signal.SIGTERM)
    one.crm.gate.set()

    assert worker.popen.wait(PATIENCE) == 0
    assert one.landed() == ["Grow"]
    assert one.runs()[-1].ended_at
    assert (site.state().workers, one.queued()) == (0, {})


def test_a_worker_whose_cycle_does_not_end_in_time_leaves_it_to_another(site: Site) -> None:
    one = site.read(site.connect())
    worker = site.start("worker", "--grace", "0.2", "--silence", "5")
    eventually(lambda: site.state().workers)
    one.crm.gate.clear()
    one.write("Grow")
    one.put("sync")
    before = one.crm.calls
    eventually(lambda: one.crm.calls > before)

    assert worker.stop() == 0
    site.start("worker", "--silence", "5")
    one.crm.gate.set()

    eventually(lambda: one.landed() == ["Grow"] and not one.queued())
    assert any("leaves a job behind" in event["event"] for event in worker.events())


def test_what_a_person_writes_is_in_the_crm_though_nothing_is_due(site: Site) -> None:
    one = site.read(site.connect())
    site.start("clock")
    site.start("worker")
    eventually(lambda: site.state().workers and "sync" in one.jobs())
    eventually(lambda: not one.queued())
    due = one.jobs()["sync"].next_at

    one.write("Grow")

    eventually(one.landed)
    assert one.jobs()["sync"].next_at == due


def test_a_clock_without_a_worker_lets_each_job_wait_once_and_a_worker_without_a_clock_does_what_waits(
    site: Site,
) -> None:
    site.sync_seconds = 1
    one = site.connect()
    clock = site.start("clock")
    eventually(lambda: len({e["due"] for e in clock.events() if e["event"] == "A job is due"}) > 2)

    assert clock.stop() == 0
    assert one.queued()["sync"] == "todo"
    assert site.state().waiting == len(one.queued())

    site.start("worker")
    eventually(lambda: not one.queued())
    assert one.jobs()["sync"].outcome == "done"


def test_connections_that_broke_are_made_anew(site: Site) -> None:
    one = site.read(site.connect())
    site.start("clock")
    site.start("worker")
    eventually(lambda: site.state().workers and one.jobs())
    one.write("Before")
    eventually(lambda: one.landed() and not one.queued())

    with site.engine.begin() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    one.write("After")
    eventually(lambda: one.landed() == ["After", "Before"])

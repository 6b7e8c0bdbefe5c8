"""The demo's processes: they say that they are at work or why not, and end as they are told."""

from __future__ import annotations

import pytest

from service.demo.processes import ProcessFailed, site
from service.store import schema
from service.store.database import embedded_server
from service.wiring import build


@pytest.fixture
def data(settings):
    """A data folder with the tables, whose PostgreSQL runs as long as the test."""
    services = build(settings)
    schema.upgrade(services.engine)
    yield settings.data
    services.engine.dispose()
    embedded_server(settings.data / "postgres").cleanup()


def test_a_process_that_cannot_start_is_named_with_its_log(settings):
    with (
        site(settings.data, sync_seconds=60) as ours,
        pytest.raises(ProcessFailed, match=r"clock did not start; see .*clock\.log"),
    ):
        # There is no database yet.
        ours.start("clock", "clock").first_word()


def test_what_still_runs_is_stopped_with_the_block(data):
    with site(data, sync_seconds=60) as ours:
        clock = ours.start("clock", "clock")
        assert clock.first_word() == {"started": "clock"}
        assert clock.running
    assert clock.popen.returncode == 0


def test_a_killed_process_does_not_keep_postgresql_up(data):
    server = embedded_server(data / "postgres")
    with site(data, sync_seconds=60) as ours:
        worker = ours.start("worker", "worker")
        worker.first_word()
        worker.kill()
        assert ours.stop() == []
    server.cleanup()
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_process_that_does_not_listen_is_killed(data, monkeypatch):
    monkeypatch.setattr("service.demo.processes.STOPPING", 0.0)
    with site(data, sync_seconds=60) as ours:
        clock = ours.start("clock", "clock")
        clock.first_word()
        assert clock.stop() == -9

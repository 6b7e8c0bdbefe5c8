"""The work queue: what waits already is not put again, and what a dead worker left is put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text

from service.store import queue
from service.store.schema import upgrade


@pytest.fixture
def connection(empty: Engine) -> Iterator[Connection]:
    """A transaction in a database whose queue is empty."""
    upgrade(empty)
    with empty.begin() as connection:
        yield connection


def begin(connection: Connection, org_id: UUID, *, silent_for: timedelta) -> None:
    """Let a worker that was heard of some time ago begin the jobs of an org."""
    connection.execute(text("SET LOCAL search_path TO procrastinate"))
    worker = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :ago) RETURNING id"
    number = connection.execute(text(worker), {"ago": silent_for}).scalar_one()
    update = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE lock = :lock"
    connection.execute(text(update), {"worker": number, "lock": f"sync:{org_id}"})
    connection.execute(text("SET LOCAL search_path TO DEFAULT"))


def test_a_job_waits_once_however_often_it_is_put(connection: Connection) -> None:
    org = uuid4()

    assert [queue.put(connection, org, job) for job in ("sync", "sync", "full")] == [True, False, True]
    assert queue.of_org(connection, org) == {"sync": "todo", "full": "todo"}


def test_the_jobs_of_two_orgs_do_not_stand_in_each_others_way(connection: Connection) -> None:
    assert queue.put(connection, uuid4(), "sync")
    assert queue.put(connection, uuid4(), "sync")
    assert queue.state(connection).waiting == 2


def test_a_job_that_is_under_way_can_wait_for_its_next_turn(connection: Connection) -> None:
    org = uuid4()
    queue.put(connection, org, "sync")
    begin(connection, org, silent_for=timedelta())

    assert queue.put(connection, org, "sync")
    assert queue.of_org(connection, org) == {"sync": "doing"}
    assert (queue.state(connection).waiting, queue.state(connection).running) == (1, 1)


def test_a_job_can_be_put_for_later(connection: Connection) -> None:
    later = datetime(2040, 1, 1, tzinfo=UTC)

    queue.put(connection, uuid4(), "sync", at=later)

    at = connection.execute(text("SELECT scheduled_at FROM procrastinate.procrastinate_jobs")).scalar_one()
    assert at == later


def test_the_job_of_a_worker_that_fell_silent_is_put_back(connection: Connection) -> None:
    org = uuid4()
    queue.put(connection, org, "sync")
    begin(connection, org, silent_for=timedelta(seconds=30))

    assert queue.take_over(connection) == 1
    assert queue.of_org(connection, org) == {"sync": "todo"}
    assert queue.take_over(connection) == 0


def test_the_job_of_a_worker_that_lives_is_left_alone(connection: Connection) -> None:
    org = uuid4()
    queue.put(connection, org, "sync")
    begin(connection, org, silent_for=timedelta(seconds=10))

    assert queue.take_over(connection) == 0
    assert queue.of_org(connection, org) == {"sync": "doing"}


def test_a_job_taken_over_is_not_doubled_where_the_next_one_waits_already(connection: Connection) -> None:
    org = uuid4()
    queue.put(connection, org, "sync")
    begin(connection, org, silent_for=timedelta(minutes=1))
    queue.put(connection, org, "sync")

    assert queue.take_over(connection) == 1
    assert (queue.state(connection).waiting, queue.state(connection).running) == (1, 0)


def test_the_state_counts_workers_that_live_and_tells_how_long_the_oldest_job_waits(connection: Connection) -> None:
    assert queue.state(connection) == queue.QueueState(waiting=0, running=0, oldest=None, workers=0)

    queue.put(connection, uuid4(), "sync")
    begin(connection, uuid4(), silent_for=timedelta(seconds=1))
    begin(connection, uuid4(), silent_for=timedelta(minutes=5))

    assert queue.state(connection) == queue.QueueState(waiting=1, running=0, oldest=timedelta(), workers=1)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://plansync:p%40ss@db.example:6432/plans?sslmode=require",
        "postgresql+psycopg://plansync@/plansync?host=%2Ftmp%2Fdata",
    ],
)
def test_the_address_of_the_queue_is_the_databases_with_its_schema(url: str) -> None:
    address = queue.address(url)

    assert address.startswith("postgresql://plansync")
    assert "options=-csearch_path%3Dprocrastinate" in address
    assert ("p%40ss" in url) == ("p%40ss" in address)
    assert ("sslmode=require" in url) == ("sslmode=require" in address)

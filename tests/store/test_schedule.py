"""The schedule as it is kept: a moment is dealt with once, and each job has one row."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from service.store import schedule
from service.store.database import transaction
from service.store.schedule import JobState


def test_a_moment_is_dealt_with_once(engine: Engine, org_id: UUID, now: datetime) -> None:
    with transaction(engine, org_id) as connection:
        assert schedule.last_tick(connection) is None
        assert schedule.claim(connection, org_id, "sync", now, missed=False)
        assert not schedule.claim(connection, org_id, "sync", now, missed=False)
        assert schedule.last_tick(connection) == now


def test_another_org_has_its_own_moments(engine: Engine, org_id: UUID, now: datetime) -> None:
    for one in (org_id, uuid4()):
        with transaction(engine, one) as connection:
            assert schedule.claim(connection, one, "sync", now, missed=False)


def test_when_a_job_is_due_next_and_how_it_went_stand_in_one_row(engine: Engine, org_id: UUID, now: datetime) -> None:
    later = now + timedelta(hours=1)
    with transaction(engine, org_id) as connection:
        schedule.announce(connection, org_id, {"full": now, "sync": now})
        schedule.note(connection, org_id, "full", started_at=now, ended_at=later, outcome="done", note="nothing to do")
        schedule.announce(connection, org_id, {"full": later})
        found = schedule.states(connection)

    untried = {"started_at": None, "ended_at": None, "outcome": None, "note": None}
    assert found == {
        "full": JobState(
            job="full", next_at=later, started_at=now, ended_at=later, outcome="done", note="nothing to do"
        ),
        "sync": JobState(job="sync", next_at=now, **untried),
    }


def test_a_job_that_was_run_by_hand_before_any_clock_has_a_row_too(engine: Engine, org_id: UUID, now: datetime) -> None:
    with transaction(engine, org_id) as connection:
        schedule.note(connection, org_id, "full", started_at=now, ended_at=now, outcome="failed", note="why")

        assert schedule.states(connection)["full"].next_at is None


def test_missed_moments_are_counted_by_job_and_old_ones_forgotten(engine: Engine, org_id: UUID, now: datetime) -> None:
    with transaction(engine, org_id) as connection:
        for days, missed in ((0, False), (1, True), (2, True), (9, True)):
            schedule.claim(connection, org_id, "full", now - timedelta(days=days), missed=missed)

        assert schedule.missed_since(connection, now - timedelta(days=3)) == {"full": 2}
        assert schedule.forget(connection, before=now - timedelta(days=3)) == 1
        assert schedule.missed_since(connection, now - timedelta(days=30)) == {"full": 2}

"""Sessions end by idleness, by age and on request, and the database cannot give them away."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from service.access import sessions
from service.store.admins import Admin
from service.store.sign_ins import admin_sessions


@pytest.fixture
def token(engine: Engine, admin: Admin, now: datetime) -> str:
    """A session that was just opened."""
    with engine.begin() as connection:
        return sessions.start(connection, admin.id, now=now)


def test_a_session_tells_whose_it_is(engine: Engine, admin: Admin, now: datetime, token: str) -> None:
    assert sessions.resume(engine, token, now=now) == admin


def test_what_the_database_keeps_opens_nothing(engine: Engine, now: datetime, token: str) -> None:
    with engine.connect() as connection:
        [kept] = connection.execute(select(admin_sessions.c.token)).scalars()

    assert token.encode() not in kept
    assert sessions.resume(engine, kept.hex(), now=now) is None


@pytest.mark.parametrize("wrong", ["", "x", "\N{SNOWMAN}", "\x00"])
def test_a_token_nobody_was_given_opens_nothing(engine: Engine, now: datetime, token: str, wrong: str) -> None:
    assert sessions.resume(engine, wrong, now=now) is None


def test_a_session_that_is_used_lives_on_until_its_whole_time_is_over(
    engine: Engine, now: datetime, token: str
) -> None:
    hours = [hour for hour in range(0, 24 * 8, 7) if sessions.resume(engine, token, now=now + timedelta(hours=hour))]

    assert max(hours) == 161
    assert len(hours) == 24


def test_a_session_that_is_not_used_ends(engine: Engine, now: datetime, token: str) -> None:
    assert sessions.resume(engine, token, now=now + sessions.IDLE) is None
    assert sessions.resume(engine, token, now=now + sessions.IDLE - timedelta(seconds=1)) is not None


def test_using_it_twice_in_a_minute_writes_once(engine: Engine, now: datetime, token: str) -> None:
    def seen_at() -> datetime:
        with engine.connect() as connection:
            return connection.execute(select(admin_sessions.c.seen_at)).scalar_one()

    sessions.resume(engine, token, now=now + timedelta(seconds=59))
    assert seen_at() == now

    sessions.resume(engine, token, now=now + timedelta(seconds=60))
    assert seen_at() == now + timedelta(seconds=60)


def test_a_session_that_is_ended_stays_ended(engine: Engine, now: datetime, token: str) -> None:
    sessions.end(engine, token)

    assert sessions.resume(engine, token, now=now) is None


def test_opening_one_sweeps_out_those_that_are_over(engine: Engine, admin: Admin, now: datetime, token: str) -> None:
    with engine.begin() as connection:
        sessions.start(connection, admin.id, now=now + sessions.IDLE)
        left = connection.execute(select(func.count()).select_from(admin_sessions)).scalar_one()

    assert left == 1

"""Signing in: counted before the password is looked at, so that guessing in parallel gains nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from service.access import passwords, sessions
from service.access.admins import canonical
from service.store import admins, sign_ins
from service.store.admins import Admin

WINDOW = timedelta(minutes=15)
MOST = {"account": 5, "address": 20}
"""How many attempts an account, and an address (an office may share one), has in a window."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody is in; `token` is for the browser."""

    admin: Admin
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody is not; with a `wait`, not even the right password would have helped."""

    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody gave at the door, and where from."""

    email: str
    password: str = field(repr=False)
    address: str


def sign_in(engine: Engine, attempt: Attempt, *, now: datetime) -> Admitted | Refused:
    """Let in who knows an admin's password, unless it was tried too often."""
    account = canonical(attempt.email)
    with engine.begin() as connection:
        wait = _count(connection, {"account": account, "address": attempt.address}, now=now)
        admin = admins.by_email(connection, account)
    if wait:
        return Refused(wait)
    if not passwords.fits(attempt.password, admin.password if admin else None) or admin is None:
        return Refused()
    with engine.begin() as connection:
        sign_ins.forget_attempts(connection, account)
        return Admitted(admin, sessions.start(connection, admin.id, now=now))


def _count(connection: Connection, who: dict[str, str], *, now: datetime) -> timedelta:
    """Write an attempt down and return no wait; or, when it is one too many, how long to wait."""
    sign_ins.queue_up(connection)
    waits = [
        tried[-MOST[name]] + WINDOW - now
        for name, value in who.items()
        if len(tried := sign_ins.attempts(connection, since=now - WINDOW, **{name: value})) >= MOST[name]
    ]
    if waits:
        return max(waits)
    sign_ins.note_attempt(connection, who, now=now, kept=WINDOW)
    return timedelta()

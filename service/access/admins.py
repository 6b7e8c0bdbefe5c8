"""Looking after the admins: adding, removing, and giving a new password, which ends the sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from service.access import passwords, sessions
from service.errors import PlansyncError
from service.store import admins, sign_ins
from service.store.admins import Admin

ADDRESS = re.compile(r"[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+")


class AdminError(PlansyncError):
    """An admin cannot be added or changed as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password that may be used: long enough to be hard to guess."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not passwords.SHORTEST <= len(self.text) <= passwords.LONGEST:
            raise AdminError(
                f"A password has {passwords.SHORTEST} to {passwords.LONGEST} characters; four random words make a good one"
            )


def canonical(email: str) -> str:
    """Return an address as it is kept: case does not count."""
    return email.strip().lower()


def add(engine: Engine, email: str, password: NewPassword, *, admin_id: UUID, now: datetime) -> Admin:
    """Add an admin."""
    address = canonical(email)
    if not ADDRESS.fullmatch(address):
        raise AdminError(f"{email!r} is no e-mail address")
    admin = Admin(id=admin_id, email=address, password=passwords.hashed(password.text), time_zone=None, created_at=now)
    with engine.begin() as connection:
        if not admins.add(connection, admin):
            raise AdminError(f"{address} is an admin already; give a new password with `plansync admins set-password`")
    return admin


def remove(engine: Engine, email: str) -> Admin:
    """Remove an admin and end the sessions."""
    with engine.begin() as connection:
        admin = named(connection, email)
        admins.remove(connection, admin.id)
    return admin


def set_password(engine: Engine, email: str, password: NewPassword, *, but: str | None = None) -> Admin:
    """Give an admin a new password and end the sessions, but perhaps the one that asks."""
    fresh = passwords.hashed(password.text)
    with engine.begin() as connection:
        admin = named(connection, email)
        admins.set_password(connection, admin.id, fresh)
        sign_ins.close_sessions_of(connection, admin.id, but=None if but is None else sessions.kept(but))
        sign_ins.forget_attempts(connection, admin.email)
    return admin


def named(connection: Connection, email: str) -> Admin:
    """Return the admin of an address; AdminError when there is none."""
    admin = admins.by_email(connection, canonical(email))
    if admin is None:
        raise AdminError(f"{email} is no admin; `plansync admins list` names them")
    return admin

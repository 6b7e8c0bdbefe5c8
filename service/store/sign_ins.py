"""Sign-ins to the console: the sessions they opened, and the attempts that are counted against guessing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)

from service.store.admins import Admin, admins
from service.store.records import METADATA

admin_sessions = Table(
    "admin_sessions",
    METADATA,
    Column("token", LargeBinary, nullable=False),
    Column("admin_id", Uuid, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("token", name="admin_sessions_pkey"),
    ForeignKeyConstraint(["admin_id"], ["admins.id"], name="admin_sessions_admin_id_fkey", ondelete="CASCADE"),
    Index("admin_sessions_admin_id_idx", "admin_id"),
)
"""One row per open session; `token` is the hash of what the browser holds."""

sign_in_attempts = Table(
    "sign_in_attempts",
    METADATA,
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="sign_in_attempts_pkey"),
    Index("sign_in_attempts_account_idx", "account", "at"),
    Index("sign_in_attempts_address_idx", "address", "at"),
)
"""Attempts of the last minutes, written before the password is looked at; a sign-in that succeeds clears its account's."""


def open_session(connection: Connection, token: bytes, admin_id: UUID, *, now: datetime) -> None:
    """Open a session."""
    connection.execute(insert(admin_sessions).values(token=token, admin_id=admin_id, opened_at=now, seen_at=now))


def admin_of(
    connection: Connection, token: bytes, *, opened: datetime, seen: datetime
) -> tuple[Admin, datetime] | None:
    """Return whose session it is, and when it was last seen; None when it was opened or seen longer ago than that."""
    query = (
        select(admin_sessions.c.seen_at, *(admins.c[name] for name in Admin.__slots__))
        .join(admins, admins.c.id == admin_sessions.c.admin_id)
        .where(admin_sessions.c.token == token, admin_sessions.c.opened_at > opened, admin_sessions.c.seen_at > seen)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    facts = row._asdict()
    last_seen = facts.pop("seen_at")
    return Admin(**facts), last_seen


def touch_session(connection: Connection, token: bytes, *, now: datetime) -> None:
    """Note that a session is in use."""
    connection.execute(update(admin_sessions).where(admin_sessions.c.token == token).values(seen_at=now))


def close_session(connection: Connection, token: bytes) -> None:
    """End a session."""
    connection.execute(delete(admin_sessions).where(admin_sessions.c.token == token))


def close_sessions_of(connection: Connection, admin_id: UUID, *, but: bytes | None = None) -> None:
    """End every session of an admin, but perhaps one."""
    ended = delete(admin_sessions).where(admin_sessions.c.admin_id == admin_id)
    connection.execute(ended if but is None else ended.where(admin_sessions.c.token != but))


def forget_sessions(connection: Connection, *, opened: datetime, seen: datetime) -> None:
    """Drop the sessions that ended by themselves."""
    over = or_(admin_sessions.c.opened_at <= opened, admin_sessions.c.seen_at <= seen)
    connection.execute(delete(admin_sessions).where(over))


def queue_up(connection: Connection) -> None:
    """Let one sign-in at a time be counted, whichever process asks: until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('plansync sign-in', 0))"))


def attempts(connection: Connection, *, since: datetime, **who: str) -> list[datetime]:
    """Return when an account (or an address) was tried since a moment, oldest first."""
    conditions = [sign_in_attempts.c[name] == value for name, value in who.items()]
    query = select(sign_in_attempts.c.at).where(sign_in_attempts.c.at > since, *conditions)
    return list(connection.execute(query.order_by(sign_in_attempts.c.at)).scalars())


def note_attempt(connection: Connection, who: Mapping[str, str], *, now: datetime, kept: timedelta) -> None:
    """Write an attempt down, and drop those that count no more."""
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.at <= now - kept))
    connection.execute(insert(sign_in_attempts).values(**who, at=now))


def forget_attempts(connection: Connection, account: str) -> None:
    """Drop the attempts of an account that knew its password."""
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.account == account))

"""The admins: the people who may sign in to the console. They see every org of the installation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, PrimaryKeyConstraint, Table, Text, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from service.store.records import METADATA

admins = Table(
    "admins",
    METADATA,
    Column("id", Uuid, nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("time_zone", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("id", name="admins_pkey"),
)
"""One row per admin; `email` is in lower case, `password` is hashed, `time_zone` is empty until one is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """One admin; `password` is the hash."""

    id: UUID
    email: str
    password: str = field(repr=False)
    time_zone: str | None
    created_at: datetime


_COLUMNS = [admins.c[name] for name in Admin.__slots__]


def add(connection: Connection, admin: Admin) -> bool:
    """Add an admin; False when the address is taken."""
    values = {name: getattr(admin, name) for name in Admin.__slots__}
    added = insert(admins).values(values).on_conflict_do_nothing(index_elements=["email"])
    return connection.execute(added.returning(admins.c.id)).one_or_none() is not None


def every(connection: Connection) -> list[Admin]:
    """Return the admins by address."""
    return [Admin(**row._asdict()) for row in connection.execute(select(*_COLUMNS).order_by(admins.c.email))]


def by_email(connection: Connection, email: str) -> Admin | None:
    """Return the admin of an address."""
    row = connection.execute(select(*_COLUMNS).where(admins.c.email == email)).one_or_none()
    return None if row is None else Admin(**row._asdict())


def remove(connection: Connection, admin_id: UUID) -> None:
    """Remove an admin; the sessions end with the row."""
    connection.execute(delete(admins).where(admins.c.id == admin_id))


def set_password(connection: Connection, admin_id: UUID, password: str) -> None:
    """Keep the hash of a new password."""
    connection.execute(update(admins).where(admins.c.id == admin_id).values(password=password))


def set_time_zone(connection: Connection, admin_id: UUID, time_zone: str | None) -> None:
    """Keep the zone in which an admin reads moments; None for each org's own."""
    connection.execute(update(admins).where(admins.c.id == admin_id).values(time_zone=time_zone))

"""Certificates: whose key may sign what the org's users ask, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, PrimaryKeyConstraint, Table, Text, Uuid, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from service.store.records import METADATA

certificates = Table(
    "certificates",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("pem", Text, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("org_id", "fingerprint", name="certificates_pkey"),
)
"""One row per certificate that was ever registered; from `retired_at` on it counts no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A certificate as it was registered; `fingerprint` is its SHA-256."""

    fingerprint: str
    pem: str
    registered_at: datetime
    retired_at: datetime | None = None


_COLUMNS = [certificates.c[name] for name in Registration.__slots__]


def in_use(connection: Connection, *, now: datetime) -> list[Registration]:
    """Return the certificates of the org of this transaction that are not retired yet, newest first."""
    standing = or_(certificates.c.retired_at.is_(None), certificates.c.retired_at > now)
    order = (certificates.c.registered_at.desc(), certificates.c.fingerprint)
    rows = connection.execute(select(*_COLUMNS).where(standing).order_by(*order))
    return [Registration(**row._asdict()) for row in rows]


def save(connection: Connection, org_id: UUID, registration: Registration) -> None:
    """Register a certificate; one that was retired counts again."""
    values = {name: getattr(registration, name) for name in Registration.__slots__}
    statement = insert(certificates).values(org_id=org_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "fingerprint"], set_=values))


def retire_others(connection: Connection, fingerprint: str, *, at: datetime) -> None:
    """Let every certificate but one end at a moment, unless it ends before."""
    others = certificates.c.fingerprint != fingerprint
    later = or_(certificates.c.retired_at.is_(None), certificates.c.retired_at > at)
    connection.execute(update(certificates).where(others, later).values(retired_at=at))

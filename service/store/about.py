"""What the ledger knows of a single record beyond its link, and of a CRM id that it never saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from service.store.ledger import links

PREFIX = 3
"""The characters of a CRM id that tell its object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Who wrote a record here last and when, and which record a merge in the CRM left in its place."""

    edited_by: str | None
    edited_at: datetime | None
    merged_into: UUID | None


def about(connection: Connection, record_id: UUID) -> About:
    """Return what is known of one linked record."""
    columns = (links.c[name] for name in About.__slots__)
    return About(**connection.execute(select(*columns).where(links.c.id == record_id)).one()._asdict())


def object_of(connection: Connection, crm_id: str) -> str | None:
    """Return the object whose ids begin like this one; None when none is known."""
    alike = links.c.crm_id.isnot(None), links.c.crm_id.startswith(crm_id[:PREFIX], autoescape=True)
    return connection.execute(select(links.c.object).where(*alike).limit(1)).scalar_one_or_none()

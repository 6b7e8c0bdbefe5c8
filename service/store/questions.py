"""Questions: what waits for a person, with the link of its record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, select

from service.store.database import among
from service.store.ledger import links, parked


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One parked field or record, what both sides last agreed on of it, and who wrote here last."""

    link_id: UUID
    field: str
    object: str
    kind: str
    code: str
    reason: str
    details: Mapping[str, Any]
    first_at: datetime
    crm_id: str | None
    base: Mapping[str, Any] | None
    edited_by: str | None
    edited_at: datetime | None


_OF_LINK = ("crm_id", "base", "edited_by", "edited_at")


def questions(
    connection: Connection,
    kinds: Collection[str],
    *,
    noun: str | None = None,
    ids: Collection[UUID] | None = None,
    limit: int | None = None,
) -> list[Question]:
    """Return what is parked for these reasons, longest first; of one object or of some records only, if asked."""
    columns = [(links if name in _OF_LINK else parked).c[name] for name in Question.__slots__]
    query = (
        select(*columns)
        .join(links, and_(links.c.org_id == parked.c.org_id, links.c.id == parked.c.link_id))
        .where(parked.c.kind.in_(kinds))
    )
    if noun is not None:
        query = query.where(parked.c.object == noun)
    if ids is not None:
        query = query.where(among(parked.c.link_id, ids))
    rows = connection.execute(query.order_by(parked.c.first_at, parked.c.link_id, parked.c.field).limit(limit))
    return [Question(**row._asdict()) for row in rows]

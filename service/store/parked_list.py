"""What waits in an org, to be looked through page by page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, func, select, tuple_

from service.store.ledger import links, parked
from service.store.overview import ParkedRecord

_COLUMNS = [links.c.crm_id if name == "crm_id" else parked.c[name] for name in ParkedRecord.__slots__]


def page(
    connection: Connection, *, kinds: Collection[str], after: tuple[datetime, UUID, str] | None, limit: int
) -> list[ParkedRecord]:
    """Return what waits for one of these reasons, longest first, from behind a place."""
    order = parked.c.first_at, parked.c.link_id, parked.c.field
    same = and_(links.c.org_id == parked.c.org_id, links.c.id == parked.c.link_id)
    query = select(*_COLUMNS).outerjoin(links, same).where(parked.c.kind.in_(kinds)).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [ParkedRecord(**row._asdict()) for row in connection.execute(query)]


def count(connection: Connection, kinds: Collection[str]) -> int:
    """Return how many records and fields wait for one of these reasons."""
    query = select(func.count()).select_from(parked).where(parked.c.kind.in_(kinds))
    return connection.execute(query).scalar_one()

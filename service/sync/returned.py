"""Returned: records that come back from the recycle bin.

An undelete restores the lookups that pointed at the record without moving anybody's clock, so no detection
shows them. They are read when the record comes back, before it is taken in: then they wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select

from service.crm.answers import moment
from service.domain.values import to_18
from service.store.database import among
from service.store.ledger import links, parked
from service.sync import fetch, pull
from service.sync.context import Sync
from service.sync.fetch import Shown
from service.sync.journal import Journal
from service.sync.park import DELETED_THERE


def take_in_followers(sync: Sync, journal: Journal, shown: Sequence[Shown], since: Mapping[str, datetime]) -> None:
    """Read what points at records that came back; `since` says from when on each object is watched."""
    with sync.transaction() as connection:
        back = {one.mapping.name: _came_back(connection, one, since.get(one.mapping.name)) for one in shown}
    pull.take_in(sync, journal, fetch.pointing_at(sync, back, now=journal.now))


def _came_back(connection: Connection, shown: Shown, since: datetime | None) -> set[str]:
    """Return which records we held to be deleted, or never saw although they are older than our watch."""
    rows = {to_18(row["Id"]): row for row in shown.rows}
    stuck = exists().where(
        parked.c.org_id == links.c.org_id, parked.c.link_id == links.c.id, parked.c.code == DELETED_THERE
    )
    query = select(links.c.crm_id, or_(links.c.gone, stuck).label("gone")).where(among(links.c.crm_id, rows))
    known = {row.crm_id: row.gone for row in connection.execute(query)}
    unseen = {crm_id for crm_id in rows if crm_id not in known and since is not None}
    older = {crm_id for crm_id in unseen if since and moment(rows[crm_id]["CreatedDate"]) < since}
    return older | {crm_id for crm_id, gone in known.items() if gone}

"""Parking: a record or field that cannot go on waits with its reason, and everything else goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, case, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from service.store.database import among
from service.store.ledger import links, parked


class Why(StrEnum):
    """Why something waits, which says what lets it go on."""

    REFUSED = "refused"
    """The CRM said no: tried again after a while, and at once when the record is edited here."""
    BUSY = "busy"
    """Somebody else was changing the record or its parent: tried again in every cycle."""
    ORPHANED = "orphaned"
    """The record it must point at was deleted: goes on as soon as it is edited here."""
    WAITING = "waiting"
    """A record it points at is not here, or not there, yet: tried again in every cycle."""
    CONFLICT = "conflict"
    """Both sides changed a field whose mapping says ask: a person decides."""
    CONTESTED = "contested"
    """The org's own automation rewrites the field after each of our writes: a person decides, or a new value goes."""
    DELETED = "deleted"
    """One side deleted what the other side edited: a person decides."""


RETRIED = (Why.REFUSED, Why.BUSY, Why.WAITING)
SENT = (Why.REFUSED, Why.BUSY)
"""What waits because of what was sent: over as soon as there is nothing left to send."""
ASKED = (Why.CONFLICT, Why.CONTESTED, Why.DELETED)
DELETED_THERE = "DELETED_THERE"
EDITED_THERE = "EDITED_THERE"
DELAYS = (0, 60, 300, 1_800, 7_200, 43_200, 86_400)
"""Seconds until the next try, by the number of tries so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One record, or one field of it, that waits; `version` is the version of the record that was refused."""

    link_id: UUID
    object: str
    why: Why
    code: str
    reason: str
    version: int
    field: str = ""
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def park(connection: Connection, org_id: UUID, items: Iterable[Parked], *, now: datetime) -> None:
    """Park, or park again: tries are counted and the next one moves further away."""
    rows = [
        {
            "org_id": org_id,
            "link_id": item.link_id,
            "field": item.field,
            "object": item.object,
            "kind": item.why.value,
            "code": item.code,
            "reason": item.reason,
            "details": item.details,
            "version": item.version,
            "first_at": now,
            "last_at": now,
            "retry_at": now if item.why in RETRIED else None,
        }
        for item in items
    ]
    if not rows:
        return
    statement = insert(parked)
    new = statement.excluded
    same = parked.c.kind == new.kind
    delay = case(
        *((parked.c.attempts == tries, literal(timedelta(seconds=wait))) for tries, wait in enumerate(DELAYS)),
        else_=literal(timedelta(seconds=DELAYS[-1])),
    )
    retry_at = case((and_(same, new.kind == Why.REFUSED.value), new.last_at + delay), else_=new.retry_at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "link_id", "field"],
            set_={
                **{name: new[name] for name in ("kind", "code", "reason", "details", "version", "last_at")},
                "attempts": case((same, parked.c.attempts + 1), else_=1),
                "retry_at": retry_at,
            },
        ),
        rows,
    )


def release(connection: Connection, ids: Collection[UUID], *, why: Collection[Why] | None = None) -> None:
    """Let whole records go on."""
    if ids:
        statement = delete(parked).where(among(parked.c.link_id, ids), parked.c.field == "")
        if why is not None:
            statement = statement.where(parked.c.kind.in_([w.value for w in why]))
        connection.execute(statement)


def retry_now(connection: Connection, *, now: datetime, ids: Collection[UUID] | None = None) -> int:
    """Let what waits for a later try go with the next sync; return how many did. What a person must decide stays."""
    statement = update(parked).where(parked.c.kind.in_([why.value for why in RETRIED])).values(retry_at=now)
    if ids is not None:
        statement = statement.where(among(parked.c.link_id, ids))
    return connection.execute(statement).rowcount


def forget(connection: Connection, ids: Collection[UUID]) -> None:
    """Drop everything that waits of records that are gone, questions included."""
    if ids:
        connection.execute(delete(parked).where(among(parked.c.link_id, ids)))


def release_fields(connection: Connection, asked: dict[UUID, set[str]]) -> None:
    """Forget the conflicts of these records but for the fields that are still asked about."""
    if not asked:
        return
    open_fields = select(parked.c.link_id, parked.c.field).where(among(parked.c.link_id, asked), parked.c.field != "")
    for link_id, column in connection.execute(open_fields).all():
        if column not in asked[link_id]:
            connection.execute(delete(parked).where(parked.c.link_id == link_id, parked.c.field == column))


def blocked(now: datetime) -> ColumnElement[bool]:
    """Return the condition over `links` that says: a push of this record has to wait."""
    unchanged = and_(parked.c.version >= links.c.version, or_(parked.c.retry_at.is_(None), parked.c.retry_at > now))
    return exists().where(
        parked.c.org_id == links.c.org_id,
        parked.c.link_id == links.c.id,
        parked.c.field == "",
        case(
            (parked.c.code == DELETED_THERE, ~links.c.deleted),
            (parked.c.code == EDITED_THERE, links.c.deleted),
            else_=unchanged,
        ),
    )


def asked_fields(connection: Connection, ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return which fields of these records wait for a person; '' stands for the whole record."""
    if not ids:
        return {}
    query = select(parked.c.link_id, func.array_agg(parked.c.field)).where(
        among(parked.c.link_id, ids), parked.c.kind.in_([why.value for why in ASKED])
    )
    return {link_id: set(fields) for link_id, fields in connection.execute(query.group_by(parked.c.link_id))}


def waiting(connection: Connection, *, now: datetime) -> dict[str, set[str]]:
    """Return the CRM ids, by object, of records that could not be taken in and are to be tried again."""
    query = (
        select(links.c.object, links.c.crm_id)
        .join(parked, and_(parked.c.org_id == links.c.org_id, parked.c.link_id == links.c.id))
        .where(parked.c.kind == Why.WAITING.value, parked.c.retry_at <= now, links.c.crm_id.isnot(None))
    )
    return _by_object(connection, query)


def _by_object(connection: Connection, query: Select[tuple[str, str | None]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.object, set()).add(row.crm_id)
    return found

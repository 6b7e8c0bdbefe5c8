"""Requests that could not reach the org: kept with who asked for what, until they are done or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    delete,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.store.records import METADATA

kept_requests = Table(
    "kept_requests",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("asked_by", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("1")),
    Column("tried_at", DateTime(timezone=True), nullable=False),
    Column("last_error", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("outcome", JSONB(none_as_null=True)),
    Column("refused", JSONB(none_as_null=True)),
    PrimaryKeyConstraint("org_id", "id", name="kept_requests_pkey"),
)
"""A request that waits has no end; one that ended has its outcome, or why it was refused."""
_WAITING = kept_requests.c.ended_at.is_(None)
Index("kept_requests_waiting_idx", kept_requests.c.org_id, kept_requests.c.created_at, postgresql_where=_WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest:
    """One kept request: what was asked, by whom and when, how often it was tried, and how it ended."""

    id: UUID
    kind: str
    body: dict[str, Any]
    asked_by: dict[str, Any]
    created_at: datetime
    attempts: int = 1
    tried_at: datetime
    last_error: str
    ended_at: datetime | None = None
    outcome: dict[str, Any] | None = None
    refused: dict[str, Any] | None = None


_COLUMNS = [kept_requests.c[name] for name in KeptRequest.__slots__]


def keep(connection: Connection, org_id: UUID, request: KeptRequest) -> None:
    """Keep a request; one that is kept already stays as it is, unless nothing of it had been sent so far."""
    names = ("id", "kind", "body", "asked_by", "created_at", "tried_at", "last_error")
    values = {name: getattr(request, name) for name in names}
    statement = insert(kept_requests).values(org_id=org_id, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "id"],
            set_={"body": statement.excluded.body},
            where=kept_requests.c.body["making"] == literal([], JSONB),
        )
    )


def of_id(connection: Connection, request_id: UUID) -> KeptRequest | None:
    """Return a kept request; None when there is none of that id."""
    row = connection.execute(select(*_COLUMNS).where(kept_requests.c.id == request_id)).one_or_none()
    return None if row is None else KeptRequest(**row._asdict())


def waiting(connection: Connection, *, limit: int) -> list[KeptRequest]:
    """Return the requests that wait, the oldest first."""
    query = select(*_COLUMNS).where(_WAITING).order_by(kept_requests.c.created_at, kept_requests.c.id).limit(limit)
    return [KeptRequest(**row._asdict()) for row in connection.execute(query)]


def count_waiting(connection: Connection, asked_by: str) -> int:
    """Count the requests of a user of the CRM that wait."""
    theirs = kept_requests.c.asked_by["crm_id"].astext == asked_by
    return connection.execute(select(func.count()).where(_WAITING, theirs)).scalar_one()


def note(connection: Connection, request_id: UUID, *, at: datetime, error: str) -> None:
    """Note that one more attempt found nobody."""
    _change(connection, request_id, {"attempts": kept_requests.c.attempts + 1, "tried_at": at, "last_error": error})


def end(
    connection: Connection,
    request_id: UUID,
    *,
    at: datetime,
    outcome: Mapping[str, Any] | None = None,
    refused: Mapping[str, Any] | None = None,
) -> None:
    """Note how a request ended."""
    _change(connection, request_id, {"ended_at": at, "tried_at": at, "outcome": outcome, "refused": refused})


def forget(connection: Connection, *, before: datetime) -> int:
    """Drop the requests that ended before a moment; return how many."""
    return connection.execute(delete(kept_requests).where(kept_requests.c.ended_at < before)).rowcount


def _change(connection: Connection, request_id: UUID, values: dict[str, Any]) -> None:
    connection.execute(update(kept_requests).where(kept_requests.c.id == request_id, _WAITING).values(**values))

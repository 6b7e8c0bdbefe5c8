"""Answers to requests that may come twice: who asked, under which key, for what, and what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.store.records import METADATA

answers = Table(
    "answers",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("status", SmallInteger),
    Column("headers", JSONB),
    Column("body", Text),
    PrimaryKeyConstraint("org_id", "caller", "key", name="answers_pkey"),
)
"""One row per idempotency key; `request` is a hash of what was asked; without a status the answer is under way."""

KEPT = timedelta(days=1)
"""How long an answer is remembered."""
PATIENCE = timedelta(minutes=5)
"""After this long without an answer whoever worked on it is taken for dead, and the request may be worked on anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that may come twice."""

    caller: str
    key: str
    request: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request was told; `status` is None while that is under way."""

    request: bytes
    status: int | None
    headers: dict[str, str] | None
    body: str | None


def claim(connection: Connection, org_id: UUID, asked: Asked, *, now: datetime) -> Answer | None:
    """Take a request to be worked on; return what is known of it where somebody took it before."""
    forgotten = answers.c.caller == asked.caller, answers.c.asked_at < now - KEPT
    abandoned = (*_is(asked), answers.c.status.is_(None), answers.c.asked_at < now - PATIENCE)
    for conditions in (forgotten, abandoned):
        connection.execute(delete(answers).where(*conditions))
    row = {"caller": asked.caller, "key": asked.key, "request": asked.request, "asked_at": now}
    statement = insert(answers).values(org_id=org_id, **row).on_conflict_do_nothing()
    if connection.execute(statement.returning(answers.c.key)).one_or_none():
        return None
    known = select(*(answers.c[name] for name in Answer.__slots__)).where(*_is(asked))
    return Answer(**connection.execute(known).one()._asdict())


def keep(connection: Connection, asked: Asked, answer: Answer) -> None:
    """Remember what a request was told."""
    told = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    connection.execute(update(answers).where(*_is(asked)).values(**told))


def release(connection: Connection, asked: Asked) -> None:
    """Forget a request that came to nothing, so that it may be sent again."""
    connection.execute(delete(answers).where(*_is(asked), answers.c.status.is_(None)))


def _is(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return answers.c.caller == asked.caller, answers.c.key == asked.key

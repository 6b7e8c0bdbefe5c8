"""Buckets: how many requests each caller has left; they fill again as time passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, Double, PrimaryKeyConstraint, Table, Text, Uuid, case, func
from sqlalchemy.dialects.postgresql import insert

from service.store.records import METADATA

buckets = Table(
    "buckets",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("caller", Text, nullable=False),
    Column("left", Double, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("org_id", "caller", name="buckets_pkey"),
)
"""One row per caller; below zero the last request was refused. The caller of the whole org is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How many requests a caller may make at once, and how many come back each second."""

    caller: str
    size: int
    refill: float


def draw(connection: Connection, org_id: UUID, bucket: Bucket, *, now: datetime) -> float:
    """Take one request out of a bucket; return the seconds to wait when it is empty, otherwise 0."""
    statement = insert(buckets).values(org_id=org_id, caller=bucket.caller, left=bucket.size - 1, at=now)
    passed = func.greatest(func.extract("epoch", statement.excluded.at - buckets.c.at), 0)
    # Who was refused gets it back: knocking on a closed door does not keep it closed.
    standing = case((buckets.c.left < 0, buckets.c.left + 1), else_=buckets.c.left)
    left = func.least(bucket.size, standing + passed * bucket.refill) - 1
    update = {"left": left, "at": func.greatest(statement.excluded.at, buckets.c.at)}
    kept = statement.on_conflict_do_update(index_elements=["org_id", "caller"], set_=update)
    remains: float = connection.execute(kept.returning(buckets.c.left)).scalar_one()
    return max(0.0, -remains / bucket.refill)

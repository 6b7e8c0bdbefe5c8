"""The mirror of who holds which right in the CRM, and through what; and how each object is shared there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, PrimaryKeyConstraint, Table, Text, Uuid, delete, insert, select

from service.store import reports
from service.store.records import METADATA

REPORT = "rights"
"""The report that says when the org was looked at, and whether it showed everything."""

assignments = Table(
    "assignments",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("user_id", Text(collation="C"), nullable=False),
    Column("permission", Text, nullable=False),
    Column("through", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("org_id", "user_id", "permission", "through", name="assignments_pkey"),
)
"""One row per user of the CRM, custom permission of ours, and permission set (or group of sets) that it comes from."""

sharing_models = Table(
    "sharing_models",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("object", Text, nullable=False),
    Column("model", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "object", name="sharing_models_pkey"),
)
"""The org-wide default of each object, in Salesforce's word: `ReadWrite`, `Read`, `Private`, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A user's hold on a custom permission: through what, and until when."""

    user_id: str
    permission: str
    through: str
    expires_at: datetime | None = None


_COLUMNS = [assignments.c[name] for name in Assignment.__slots__]


def replace_assignments(connection: Connection, org_id: UUID, found: Iterable[Assignment]) -> None:
    """Keep what was found in place of all that was kept."""
    connection.execute(delete(assignments))
    rows = [{"org_id": org_id, **asdict(each)} for each in found]
    if rows:
        connection.execute(insert(assignments), rows)


def assignments_of(connection: Connection, user_id: str) -> list[Assignment]:
    """Return what a user of the CRM holds, or held until it ended."""
    query = select(*_COLUMNS).where(assignments.c.user_id == user_id)
    rows = connection.execute(query.order_by(assignments.c.permission, assignments.c.through))
    return [Assignment(**row._asdict()) for row in rows]


def held_since(connection: Connection, user_id: str, since: datetime, *, now: datetime) -> set[str] | None:
    """Return what a user holds by a look at the org since a moment; None without one, or where the org hides it."""
    last = reports.last(connection, REPORT)
    if last is None or last.at < since or not last.body["shown"]:
        return None
    held = assignments_of(connection, user_id)
    return {each.permission for each in held if each.expires_at is None or each.expires_at > now}


def replace_sharing(connection: Connection, org_id: UUID, models: Mapping[str, str]) -> None:
    """Keep the sharing model of each object (by noun) in place of all that was kept."""
    connection.execute(delete(sharing_models))
    rows = [{"org_id": org_id, "object": noun, "model": model} for noun, model in models.items()]
    if rows:
        connection.execute(insert(sharing_models), rows)


def sharing(connection: Connection) -> dict[str, str]:
    """Return how each object (by noun) is shared; nothing as long as nobody has looked."""
    rows = connection.execute(select(sharing_models.c.object, sharing_models.c.model))
    return {row.object: row.model for row in rows}

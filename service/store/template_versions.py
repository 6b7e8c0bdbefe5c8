"""Versions of templates: what each said when it was published, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, DateTime, Integer, PrimaryKeyConstraint, Table, Text, Uuid, select, text
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert

from service.store.database import among
from service.store.records import METADATA

template_versions = Table(
    "template_versions",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("template_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("records", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("org_id", "template_id", "version", name="template_versions_pkey"),
)
"""`document` is the template as its file tells it; `records` is which record of ours had which key then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one template."""

    template_id: UUID
    version: int
    document: Mapping[str, Any]
    records: Mapping[str, str]
    published_at: datetime
    published_by: str
    note: str = ""


_COLUMNS = [template_versions.c[name] for name in Version.__slots__]


def add(connection: Connection, org_id: UUID, version: Version) -> bool:
    """Keep a version; say no where another one has its number already."""
    statement = insert(template_versions).values(org_id=org_id, **asdict(version)).on_conflict_do_nothing()
    return connection.execute(statement.returning(template_versions.c.version)).first() is not None


def of(connection: Connection, template_id: UUID) -> list[Version]:
    """Return the versions of a template, newest first."""
    query = select(*_COLUMNS).where(template_versions.c.template_id == template_id)
    rows = connection.execute(query.order_by(template_versions.c.version.desc()))
    return [Version(**row._asdict()) for row in rows]


def newest(connection: Connection, template_ids: Collection[UUID]) -> dict[UUID, Version]:
    """Return the newest version of each of these templates that has one."""
    order = template_versions.c.template_id, template_versions.c.version.desc()
    query = select(*_COLUMNS).ext(distinct_on(order[0])).where(among(order[0], template_ids)).order_by(*order)
    return {row.template_id: Version(**row._asdict()) for row in connection.execute(query)}

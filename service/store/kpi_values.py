"""Dated values of KPIs: a trigger writes one whenever the current value of a KPI changes (OB-81)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Identity,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    select,
    update,
)

from service.store.records import METADATA, RECORDS

kpi_values = Table(
    "kpi_values",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("kpi_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("was", Numeric(22, 4)),
    Column("value", Numeric(22, 4)),
    Column("by", Text),
    PrimaryKeyConstraint("org_id", "id", name="kpi_values_pkey"),
    Index("kpi_values_kpi_id_idx", "org_id", "kpi_id", "at"),
)
"""Each row is a change; what a KPI was made with is the `was` of its first one. They outlive their KPI, as evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedValue:
    """One value of a KPI: since when it stood here, what it was before, and who wrote it (`sync`: it came from the CRM)."""

    at: datetime
    was: Decimal | None
    value: Decimal | None
    by: str | None


def of_kpi(connection: Connection, kpi_id: UUID) -> list[DatedValue]:
    """Return the changes of a KPI's current value, the oldest first."""
    query = (
        select(kpi_values.c.at, kpi_values.c.was, kpi_values.c.value, kpi_values.c.by)
        .where(kpi_values.c.kpi_id == kpi_id)
        .order_by(kpi_values.c.at, kpi_values.c.id)
    )
    return [DatedValue(**row) for row in connection.execute(query).mappings()]


def date_changes(connection: Connection) -> int:
    """Note on each KPI when its current value last changed; return of how many that was news."""
    changed = (
        # To the second, as the CRM keeps it.
        select(kpi_values.c.kpi_id, func.date_trunc("second", func.max(kpi_values.c.at)).label("at"))
        .group_by(kpi_values.c.kpi_id)
        .subquery()
    )
    kpi = RECORDS["objective_kpi"]
    stale = kpi.c.last_progress_update.is_distinct_from(changed.c.at)
    statement = update(kpi).where(kpi.c.id == changed.c.kpi_id, stale).values(last_progress_update=changed.c.at)
    return connection.execute(statement).rowcount

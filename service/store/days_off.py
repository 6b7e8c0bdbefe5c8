"""The days on which nobody of an org works, beside the holidays of its country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, Date, PrimaryKeyConstraint, Table, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from service.store.records import METADATA

days_off = Table(
    "days_off",
    METADATA,
    Column("org_id", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("yearly", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("org_id", "day", "yearly", name="days_off_pkey"),
)
"""Of a day that comes every year only the month and the day count; it is kept in a leap year, which has them all."""

LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True, order=True)
class DayOff:
    """One day off, or the same day of every year, with its name."""

    day: date
    yearly: bool
    name: str


def every(connection: Connection) -> list[DayOff]:
    """Return the days off of an org in their order, those of every year first."""
    query = select(days_off.c.day, days_off.c.yearly, days_off.c.name).order_by(days_off.c.day, days_off.c.yearly)
    return [DayOff(**row._asdict()) for row in connection.execute(query)]


def add(connection: Connection, org_id: UUID, day_off: DayOff) -> None:
    """Add a day off, or give it another name."""
    statement = insert(days_off).values(
        org_id=org_id, day=_kept(day_off.day, day_off.yearly), yearly=day_off.yearly, name=day_off.name
    )
    name = {"name": statement.excluded.name}
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "day", "yearly"], set_=name))


def remove(connection: Connection, day: date, *, yearly: bool) -> bool:
    """Remove a day off; say whether it was one."""
    those = (days_off.c.day == _kept(day, yearly), days_off.c.yearly == yearly)
    return connection.execute(delete(days_off).where(*those)).rowcount == 1


def _kept(day: date, yearly: bool) -> date:
    return day.replace(year=LEAP_YEAR) if yearly else day

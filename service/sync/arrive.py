"""Arrivals: records that exist in the CRM and not here, taken in by the thousand.

COPY fills a temporary table of the same columns (row-level security forbids COPY into the tables themselves),
and three set-based statements make links, records and log lines of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import ours
from service.sync.journal import Journal

LINKS = text("""
    INSERT INTO links (org_id, id, object, crm_id, base, base_modstamp, base_read_at, version, pushed_version)
    SELECT :org, id, :noun, crm_id, base, modstamp, :read_at, 1, 1 FROM arriving
    ON CONFLICT (org_id, id) DO UPDATE SET
        crm_id = excluded.crm_id, base = excluded.base, base_modstamp = excluded.base_modstamp,
        base_read_at = excluded.base_read_at, sending = NULL, gone = false, deleted = false,
        version = greatest(links.version, 1), pushed_version = greatest(links.version, 1)
""")
"""A link that is made with its record stands before it: the trigger leaves it as it is, with nothing to push."""

LINKED = text("SELECT set_config('plansync.linked', :said, true)")

LOG = text("""
    INSERT INTO decisions (org_id, run_id, link_id, object, action, reason, at)
    SELECT :org, :run, id, :noun, 'create here', 'new in the CRM', :now FROM arriving
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One record to take in: its id here and there, and its canonical values with our references."""

    id: UUID
    crm_id: str
    modstamp: datetime
    values: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """The columns of an object's table that are filled from a record, and the statements that move them."""

    columns: tuple[str, ...]
    stage: TextClause
    copy: str
    records: TextClause


def arrive(
    connection: Connection, journal: Journal, mapping: ObjectMapping, arrivals: Sequence[Arrival], *, read_at: datetime
) -> int:
    """Take in records that are not here yet; return how many."""
    if arrivals:
        _stage(connection, journal.org_id, mapping, arrivals)
        known: Mapping[str, Any] = {"org": journal.org_id, "noun": mapping.name}
        connection.execute(LINKS, {**known, "read_at": read_at})
        _take_records(connection, mapping)
        connection.execute(LOG, {**known, "run": journal.run_id, "now": journal.now})
        connection.execute(text("DROP TABLE arriving"))
        journal.counts["create here"] += len(arrivals)
    return len(arrivals)


def _take_records(connection: Connection, mapping: ObjectMapping) -> None:
    """Move the staged records into their table, and tell the trigger meanwhile that their links stand already."""
    connection.execute(LINKED, {"said": "on"})
    connection.execute(_shape(mapping).records)
    connection.execute(LINKED, {"said": ""})


def _stage(connection: Connection, org_id: UUID, mapping: ObjectMapping, arrivals: Sequence[Arrival]) -> None:
    shape = _shape(mapping)
    connection.execute(shape.stage)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(shape.copy) as copy:
        for arrival in arrivals:
            record = ours.stored(mapping, arrival.values)
            copy.write_row(
                (
                    *(arrival.id, arrival.crm_id, arrival.modstamp, json.dumps(arrival.values)),
                    *(org_id, json.dumps(record["extra"])),
                    *[record[column] for column in shape.columns],
                )
            )


@lru_cache(maxsize=1024)
def _shape(mapping: ObjectMapping) -> _Shape:
    table = ours.table(mapping).name
    columns = tuple(field.column for field in mapping.fields if not field.extra)
    names = ", ".join(("org_id", "extra", *columns))
    return _Shape(
        columns=columns,
        stage=text(
            f"CREATE TEMPORARY TABLE arriving (LIKE {table} INCLUDING DEFAULTS, "
            f"crm_id text, modstamp timestamptz, base jsonb) ON COMMIT DROP"
        ),
        copy=f"COPY arriving (id, crm_id, modstamp, base, {names}) FROM STDIN",
        records=text(f"INSERT INTO {table} (id, {names}) SELECT id, {names} FROM arriving"),  # noqa: S608 - names of ours
    )

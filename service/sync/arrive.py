"""Arrivals: records that exist in the CRM and not here, taken in by the thousand.

COPY fills a temporary table (row-level security forbids COPY into the tables themselves), and three
set-based statements make links, records and log lines of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Connection, text

from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import ours
from service.sync.journal import Journal

STAGE = text("""
    CREATE TEMPORARY TABLE IF NOT EXISTS arriving
    (id uuid, crm_id text, modstamp timestamptz, base jsonb, record jsonb) ON COMMIT DROP
""")

LINKS = text("""
    INSERT INTO links (org_id, id, object, crm_id, base, base_modstamp, base_read_at, pushed_version)
    SELECT :org, id, :noun, crm_id, base, modstamp, :read_at, 1 FROM arriving
    ON CONFLICT (org_id, id) DO UPDATE SET
        crm_id = excluded.crm_id, base = excluded.base, base_modstamp = excluded.base_modstamp,
        base_read_at = excluded.base_read_at, sending = NULL, gone = false,
        -- The insert of the record bumps the version by one: nothing of it is left to push.
        pushed_version = links.version + 1
""")

LOG = text("""
    INSERT INTO decisions (org_id, run_id, link_id, object, action, reason, theirs, at)
    SELECT :org, :run, id, :noun, 'create here', 'new in the CRM', base, :now FROM arriving
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One record to take in: its id here and there, and its canonical values with our references."""

    id: UUID
    crm_id: str
    modstamp: datetime
    values: Row


def arrive(
    connection: Connection, journal: Journal, mapping: ObjectMapping, arrivals: Sequence[Arrival], *, read_at: datetime
) -> int:
    """Take in records that are not here yet; return how many."""
    staged = _stage(connection, mapping, arrivals) if arrivals else 0
    if staged:
        known: Mapping[str, Any] = {"org": journal.org_id, "noun": mapping.name}
        connection.execute(LINKS, {**known, "read_at": read_at})
        connection.execute(_records(mapping), {"org": str(journal.org_id)})
        connection.execute(LOG, {**known, "run": journal.run_id, "now": journal.now})
        connection.execute(text("TRUNCATE arriving"))
        journal.counts["create here"] += staged
    return staged


def _stage(connection: Connection, mapping: ObjectMapping, arrivals: Sequence[Arrival]) -> int:
    connection.execute(STAGE)
    flags, extra = _shape(mapping)
    driver: Any = connection.connection.driver_connection
    count = 0
    with driver.cursor() as cursor, cursor.copy("COPY arriving FROM STDIN") as copy:
        for count, arrival in enumerate(arrivals, 1):  # noqa: B007 - the count is the result
            values = arrival.values
            record: dict[str, Any] = {**flags, **values, "id": str(arrival.id)}
            record["extra"] = {column: values.get(column) for column in extra}
            copy.write_row((arrival.id, arrival.crm_id, arrival.modstamp, json.dumps(values), json.dumps(record)))
    return count


@lru_cache(maxsize=1024)
def _shape(mapping: ObjectMapping) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Return what a record holds that the CRM does not send: flags left out, and which columns are extra."""
    flags = {c.name: False for c in ours.table(mapping).c if isinstance(c.type, Boolean)}
    return flags, tuple(field.column for field in mapping.fields if field.extra)


@lru_cache(maxsize=1024)
def _records(mapping: ObjectMapping) -> Any:
    table = ours.table(mapping).name
    return text(
        f"INSERT INTO {table} SELECT made.* FROM arriving, jsonb_populate_record("  # noqa: S608 - a name of ours
        f"NULL::{table}, record || jsonb_build_object('org_id', CAST(:org AS text))) AS made"
    )

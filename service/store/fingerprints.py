"""Fingerprints: a short hash of each record of either side, in temporary tables, compared without leaving the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import Connection, text

BUCKETS = 256

TABLES = text("""
    CREATE TEMPORARY TABLE seen_here (
        object text, id uuid, crm_id text COLLATE "C", bucket smallint, print bigint, agreed bigint) ON COMMIT DROP;
    CREATE TEMPORARY TABLE seen_there (
        object text, crm_id text COLLATE "C", bucket smallint, print bigint) ON COMMIT DROP;
""")

INDEX = text("""
    CREATE INDEX ON seen_here (object, bucket);
    CREATE INDEX ON seen_there (object, bucket);
    ANALYZE seen_here;
    ANALYZE seen_there;
""")

DIFFERING = text("""
    SELECT bucket FROM (
        SELECT bucket, count(*) AS records, bit_xor(print) AS print, bool_or(print <> agreed) AS stale
        FROM seen_here WHERE object = :noun AND crm_id IS NOT NULL GROUP BY bucket
    ) AS here FULL JOIN (
        SELECT bucket, count(*) AS records, bit_xor(print) AS print
        FROM seen_there WHERE object = :noun GROUP BY bucket
    ) AS there USING (bucket)
    WHERE here.records IS DISTINCT FROM there.records OR here.print IS DISTINCT FROM there.print OR here.stale
    ORDER BY bucket
""")

SUSPECTS = text("""
    WITH suspects AS (
        SELECT here.id, crm_id, here.print IS NOT NULL AS is_here, there.print IS NOT NULL AS is_there
        FROM (SELECT * FROM seen_here WHERE object = :noun AND bucket = ANY(:buckets)) AS here
        FULL JOIN (SELECT * FROM seen_there WHERE object = :noun AND bucket = ANY(:buckets)) AS there USING (crm_id)
        WHERE here.print IS DISTINCT FROM there.print OR here.print <> here.agreed
        UNION ALL
        SELECT id, NULL, true, false FROM seen_here WHERE object = :noun AND crm_id IS NULL
    )
    SELECT coalesce(suspects.id, links.id) AS id, suspects.crm_id, is_here, is_there, CASE
        WHEN parked.reason IS NOT NULL THEN 'parked: ' || parked.reason
        WHEN links.version > links.pushed_version
        THEN 'changed here; it goes to the CRM with the next sync' END AS waits
    FROM suspects
    LEFT JOIN links
        ON links.id = coalesce(suspects.id, (SELECT id FROM links AS known WHERE known.crm_id = suspects.crm_id))
    LEFT JOIN parked ON parked.link_id = links.id AND parked.field = ''
    ORDER BY suspects.crm_id, suspects.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A record whose fingerprints differ, or that one side lacks; `waits` says why that is no surprise."""

    id: UUID | None
    crm_id: str | None
    is_here: bool
    is_there: bool
    waits: str | None


def fingerprint(crm_id: str | None, values: Iterable[Any]) -> int:
    """Return the hash of one record's canonical values; its id is in it, so that swapped records do not cancel out."""
    told = json.dumps([crm_id, *values], ensure_ascii=False).encode()
    return int.from_bytes(blake2b(told, digest_size=8).digest(), signed=True)


def bucket(crm_id: str | None) -> int | None:
    """Return the bucket of a record, the same on both sides."""
    return None if crm_id is None else crc32(crm_id.encode()) % BUCKETS


def open_tables(connection: Connection) -> None:
    """Make the tables, for the length of the transaction."""
    connection.execute(TABLES)


def add_ours(connection: Connection, noun: str, rows: Iterable[tuple[UUID, str | None, int, int]]) -> None:
    """Keep records of ours: id, CRM id, fingerprint, fingerprint of what both sides agreed on."""
    lines = ((noun, our_id, crm_id, bucket(crm_id), print_, agreed) for our_id, crm_id, print_, agreed in rows)
    _copy(connection, "COPY seen_here FROM STDIN", lines)


def add_theirs(connection: Connection, noun: str, rows: Iterable[tuple[str, int]]) -> None:
    """Keep records of the CRM: id and fingerprint."""
    lines = ((noun, crm_id, bucket(crm_id), print_) for crm_id, print_ in rows)
    _copy(connection, "COPY seen_there FROM STDIN", lines)


def index(connection: Connection) -> None:
    """Prepare the tables for being compared, once they are full."""
    connection.execute(INDEX)


def counts(connection: Connection, noun: str) -> tuple[int, int]:
    """Return how many records of an object each side holds, ours first."""
    query = text(
        "SELECT (SELECT count(*) FROM seen_here WHERE object = :noun), "
        "(SELECT count(*) FROM seen_there WHERE object = :noun)"
    )
    here, there = connection.execute(query, {"noun": noun}).one()
    return here, there


def differing_buckets(connection: Connection, noun: str) -> list[int]:
    """Return the buckets in which the two sides do not hold the same."""
    return list(connection.execute(DIFFERING, {"noun": noun}).scalars())


def suspects(connection: Connection, noun: str, buckets: Sequence[int], *, size: int) -> Iterator[list[Suspect]]:
    """Yield the records of differing buckets that do not match, so many at a time."""
    known: Mapping[str, Any] = {"noun": noun, "buckets": list(buckets)}
    rows = connection.execute(SUSPECTS, known, execution_options={"yield_per": size})
    for part in rows.partitions(size):
        yield [Suspect(**row._asdict()) for row in part]


def _copy(connection: Connection, statement: str, lines: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for line in lines:
            copy.write_row(line)

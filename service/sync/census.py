"""Census: fingerprint every record of both sides in one reading each; memory stays flat whatever the size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select

from service.crm.answers import Page
from service.crm.composite import MOST_HEAVY
from service.crm.requests import Request, next_page, query
from service.domain.values import Row, to_18
from service.mapping.model import ObjectMapping
from service.mapping.wire import Unreadable, canonical_row
from service.mirror import links, ours
from service.store import fingerprints
from service.store.fingerprints import fingerprint
from service.store.ledger import links as ledger
from service.sync import fetch, load
from service.sync.context import Sync
from service.sync.load import CHUNK, Progress

Raw = Mapping[str, Any]
Ours = tuple[UUID, str | None, int, int]
UNREADABLE = 0
"""The fingerprint of a row that the mapping cannot read: equal to none."""


def take(
    sync: Sync, connection: Connection, mappings: Sequence[ObjectMapping], *, now: datetime, progress: Progress
) -> None:
    """Fill the tables of fingerprints from both sides."""
    fingerprints.open_tables(connection)
    for mapping, rows in _theirs(sync, mappings, now, progress):
        fingerprints.add_theirs(connection, mapping.name, _theirs_told(connection, mapping, rows))
    for mapping in mappings:
        for held in _ours(connection, mapping):
            fingerprints.add_ours(connection, mapping.name, held)
    fingerprints.index(connection)


def in_our_words(connection: Connection, mapping: ObjectMapping, rows: Sequence[Row]) -> list[Row]:
    """Return their rows with our ids in the references; one that points at nothing we know keeps the CRM's id."""
    columns = [field.column for field in mapping.references]
    pointed = {str(row[column]) for row in rows for column in columns if row.get(column)}
    known = links.our_ids(connection, pointed, held=False)
    return [{**row, **{c: known.get(str(row[c]), row[c]) for c in columns if row.get(c)}} for row in rows]


def _theirs(
    sync: Sync, mappings: Sequence[ObjectMapping], now: datetime, progress: Progress
) -> Iterator[tuple[ObjectMapping, Sequence[Raw]]]:
    """Yield every object of the CRM in parts: by pages, five queries to a call, or by a bulk job where it is large."""
    asks: deque[tuple[ObjectMapping, Request[Page]]] = deque((m, query(load.soql(m))) for m in mappings)
    done = dict.fromkeys((mapping.name for mapping in mappings), 0)
    while asks:
        pack = [asks.popleft() for _ in range(min(MOST_HEAVY, len(asks)))]
        for (mapping, _), page in zip(pack, fetch.composite(sync, [ask for _, ask in pack]), strict=True):
            large = page.total >= load.BULK_FROM
            in_bulk = load.in_bulk(sync, mapping, page.total, now=now) if large else ()
            for rows in (shown.rows for shown in in_bulk) if large else [page.rows]:
                yield mapping, rows
                done[mapping.name] += len(rows)
                progress(mapping.name, done[mapping.name], page.total)
            if page.next and not large:
                asks.append((mapping, next_page(page.next)))


def _theirs_told(connection: Connection, mapping: ObjectMapping, raws: Sequence[Raw]) -> list[tuple[str, int]]:
    read = {to_18(raw["Id"]): _read(mapping, raw) for raw in raws}
    told = {crm_id: row for crm_id, row in read.items() if row is not None}
    rows = dict(zip(told, in_our_words(connection, mapping, list(told.values())), strict=True))
    columns = [field.column for field in mapping.fields]
    return [
        (crm_id, fingerprint(crm_id, [rows[crm_id][c] for c in columns]) if crm_id in rows else UNREADABLE)
        for crm_id in read
    ]


def _read(mapping: ObjectMapping, raw: Raw) -> Row | None:
    try:
        return canonical_row(mapping, raw)
    except Unreadable:
        return None


def _ours(connection: Connection, mapping: ObjectMapping) -> Iterator[list[Ours]]:
    """Yield our records of one object in parts, each with two fingerprints: as it is, and as both sides agreed."""
    records, columns = ours.table(mapping), [field.column for field in mapping.fields]
    found = records.outerjoin(ledger, ledger.c.id == records.c.id)
    everything = select(records, ledger.c.crm_id.label("link_crm_id"), ledger.c.base.label("link_base"))
    streamed = connection.execute(everything.select_from(found), execution_options={"yield_per": CHUNK})
    for part in streamed.mappings().partitions(CHUNK):
        yield [_told(mapping, columns, record) for record in part]


def _told(mapping: ObjectMapping, columns: Sequence[str], record: RowMapping) -> Ours:
    row, crm_id = ours.canonical(mapping, record), record["link_crm_id"]
    base = ours.agreed(mapping, record["link_base"]) or {}
    held, agreed = [row[c] for c in columns], [base.get(c, row[c]) for c in columns]
    told = fingerprint(crm_id, held)
    return record["id"], crm_id, told, told if agreed == held else fingerprint(crm_id, agreed)

"""Our rows in canonical values: read, write, delete; one table per object of the mapping."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from service.domain.values import CANON, Kind, Row, Value, at_scale
from service.mapping.model import FieldMapping, Mappings, ObjectMapping
from service.store.database import among
from service.store.ledger import links
from service.store.records import RECORDS

Read = Callable[[Any], Value]


def table(mapping: ObjectMapping) -> Table:
    """Return the typed table of an object."""
    return RECORDS[mapping.table]


def read_rows(
    connection: Connection, mapping: ObjectMapping, ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Row]:
    """Return our records by id, in canonical values; locked before their links, as local writers do."""
    if not ids:
        return {}
    records = table(mapping)
    query = select(records).where(among(records.c.id, ids)).order_by(records.c.id)
    rows = connection.execute(query.with_for_update() if lock else query).mappings()
    return {row["id"]: canonical(mapping, row) for row in rows}


def canonical(mapping: ObjectMapping, record: RowMapping) -> Row:
    """Return one of our records in canonical values."""
    extra = record["extra"]
    return {
        column: read(extra.get(column) if is_extra else record[column]) for column, is_extra, read in _readers(mapping)
    }


def write_rows(connection: Connection, mapping: ObjectMapping, org_id: UUID, rows: Mapping[UUID, Row]) -> None:
    """Insert or update whole records of ours from canonical values."""
    if not rows:
        return
    statement = insert(table(mapping))
    written = [f.column for f in mapping.fields if not f.extra]
    values = [{"org_id": org_id, "id": our_id, **stored(mapping, row)} for our_id, row in rows.items()]
    updates: dict[str, Any] = {column: statement.excluded[column] for column in written}
    updates["extra"] = table(mapping).c.extra.op("||")(statement.excluded.extra)
    connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=updates), values)


def stored(mapping: ObjectMapping, row: Row) -> dict[str, Any]:
    """Return what the typed table and its JSONB column hold for canonical values."""
    extra = {f.column for f in mapping.fields if f.extra}
    return {
        **{f.column: row.get(f.column, _empty(f)) for f in mapping.fields if not f.extra},
        "extra": {column: value for column, value in row.items() if column in extra},
    }


def delete_rows(connection: Connection, mappings: Mappings, noun: str, ids: Collection[UUID]) -> None:
    """Delete records of ours and clear what points at them, as the CRM does with its lookups."""
    if not ids:
        return
    for mapping in mappings:
        for field in mapping.references:
            if field.refers_to == noun and not field.extra:
                column = table(mapping).c[field.column]
                connection.execute(update(table(mapping)).where(among(column, ids)).values({field.column: None}))
    records = table(mappings[noun])
    connection.execute(delete(records).where(among(records.c.id, ids)))


def pointing_at(
    connection: Connection, mappings: Mappings, noun: str, ids: Collection[UUID]
) -> list[tuple[ObjectMapping, FieldMapping, UUID]]:
    """Return every record of ours that points at one of these, with the field that does."""
    if not ids:
        return []
    found = []
    for mapping in mappings:
        for field in mapping.references:
            if field.refers_to == noun and not field.extra:
                records = table(mapping)
                query = select(records.c.id).where(among(records.c[field.column], ids)).order_by(records.c.id)
                found += [(mapping, field, our_id) for our_id in connection.execute(query).scalars()]
    return found


def take_away(
    connection: Connection, mappings: Mappings, noun: str, ids: Collection[UUID]
) -> list[tuple[ObjectMapping, FieldMapping, UUID]]:
    """Delete records of ours that the CRM deleted; return what pointed at them, cleared now here and in what was agreed."""
    pointing = pointing_at(connection, mappings, noun, ids)
    for column in {field.column for _, field, _ in pointing}:
        children = [child_id for _, field, child_id in pointing if field.column == column]
        forget_reference(connection, column, children, ids)
    delete_rows(connection, mappings, noun, ids)
    return pointing


def repoint(connection: Connection, field: tuple[ObjectMapping, FieldMapping], *, old: UUID, new: UUID) -> None:
    """Let what points at one record of ours point at another, here and in what was agreed."""
    mapping, column = field[0], field[1].column
    records = table(mapping)
    connection.execute(update(records).where(records.c[column] == old).values({column: new}))
    pointed = func.jsonb_build_object(column, str(new))
    connection.execute(
        update(links)
        .where(links.c.object == mapping.name, links.c.base[column].astext == str(old))
        .values(base=links.c.base.op("||")(pointed))
    )


def forget_reference(connection: Connection, column: str, ids: Collection[UUID], gone: Collection[UUID]) -> None:
    """Take a cleared reference into the base, so that nobody's change is not sent as ours (P8).

    Only where it was agreed upon: who points at what is gone by an edit of ours may point elsewhere in the CRM.
    """
    if ids:
        emptied = func.jsonb_build_object(column, None)
        pointing = among(links.c.base[column].astext, [str(our_id) for our_id in gone])
        connection.execute(
            update(links).where(among(links.c.id, ids), pointing).values(base=links.c.base.op("||")(emptied))
        )


def agreed(mapping: ObjectMapping, base: Row | None) -> Row | None:
    """Return a base with the decimals that the mapping keeps now: it may have been agreed under another one."""
    scales = {field.column: field.scale for field in mapping.fields if field.scale is not None}
    return base and {c: at_scale(value, scales[c]) if c in scales else value for c, value in base.items()}


@lru_cache(maxsize=1024)
def _readers(mapping: ObjectMapping) -> tuple[tuple[str, bool, Read], ...]:
    return tuple((field.column, field.extra, _reader(field)) for field in mapping.fields)


def _reader(field: FieldMapping) -> Read:
    canon, scale = CANON[field.kind], field.scale
    return canon if scale is None else lambda raw: at_scale(canon(raw), scale)


def _empty(field: FieldMapping) -> Value:
    return False if field.kind is Kind.BOOLEAN else None

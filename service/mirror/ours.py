"""Our rows in canonical values: read, write, delete; one table per object of the mapping."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from service.domain.values import CANON, Kind, Row, Value
from service.mapping.model import FieldMapping, Mappings, ObjectMapping
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
    query = select(records).where(records.c.id.in_(ids)).order_by(records.c.id)
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
                connection.execute(update(table(mapping)).where(column.in_(ids)).values({field.column: None}))
    records = table(mappings[noun])
    connection.execute(delete(records).where(records.c.id.in_(ids)))


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
                query = select(records.c.id).where(records.c[field.column].in_(ids)).order_by(records.c.id)
                found += [(mapping, field, our_id) for our_id in connection.execute(query).scalars()]
    return found


def forget_reference(connection: Connection, column: str, ids: Collection[UUID]) -> None:
    """Take a cleared reference into the base, so that nobody's change is not sent as ours (P8)."""
    if ids:
        emptied = func.jsonb_build_object(column, None)
        connection.execute(
            update(links)
            .where(links.c.id.in_(ids), links.c.base.isnot(None))
            .values(base=links.c.base.op("||")(emptied))
        )


@lru_cache(maxsize=1024)
def _readers(mapping: ObjectMapping) -> tuple[tuple[str, bool, Read], ...]:
    return tuple((field.column, field.extra, _reader(field)) for field in mapping.fields)


def _reader(field: FieldMapping) -> Read:
    canon = CANON[field.kind]
    if field.kind is not Kind.NUMBER or field.scale is None:
        return canon
    step = Decimal(1).scaleb(-field.scale)

    def rounded(raw: Any) -> Value:
        # The CRM rounds to the field's scale: without this, our digits would never meet its own.
        exact = canon(raw)
        return exact if exact is None else canon(Decimal(str(exact)).quantize(step, ROUND_HALF_UP))

    return rounded


def _empty(field: FieldMapping) -> Value:
    return False if field.kind is Kind.BOOLEAN else None

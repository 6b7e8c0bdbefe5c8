"""Compare both sides record by record and field by field, with nothing of what the sync believes but who is who."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, select

from service.crm.client import Client
from service.crm.soql import quote
from service.crm.soql import select as select_soql
from service.domain.values import Kind, Row, Value, canonical, to_18
from service.mapping.filters import where_soql
from service.mapping.model import FieldMapping, Mappings, ObjectMapping
from service.mapping.wire import canonical_row
from service.store.ledger import links
from service.store.records import RECORDS

Rows = Mapping[str, Row]
"""Canonical values of records by CRM id; a record of ours that the CRM does not know stands under our own id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that the two sides hold differently; without a field, a record that one side lacks."""

    object: str
    record: str
    field: str | None = None
    ours: Value = None
    theirs: Value = None
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How many records were compared, and everything in which they differ."""

    records: int
    differences: tuple[Difference, ...]


def compare(connection: Connection, client: Client, mappings: Mappings) -> Comparison:
    """Read every record of both sides and compare them."""
    records, found = 0, list[Difference]()
    crm_ids = known_pairs(connection)
    for mapping in mappings:
        ours, theirs = read_ours(connection, mapping, crm_ids), read_theirs(client, mapping)
        records += len(ours.keys() | theirs.keys())
        found += differences(mapping, ours, theirs)
    return Comparison(records=records, differences=tuple(found))


def differences(mapping: ObjectMapping, ours: Rows, theirs: Rows) -> Iterator[Difference]:
    """Yield each record that one side lacks and each field that the two hold differently."""
    for record in sorted(ours.keys() | theirs.keys()):
        if record not in ours or record not in theirs:
            missing = "Plansync" if record not in ours else "CRM"
            yield Difference(object=mapping.name, record=record, missing=missing)
            continue
        here, there = ours[record], theirs[record]
        for field in mapping.fields:
            value, other = here.get(field.column), there.get(field.column)
            if value != other:
                yield Difference(object=mapping.name, record=record, field=field.column, ours=value, theirs=other)


def known_pairs(connection: Connection) -> dict[str, str]:
    """Return the CRM id of each of our records that has one, by our id."""
    pairs = select(links.c.id, links.c.crm_id).where(links.c.crm_id.isnot(None))
    return {str(our_id): crm_id for our_id, crm_id in connection.execute(pairs)}


def read_ours(connection: Connection, mapping: ObjectMapping, crm_ids: Mapping[str, str]) -> Rows:
    """Read the store's records of one object."""
    rows = connection.execute(select(RECORDS[mapping.table])).mappings()
    return {crm_ids.get(str(row["id"]), str(row["id"])): _our_row(mapping, row, crm_ids) for row in rows}


def read_theirs(client: Client, mapping: ObjectMapping) -> Rows:
    """Read the CRM's records of one object, within the mapping's filter."""
    where = where_soql(mapping, quote=quote)
    soql = select_soql(mapping.sobject, ["Id", *(f.crm for f in mapping.fields)], where=[where] if where else [])
    return {to_18(raw["Id"]): canonical_row(mapping, raw) for raw in client.query(soql)}


def _our_row(mapping: ObjectMapping, record: Mapping[Any, Any], crm_ids: Mapping[str, str]) -> Row:
    return {field.column: _our_value(field, record, crm_ids) for field in mapping.fields}


def _our_value(field: FieldMapping, record: Mapping[Any, Any], crm_ids: Mapping[str, str]) -> Value:
    raw = record["extra"].get(field.column) if field.extra else record[field.column]
    if raw is None:
        return canonical(field.kind, None)
    if field.kind is Kind.REFERENCE:
        return crm_ids.get(str(raw), str(raw))
    if field.kind is Kind.NUMBER and field.scale is not None:
        # The CRM keeps so many decimals and no more.
        raw = Decimal(str(raw)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    return canonical(field.kind, raw)

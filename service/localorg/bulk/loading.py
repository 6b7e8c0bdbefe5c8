"""Loading an upload: its rows written 200 at a time, each with a result of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from service.localorg.bulk.columns import Columns
from service.localorg.bulk.files import BatchError, Format, Upload
from service.localorg.errors import Crash, Refusal
from service.localorg.ids import parse_id
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor

CHUNK = 200
"""How many rows Salesforce saves, and hands to triggers, at a time."""

Row = list[str]


class Operation(StrEnum):
    """What a job does with its rows."""

    INSERT = "insert"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    HARD_DELETE = "hardDelete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a job is to do, and for whom."""

    actor: Actor
    operation: Operation
    sobject: str
    key: str | None = None
    """The external id field of an upsert."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row."""

    row: Row
    record_id: str = ""
    created: bool = False
    error: str | None = None


class Loading:
    """Load one upload, as many rows at a time as the caller asks for."""

    def __init__(self, org: LocalOrg, order: Order, upload: Upload, form: Format) -> None:
        self._org, self._order = org, order
        sobject = org.schema.object(order.sobject)
        if sobject is None:
            raise BatchError(f"InvalidEntity : Unable to find object: {order.sobject}")
        self.header = form.header(upload)
        self._rows = form.read(upload)
        self._columns = Columns(org, order.actor, sobject, next(self._rows, []))
        self._check_columns()

    def load(self, most: int) -> Iterator[Result]:
        """Save the next rows and yield their results; there are no more once fewer come than asked for."""
        rows = islice(self._rows, most)
        while chunk := list(islice(rows, CHUNK)):
            yield from self._load_chunk(chunk)

    def _check_columns(self) -> None:
        order = self._order
        needed = order.key or "Id"
        if order.operation is not Operation.INSERT and needed not in self._columns:
            raise BatchError(f"InvalidBatch : Field name not found : {needed}")
        if order.operation in (Operation.DELETE, Operation.HARD_DELETE) and len(self._columns) > 1:
            raise BatchError(f"InvalidBatch : Only the Id column is allowed for {order.operation}")

    def _load_chunk(self, chunk: list[Row]) -> list[Result]:
        try:
            with self._org.transaction(), self._org.faults.apex_transaction():
                return list(self._save_chunk(chunk))
        except Crash as crash:
            return [Result(row, error=self._error(row, crash)) for row in chunk]

    def _save_chunk(self, chunk: list[Row]) -> Iterator[Result]:
        values = [self._columns.values(row) for row in chunk]
        key = self._order.key or "Id"
        seen = Counter(str(each.get(key)).lower() for each in values if each.get(key) is not None)
        for row, each in zip(chunk, values, strict=True):
            twice = self._order.operation is Operation.UPSERT and seen[str(each.get(key)).lower()] > 1
            yield self._save(row, each, twice=twice)

    def _save(self, row: Row, values: dict[str, Any], *, twice: bool) -> Result:
        known = str(values.get("Id") or "")
        try:
            if twice:
                raise Refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {values[self._order.key or 'Id']}")
            record_id, created = self._write(values)
        except Crash:
            raise
        except Refusal as refusal:
            return Result(row, parse_id(known) or "", error=self._error(row, refusal))
        return Result(row, record_id, created)

    def _write(self, values: dict[str, Any]) -> tuple[str, bool]:
        """Save one row; return its record's id and whether it is new."""
        order, writer = self._order, self._org.writer
        match order.operation:
            case Operation.INSERT:
                return writer.create(order.actor, order.sobject, values), True
            case Operation.UPSERT:
                key = order.key or "Id"
                return writer.upsert(order.actor, order.sobject, key, values.pop(key, None), values)
        record_id = self._own_id(values.pop("Id", None))
        match order.operation:
            case Operation.UPDATE:
                writer.update(order.actor, order.sobject, record_id, values)
            case Operation.DELETE:
                writer.delete(order.actor, record_id)
            case Operation.HARD_DELETE:
                writer.hard_delete(order.actor, record_id)
        return record_id, False

    def _own_id(self, given: str | None) -> str:
        """Return a well-formed id of a record of the job's object."""
        if not given:
            raise Refusal("MISSING_ARGUMENT", f"Id not specified in an {self._order.operation} call", fields=("Id",))
        full = parse_id(given.strip())
        if full is None:
            raise Refusal("MALFORMED_ID", f"malformed id {given}")
        sobject = self._org.schema.object(self._order.sobject)
        if sobject is None or not full.startswith(sobject.key_prefix):
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return full

    def _error(self, row: Row, refusal: Refusal) -> str:
        """Write a refusal as results do: code, message and fields."""
        if refusal.code == "JSON_PARSER_ERROR":
            try:
                self._columns.check(row)
            except Refusal as mistyped:
                refusal = mistyped
        if refusal.code == "NOT_FOUND":
            refusal = Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        fields = " ".join([*refusal.fields, "--"])
        return f"{refusal.code}:{refusal.message}:{fields}"

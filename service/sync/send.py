"""Send: turn planned writes into requests, pack them into calls, read what became of each row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from service.crm.answers import Landed, OutOfStep, RowResult
from service.crm.composite import MOST_HEAVY, MOST_PARTS
from service.crm.errors import ALREADY_GONE, CODE_OF_THE_ORG, Refused, RowError
from service.crm.requests import (
    MOST_ROWS,
    Request,
    delete_rows,
    update_row,
    update_rows,
    upsert_rows,
)
from service.domain.values import Value
from service.mapping.model import Mappings, ObjectMapping
from service.mapping.wire import wire_row
from service.sync.plan import Act, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one write: landed (with its CRM id), out of step, or refused.

    `alone` says that it was the only row of its request: the refusal is about this row and no other; `again` that it
    goes once more in this run.
    """

    write: Write
    crm_id: str | None = None
    error: RowError | None = None
    out_of_step: bool = False
    alone: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a write becomes a JSON row: `places` holds the CRM id of each record of ours that a write points at."""

    places: Mapping[str, str]
    mappings: Mappings

    def row(self, write: Write) -> dict[str, Any]:
        """Return a write's id or key, its plain values, and its references by CRM id or else by key."""
        mapping = write.mapping
        plain: dict[str, Value] = {}
        by_key: dict[str, Any] = {}
        for column, value in write.values.items():
            field = mapping.field(column)
            if field.refers_to is None or value is None:
                plain[column] = value
            elif str(value) in self.places:
                plain[column] = self.places[str(value)]
            else:
                by_key[_relationship(field.crm)] = {self.mappings[field.refers_to].key: value}
        identity = {mapping.key or "": str(write.link.id)} if write.act is Act.CREATE else {"Id": write.link.crm_id}
        return {**identity, **wire_row(mapping, plain), **by_key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One request and the writes it carries, in row order."""

    request: Request[Any]
    writes: Sequence[Write]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much goes in one call, asked anew for each (the org shows what it bears), and in one collection."""

    most_rows: Callable[[], int]
    batch: int = MOST_ROWS


def calls(writes: Sequence[Write], places: Mapping[str, str], mappings: Mappings, load: Load) -> Iterator[list[Batch]]:
    """Yield what goes into each API call, in order: creates and plain updates with parents first,
    then conditional updates, then deletes with children first.

    A record of ours that has no CRM id in `places` is pointed at by its key: it goes in the same call or before.
    """
    shape = Shape(places=places, mappings=mappings)
    pack: list[Batch] = []
    for batch in chain(_collections(writes, shape, load), _singles(writes, shape), _deletions(writes, mappings, load)):
        heavy = sum(b.request.heavy for b in pack)
        rows = sum(len(b.writes) for b in pack)
        full = len(pack) == MOST_PARTS or heavy + batch.request.heavy > MOST_HEAVY
        if pack and (full or rows + len(batch.writes) > load.most_rows()):
            yield pack
            pack = []
        pack.append(batch)
    if pack:
        yield pack


def read(batch: Batch, answer: Any) -> list[Result]:
    """Return what became of each write of a batch."""
    alone = len(batch.writes) == 1
    if isinstance(answer, Refused):
        return [Result(write=write, error=answer.first, alone=alone) for write in batch.writes]
    if isinstance(answer, Landed | OutOfStep | RowError):
        return [_single(batch.writes[0], answer)]
    results = [_row(write, row) for write, row in zip(batch.writes, answer, strict=True)]
    as_one = len({result.error for result in results}) == 1 and not alone
    return [replace(result, alone=False) for result in results] if as_one else results


def again(result: Result, *, most_rows: int) -> bool:
    """Say whether a refused write should go once more in this run, in a smaller company: it may not be its own fault."""
    error = result.error
    if error is None:
        return False
    if error.overloaded:
        return most_rows > 1
    return error.transient or (not result.alone and error.code in CODE_OF_THE_ORG)


def by_parent(write: Write) -> str:
    """Return what keeps the children of one parent together, so that a locked parent holds up no others."""
    named = next((field.column for field in write.mapping.references if field.required), "")
    parent = write.values.get(named) or (write.link.base or {}).get(named) or ""
    return f"{write.mapping.name} {parent} {write.link.id}"


def _collections(writes: Sequence[Write], shape: Shape, load: Load) -> Iterator[Batch]:
    for mapping in shape.mappings:
        for act in (Act.CREATE, Act.UPDATE):
            chosen = [w for w in writes if w.mapping is mapping and w.act is act]
            for part in _batches(chosen, load):
                yield Batch(request=_collection(mapping, act, [shape.row(w) for w in part]), writes=part)


def _collection(mapping: ObjectMapping, act: Act, rows: list[dict[str, Any]]) -> Request[Any]:
    if act is Act.CREATE:
        return upsert_rows(mapping.sobject, mapping.key or "", rows)
    return update_rows(mapping.sobject, rows)


def _singles(writes: Sequence[Write], shape: Shape) -> Iterator[Batch]:
    for write in writes:
        if write.act is Act.CONDITIONAL:
            values = shape.row(write)
            request = update_row(
                write.mapping.sobject, values.pop("Id"), values, unmodified_since=write.link.base_modstamp
            )
            yield Batch(request=request, writes=[write])


def _batches(writes: Sequence[Write], load: Load) -> Iterator[Sequence[Write]]:
    start = 0
    while start < len(writes):
        size = min(load.batch, load.most_rows())
        yield writes[start : start + size]
        start += size


def _deletions(writes: Sequence[Write], mappings: Mappings, load: Load) -> Iterator[Batch]:
    for mapping in reversed(mappings.objects):
        chosen = [w for w in writes if w.mapping is mapping and w.act is Act.DELETE]
        for part in _batches(chosen, load):
            yield Batch(request=delete_rows([w.link.crm_id or "" for w in part]), writes=part)


def _relationship(crm: str) -> str:
    return f"{crm[:-3]}__r" if crm.endswith("__c") else crm.removesuffix("Id")


def _single(write: Write, answer: Landed | OutOfStep | RowError) -> Result:
    if isinstance(answer, RowError):
        return Result(write=write, error=answer)
    return Result(write=write, crm_id=write.link.crm_id, out_of_step=isinstance(answer, OutOfStep))


def _row(write: Write, row: RowResult) -> Result:
    if row.success:
        return Result(write=write, crm_id=write.link.crm_id or row.id)
    error = row.errors[0] if row.errors else RowError("UNKNOWN", "Salesforce gave no reason")
    if write.act is Act.DELETE and error.code in ALREADY_GONE:
        return Result(write=write, crm_id=write.link.crm_id)
    return Result(write=write, error=error)

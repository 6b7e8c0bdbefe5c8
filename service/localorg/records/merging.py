"""Merging: losers go to the recycle bin with the winner's id on them, and what hung on them hangs on the winner."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.localorg.errors import Refusal
from service.localorg.ids import parse_id
from service.localorg.records.parts import Parts
from service.localorg.schema.model import Field, SObject

MASTER = "MasterRecordId"
MOST_LOSERS = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to: who stayed, who went, and whose lookups were turned to the winner."""

    winner: str
    losers: tuple[str, ...]
    children: tuple[str, ...]


def check_merge(sobject: SObject, winner: str, losers: Sequence[str]) -> tuple[str, ...]:
    """Return the losers' full ids, or refuse a merge that cannot be."""
    if MASTER not in sobject.fields:
        raise Refusal("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} does not support merge")
    full = tuple(parse_id(each) or each for each in losers)
    if not 1 <= len(set(full)) == len(full) <= MOST_LOSERS:
        raise Refusal("MERGE_FAILED", f"1 to {MOST_LOSERS} different records can be merged into the master record")
    if winner in full:
        raise Refusal("MERGE_FAILED", "The master record cannot be merged into itself")
    if not all(each.startswith(sobject.key_prefix) for each in full):
        raise Refusal("MERGE_FAILED", f"All records to merge must be of type {sobject.name}")
    return full


def hand_over(parts: Parts, sobject: SObject, loser: str, winner: str, *, moves_clock: bool) -> list[str]:
    """Turn every lookup at a loser to the winner, past rules and triggers; return the ids of the children."""
    moved: list[str] = []
    for child, field in parts.schema.children(sobject.name):
        if not field.system:
            moved += _turn(parts, child, field, loser, winner, moves_clock=moves_clock)
    return moved


def _turn(parts: Parts, child: SObject, field: Field, loser: str, winner: str, *, moves_clock: bool) -> list[str]:
    storage = parts.storage
    found = storage.execute(
        f'SELECT "Id" FROM "{child.name}" WHERE "{field.name}" = ? AND "IsDeleted" = 0 ORDER BY "Id"', (loser,)
    )
    ids = [record_id for (record_id,) in found.fetchall()]
    for record_id in ids:
        # The winner cannot point at itself.
        target = None if record_id == winner else winner
        clock = {"SystemModstamp": parts.now()} if moves_clock else {}
        storage.update(child.name, record_id, {field.name: target, **clock})
    return ids

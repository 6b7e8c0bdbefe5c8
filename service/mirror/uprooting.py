"""Taking back what was made in the CRM of a set that is to be made whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from service.crm.answers import Page
from service.crm.errors import ALREADY_GONE, Refused, RowError
from service.crm.requests import MOST_ROWS, Request, delete_rows, query
from service.crm.soql import compare, select
from service.mapping.model import ObjectMapping
from service.mirror.connected import Connected

Planted = Sequence[tuple[str, UUID]]
"""Records by noun and id, parents first."""
T = TypeVar("T")


def standing(org: Connected, planted: Planted) -> Mapping[UUID, str]:
    """Return the CRM's ids of those of these records that it holds, asked of the CRM itself, by ours."""
    asks = [
        (org.mappings[noun], ids)
        for noun in dict.fromkeys(noun for noun, _ in planted)
        for ids in _batches([str(our_id) for each, our_id in planted if each == noun])
    ]
    pages = org.client.composite([_asking(mapping, ids) for mapping, ids in asks]) if asks else []
    found: dict[UUID, str] = {}
    for (mapping, _), page in zip(asks, pages, strict=True):
        if isinstance(page, Refused):
            raise page
        found |= {UUID(row[mapping.key or ""]): row["Id"] for row in page.rows}
    return found


def _asking(mapping: ObjectMapping, ids: Sequence[str]) -> Request[Page]:
    key = mapping.key or ""
    return query(select(mapping.sobject, ["Id", key], where=[compare(key, "IN", ids)]))


def uproot(org: Connected, planted: Planted) -> list[RowError]:
    """Delete in the CRM what it holds of these records, children first; return why it keeps some."""
    there = standing(org, planted)
    doomed = [there[our_id] for _, our_id in reversed(planted) if our_id in there]
    answers = org.client.composite([delete_rows(batch) for batch in _batches(doomed)]) if doomed else []
    kept: list[RowError] = []
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
        kept += [row.errors[0] for row in answer if not row.success and row.errors[0].code not in ALREADY_GONE]
    return kept


def _batches(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + MOST_ROWS] for start in range(0, len(items), MOST_ROWS)]

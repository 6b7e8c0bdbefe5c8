"""Deleting records on both sides: the CRM first, since it may refuse, then the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.crm.errors import ALREADY_GONE, Refused, RowError
from service.crm.requests import MOST_ROWS, delete_rows
from service.mirror import links, ours
from service.mirror.connected import Connected
from service.mirror.links import Link
from service.store.ledger import links as ledger


def remove(org: Connected, noun: str, ids: Sequence[UUID], *, by: str) -> dict[UUID, RowError]:
    """Delete records of one noun on both sides; return those that the CRM keeps, with its reason."""
    with org.writing(by=by) as connection:
        there = [link for link in links.by_id(connection, ids).values() if link.crm_id]
    batches = [there[start : start + MOST_ROWS] for start in range(0, len(there), MOST_ROWS)]
    requests = [delete_rows([link.crm_id or "" for link in batch]) for batch in batches]
    kept: dict[UUID, RowError] = {}
    for batch, answer in zip(batches, org.client.composite(requests), strict=True):
        kept |= _kept(batch, answer)
    _book_deletes(org, noun, [our_id for our_id in ids if our_id not in kept], by=by)
    return kept


def _kept(batch: Sequence[Link], answer: Any) -> dict[UUID, RowError]:
    if isinstance(answer, Refused):
        return {link.id: answer.first for link in batch}
    return {
        link.id: row.errors[0]
        for link, row in zip(batch, answer, strict=True)
        if not row.success and row.errors[0].code not in ALREADY_GONE
    }


def _book_deletes(org: Connected, noun: str, ids: Sequence[UUID], *, by: str) -> None:
    """Delete here what the CRM deleted, with the details that went along, and clear what pointed at it."""
    with org.writing(by=by) as connection:
        pointing = ours.take_away(connection, org.mappings, noun, ids)
        gone = list(ids)
        for mapping in org.mappings:
            details = [our_id for child, field, our_id in pointing if child is mapping and field.required]
            ours.take_away(connection, org.mappings, mapping.name, details)
            gone += details
        links.change(connection, gone, gone=True, deleted=True, sending=None, pushed_version=ledger.c.version)

"""Fetch: read records by id or by key, packed into as few API calls as can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from service.crm.answers import Page
from service.crm.composite import MOST_HEAVY
from service.crm.errors import Refused
from service.crm.requests import MOST_IDS, Request, next_page, query, retrieve
from service.crm.soql import compare, select
from service.mapping.model import ObjectMapping
from service.sync.context import Sync, fetched_fields

T = TypeVar("T")
MOST_KEYS = 200
"""Keys of one query: 200 of 36 characters stay far below the limit of a URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The rows of one object that one request asked for; `missing` ids show nothing (deleted, or not for our eyes)."""

    mapping: ObjectMapping
    rows: Sequence[Mapping[str, Any]]
    missing: frozenset[str]
    read_at: datetime


def by_id(sync: Sync, wanted: Mapping[str, Collection[str]], *, now: datetime) -> Iterator[list[Shown]]:
    """Yield the records of these CRM ids, parents first, one list for each API call."""
    asks = [
        (mapping, ids, retrieve(mapping.sobject, ids, fetched_fields(mapping)))
        for mapping in sync.mappings
        for ids in chunks(sorted(wanted.get(mapping.name, ())), MOST_IDS)
    ]
    for pack in chunks(asks, MOST_HEAVY):
        answers = composite(sync, [request for _, _, request in pack])
        read_at = sync.client.asked_at or now
        yield [
            Shown(
                mapping=mapping,
                rows=[row for row in rows if row],
                missing=frozenset(crm_id for crm_id, row in zip(ids, rows, strict=True) if not row),
                read_at=read_at,
            )
            for (mapping, ids, _), rows in zip(pack, answers, strict=True)
        ]


def by_key(sync: Sync, wanted: Mapping[str, Collection[str]], *, now: datetime) -> Iterator[list[Shown]]:
    """Yield the records that carry these keys of ours, parents first, one list for each API call."""
    asks = [
        (mapping, _where(mapping, mapping.key or "", keys))
        for mapping in sync.mappings
        for keys in chunks(sorted(wanted.get(mapping.name, ())), MOST_KEYS)
    ]
    yield from _queried(sync, asks, now=now)


def pointing_at(sync: Sync, targets: Mapping[str, Collection[str]], *, now: datetime) -> Iterator[list[Shown]]:
    """Yield the records that point at these CRM records, one list for each API call."""
    asks = [
        (mapping, _where(mapping, field.crm, ids))
        for mapping in sync.mappings
        for field in mapping.references
        for ids in chunks(sorted(targets.get(field.refers_to or "", ())), MOST_KEYS)
    ]
    yield from _queried(sync, asks, now=now)


def _where(mapping: ObjectMapping, field: str, values: Sequence[str]) -> Request[Page]:
    return query(select(mapping.sobject, fetched_fields(mapping), where=[compare(field, "IN", values)]))


def _queried(
    sync: Sync, asks: Sequence[tuple[ObjectMapping, Request[Page]]], *, now: datetime
) -> Iterator[list[Shown]]:
    for pack in chunks(asks, MOST_HEAVY):
        answers = composite(sync, [request for _, request in pack])
        read_at = sync.client.asked_at or now
        yield [
            Shown(mapping=mapping, rows=page.rows, missing=frozenset(), read_at=read_at)
            for (mapping, _), page in zip(pack, answers, strict=True)
        ]
        for (mapping, _), page in zip(pack, answers, strict=True):
            yield from ([shown] for shown in following(sync, mapping, page, now=now))


def following(sync: Sync, mapping: ObjectMapping, page: Page, *, now: datetime) -> Iterator[Shown]:
    """Yield the further pages of a query, one call each, however short the CRM makes them."""
    where = page.next
    while where:
        later = sync.client.call(next_page(where))
        read_at = sync.client.asked_at or now
        yield Shown(mapping=mapping, rows=later.rows, missing=frozenset(), read_at=read_at)
        where = later.next


def composite(sync: Sync, requests: Sequence[Request[Any]]) -> list[Any]:
    """Send reads in one call; a refused one is an error, since every read must succeed."""
    answers = sync.client.composite(requests)
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
    return answers


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Split a sequence into runs of a size."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

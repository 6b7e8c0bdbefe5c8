"""Load: read whole objects, by composite queries while they are small and by Bulk API 2.0 above.

A full sync compares everything once: it is how an org is first taken in, and how a connector finds its way
back after a long pause. Memory stays flat: rows are taken in by the chunk, each chunk in its own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection

from service.crm.answers import Page
from service.crm.composite import MOST_HEAVY
from service.crm.requests import query
from service.crm.soql import quote
from service.crm.soql import select as select_soql
from service.errors import PlansyncError
from service.mapping.filters import where_soql
from service.mapping.model import ObjectMapping
from service.mirror import links
from service.sync import fetch, merged, pull, returned
from service.sync.context import Sync, read_fields
from service.sync.fetch import Shown
from service.sync.journal import Journal
from service.sync.remove import remove

BULK_FROM = 10_000
"""Rows from which a bulk job costs fewer API calls than pages of 2,000, five to a call."""
CHUNK = 5_000

FEW = 25
"""So many records of an object may be missing in a full reading without anybody being asked."""

Progress = Callable[[str, int, int], None]
"""Told the object, rows so far and rows in all."""


def quiet(_noun: str, _done: int, _total: int) -> None:
    """Show no progress."""


class Vanished(PlansyncError):  # noqa: N818 - named for what happened
    """A large part of an object is not shown any more."""

    def __init__(self, noun: str, missing: int, held: int) -> None:
        super().__init__(
            f"The org no longer shows {missing} of {held} {noun} records; check what the integration user may see, "
            f"or, if they were really purged, run `plansync sync --full --accept-missing`"
        )


def load(sync: Sync, journal: Journal, *, progress: Progress, mappings: Sequence[ObjectMapping] | None = None) -> None:
    """Read every object whole, or these, parents first."""
    for group in fetch.chunks(sync.mappings.objects if mappings is None else mappings, MOST_HEAVY):
        pages = fetch.composite(sync, [query(soql(mapping)) for mapping in group])
        read_at = sync.client.asked_at or journal.now
        for mapping, page in zip(group, pages, strict=True):
            if page.total >= BULK_FROM:
                _by_bulk(sync, journal, mapping, page.total, progress)
            else:
                first = Shown(mapping=mapping, rows=page.rows, missing=frozenset(), read_at=read_at)
                _by_pages(sync, journal, first, page, progress)


def soql(mapping: ObjectMapping, fields: Sequence[str] | None = None) -> str:
    """Return the query that reads an object whole, or only these fields of it, within the mapping's filter."""
    where = where_soql(mapping, quote=quote)
    return select_soql(mapping.sobject, fields or read_fields(mapping), where=[where] if where else [])


def in_bulk(
    sync: Sync, mapping: ObjectMapping, expected: int, *, now: datetime, fields: Sequence[str] | None = None
) -> Generator[Shown, None, None]:
    """Yield a large object, or only these fields of it, in parts, read by one bulk job; memory stays flat."""
    with sync.client.bulk_query(soql(mapping, fields), expected_rows=expected) as (header, rows, asked_at):
        # What the job shows may be as old as the job, however long it waited and however many answers follow.
        read_at = asked_at or now
        for part in _batched((dict(zip(header, row, strict=True)) for row in rows), CHUNK):
            yield Shown(mapping=mapping, rows=part, missing=frozenset(), read_at=read_at)


def _by_pages(sync: Sync, journal: Journal, first: Shown, page: Page, progress: Progress) -> None:
    """Take the pages of one object in, as Salesforce hands them out."""
    done = 0
    for shown in chain([first], fetch.following(sync, first.mapping, page, now=journal.now)):
        _take_in(sync, journal, shown)
        done += len(shown.rows)
        progress(first.mapping.name, done, page.total)


def _by_bulk(sync: Sync, journal: Journal, mapping: ObjectMapping, expected: int, progress: Progress) -> None:
    done = 0
    with closing(in_bulk(sync, mapping, expected, now=journal.now)) as parts:
        for shown in parts:
            _take_in(sync, journal, shown)
            done += len(shown.rows)
            progress(mapping.name, done, expected)


def _take_in(sync: Sync, journal: Journal, shown: Shown) -> None:
    # A reading that breaks off half-way has taken in what came back, and nobody would ask for its followers again.
    returned.take_in_followers(sync, journal, [shown], {})
    pull.take_in(sync, journal, [[shown]])
    journal.counts["read"] += len(shown.rows)


def unseen(sync: Sync, *, since: datetime) -> dict[str, set[str]]:
    """Return the records, by object, that a full reading since a moment did not show."""
    with sync.transaction() as connection:
        return {mapping.name: links.held(connection, mapping.name, unread_since=since) for mapping in sync.mappings}


def purge(sync: Sync, journal: Journal, unseen: Mapping[str, set[str]], *, accept_missing: bool) -> None:
    """Take in that records are gone which a reading did not show, once asking for them shows nothing either."""
    missing: dict[str, set[str]] = {}
    for call in fetch.by_id(sync, unseen, now=journal.now):
        for one in call:
            missing.setdefault(one.mapping.name, set()).update(one.missing)
    if not accept_missing:
        with sync.transaction() as connection:
            _refuse_a_landslide(connection, missing)
    merged.follow(sync, journal, missing)
    with sync.transaction() as connection:
        for noun in reversed(missing):
            remove(sync, connection, journal, sync.mappings[noun], missing[noun])


def _refuse_a_landslide(connection: Connection, missing: Mapping[str, Collection[str]]) -> None:
    """Refuse to delete a large part of an object here: the integration user has rather lost the right to see it."""
    for noun, crm_ids in missing.items():
        held = links.count_held(connection, noun)
        if len(crm_ids) > max(FEW, held // 4):
            raise Vanished(noun, len(crm_ids), held)


def _batched(items: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk

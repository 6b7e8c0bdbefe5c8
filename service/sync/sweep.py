"""Sweep: compare the ids of both sides; a record purged from the recycle bin leaves no other trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from service.crm.answers import Page
from service.crm.composite import MOST_HEAVY
from service.crm.requests import next_page, query
from service.crm.soql import quote, select
from service.domain.values import to_18
from service.mapping.filters import where_soql
from service.mapping.model import ObjectMapping
from service.mirror import links
from service.sync import fetch, load, pull
from service.sync.context import Sync
from service.sync.journal import Journal
from service.sync.run import Report, running


def sweep(sync: Sync, *, now: datetime, clock: Callable[[], datetime], accept_missing: bool = False) -> Report:
    """Take in what one side's ids lack: records that vanished without a trace, and records never heard of."""
    with running(sync, "sweep", now=now, clock=clock) as run:
        shown = dict(_shown(sync))
        with sync.transaction() as connection:
            held = {mapping.name: links.held(connection, mapping.name) for mapping in sync.mappings}
            known = {mapping.name: links.known(connection, mapping.name) for mapping in sync.mappings}
        unseen = {noun: ids - shown[noun] for noun, ids in held.items()}
        load.purge(sync, run.journal, unseen, accept_missing=accept_missing)
        _take_in(sync, run.journal, {noun: ids - known[noun] for noun, ids in shown.items()})
    return run.report


def _take_in(sync: Sync, journal: Journal, unheard: Mapping[str, set[str]]) -> None:
    journal.counts["unheard of"] += sum(map(len, unheard.values()))
    pull.take_in(sync, journal, fetch.by_id(sync, unheard, now=journal.now))


def _shown(sync: Sync) -> Iterator[tuple[str, set[str]]]:
    """Yield every object with the ids that the CRM shows of it."""
    for group in fetch.chunks(sync.mappings.objects, MOST_HEAVY):
        pages = fetch.composite(sync, [query(_soql(mapping)) for mapping in group])
        for mapping, page in zip(group, pages, strict=True):
            yield mapping.name, _bulk_ids(sync, mapping, page) if page.total >= load.BULK_FROM else _ids(sync, page)


def _ids(sync: Sync, page: Page) -> set[str]:
    ids = {to_18(row["Id"]) for row in page.rows}
    following = page.next
    while following:
        later = sync.client.call(next_page(following))
        ids |= {to_18(row["Id"]) for row in later.rows}
        following = later.next
    return ids


def _bulk_ids(sync: Sync, mapping: ObjectMapping, page: Page) -> set[str]:
    with sync.client.bulk_query(_soql(mapping), expected_rows=page.total) as (_, rows):
        return {to_18(row[0]) for row in rows}


def _soql(mapping: ObjectMapping) -> str:
    where = where_soql(mapping, quote=quote)
    return select(mapping.sobject, ("Id",), where=[where] if where else [])

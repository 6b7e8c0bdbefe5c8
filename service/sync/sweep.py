"""Sweep: compare the ids of both sides; a record purged from the recycle bin leaves no other trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from service.crm.answers import Page
from service.crm.composite import MOST_HEAVY
from service.crm.requests import query
from service.domain.values import to_18
from service.mapping.model import ObjectMapping
from service.mirror import links
from service.sync import fetch, load, pull
from service.sync.context import Sync
from service.sync.fitness import fitted
from service.sync.journal import Journal
from service.sync.run import Report, running
from service.sync.theirs import Raw

IDS = ("Id",)


def sweep(sync: Sync, *, now: datetime, clock: Callable[[], datetime], accept_missing: bool = False) -> Report:
    """Take in what one side's ids lack: records that vanished without a trace, and records never heard of."""
    with running(sync, "sweep", now=now, clock=clock) as run:
        with sync.transaction() as connection:
            sync = fitted(sync, connection)
        shown = dict(_shown(sync, now=now))
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


def _shown(sync: Sync, *, now: datetime) -> Iterator[tuple[str, set[str]]]:
    """Yield every object with the ids that the CRM shows of it."""
    for group in fetch.chunks(sync.mappings.objects, MOST_HEAVY):
        pages = fetch.composite(sync, [query(load.soql(mapping, IDS)) for mapping in group])
        for mapping, page in zip(group, pages, strict=True):
            yield mapping.name, {to_18(row["Id"]) for rows in _rows(sync, mapping, page, now) for row in rows}


def _rows(sync: Sync, mapping: ObjectMapping, page: Page, now: datetime) -> Iterator[Sequence[Raw]]:
    if page.total >= load.BULK_FROM:
        yield from (shown.rows for shown in load.in_bulk(sync, mapping, page.total, fields=IDS, now=now))
        return
    yield page.rows
    yield from (shown.rows for shown in fetch.following(sync, mapping, page, now=now))

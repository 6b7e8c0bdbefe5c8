"""Preview: what a sync would do now, found by reading only; nothing is written on either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from service.crm.requests import query
from service.crm.soql import quote, select
from service.mapping.filters import where_soql
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Wanted
from service.sync import detect, fetch
from service.sync.context import Sync
from service.sync.park import asked_fields, blocked
from service.sync.plan import Act, Write, plan
from service.sync.push import MOST_LINKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One record that would be sent, how, and which columns of it."""

    noun: str
    id: UUID
    act: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a sync would read (records by object) and what it would send; a full one reads everything."""

    full: bool
    changed: Mapping[str, int]
    deleted: Mapping[str, int]
    pushes: Sequence[Push]
    api_calls: int


def preview(sync: Sync, *, now: datetime, full: bool = False) -> Preview:
    """Find what changed there and plan what changed here, and do nothing about it."""
    before = sync.client.api_calls
    with sync.transaction() as connection:
        known = detect.read_cursors(connection)
        writes = [write for mapping in sync.mappings for write in _writes(connection, mapping, now)]
    full = full or not detect.ready(sync, known)
    changed, deleted = (_held_there(sync), {}) if full else _since(sync, known, now)
    return Preview(
        full=full,
        changed=changed,
        deleted=deleted,
        pushes=[_push(write) for write in writes if write.act not in (Act.NOTHING, Act.FORGET)],
        api_calls=sync.client.api_calls - before,
    )


def _writes(connection: Connection, mapping: ObjectMapping, now: datetime) -> list[Write]:
    dirty = links.dirty(connection, mapping.name, Wanted(limit=MOST_LINKS), held_back=blocked(now))
    held = ours.read_rows(connection, mapping, [link.id for link in dirty])
    asked = asked_fields(connection, [link.id for link in dirty])
    return [plan(mapping, link, held.get(link.id), asked=asked.get(link.id, ())) for link in dirty]


def _push(write: Write) -> Push:
    return Push(noun=write.mapping.name, id=write.link.id, act=write.act.value, columns=tuple(sorted(write.values)))


def _since(sync: Sync, known: Mapping[str, datetime], now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    found = detect.detect(sync, known, now=now)
    counts = [{noun: len(ids) for noun, ids in side.items() if ids} for side in (found.changed, found.deleted)]
    return counts[0], counts[1]


def _held_there(sync: Sync) -> dict[str, int]:
    """Count the records that a full sync reads."""
    pages = fetch.composite(sync, [query(_ids(mapping)) for mapping in sync.mappings])
    return {mapping.name: page.total for mapping, page in zip(sync.mappings, pages, strict=True)}


def _ids(mapping: ObjectMapping) -> str:
    where = where_soql(mapping, quote=quote)
    return select(mapping.sobject, ["Id"], where=[where] if where else [])

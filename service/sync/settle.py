"""Settle: let one side have its way in some fields of a record, whatever a merge would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, update
from sqlalchemy.dialects.postgresql import JSONB

from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.store.ledger import links as ledger
from service.sync.context import Sync
from service.sync.follow import let_follow
from service.sync.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Who has the word on which fields of one record; both rows hold the CRM's values.

    `take` becomes ours; what the CRM holds in the fields of `overrule` is replaced by ours with the next push.
    """

    link: Link
    held: Row
    take: Row = field(default_factory=dict)
    overrule: Row = field(default_factory=dict)


def settle(
    sync: Sync, connection: Connection, journal: Journal, mapping: ObjectMapping, rulings: Sequence[Ruling]
) -> None:
    """Carry rulings out on records whose rows and links the caller has locked, and let their children follow."""
    taken = {r.link.id: [c for c, v in r.take.items() if r.held[c] != v] for r in rulings}
    changed = {r.link.id: {**r.held, **r.take} for r in rulings if taken[r.link.id]}
    ours.write_rows(connection, mapping, sync.org_id, changed)
    let_follow(connection, sync.mappings, journal, mapping.name, taken)
    _agree(connection, rulings)
    touch(connection, [r.link.id for r in rulings if r.overrule])
    links.mark_clean(connection, [r.link.id for r in rulings if not r.overrule and not r.link.dirty])


def touch(connection: Connection, ids: Sequence[UUID]) -> None:
    """Have records pushed again, also those whose push is under way at this moment."""
    links.change(connection, ids, version=func.greatest(ledger.c.version, ledger.c.pushed_version) + 1)


def lost_references(connection: Connection, mapping: ObjectMapping, values: Row) -> set[str]:
    """Return what values point at that does not stand here: such a reference cannot be held."""
    pointed = {str(values[f.column]) for f in mapping.references if values.get(f.column)}
    return pointed - links.standing(connection, [each for each in pointed if _is_ours(each)])


def _is_ours(reference: str) -> bool:
    try:
        return bool(UUID(reference))
    except ValueError:
        return False


def _agree(connection: Connection, rulings: Sequence[Ruling]) -> None:
    """Take the CRM's values into the base: what differs from them here is a change of ours."""
    known = [{"link": r.link.id, "known": {**r.take, **r.overrule}} for r in rulings]
    if known:
        base = func.coalesce(ledger.c.base, func.jsonb_build_object()).op("||")(bindparam("known", type_=JSONB))
        connection.execute(update(ledger).where(ledger.c.id == bindparam("link")).values(base=base), known)

"""Merged: accounts and contacts that the CRM made one of; what hung on the losers hangs on the winner.

A merge deletes the losers and turns their children to the winner, without triggers and, it may be, without moving the
children's clocks: so what pointed at a loser here is read again before the loser is taken out, and what the CRM does
not know yet is turned to the winner here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection

from service.crm.requests import query
from service.crm.soql import compare, select
from service.domain.values import to_18
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.sync import fetch, pull
from service.sync.context import Sync
from service.sync.journal import Decision, Journal

MERGEABLE = frozenset({"Account", "Contact"})


def follow(sync: Sync, journal: Journal, deleted: Mapping[str, Collection[str]]) -> None:
    """Turn to the winners what points at records that a merge deleted; the deletion itself is taken in as any other."""
    for mapping in sync.mappings:
        if mapping.sobject in MERGEABLE and deleted.get(mapping.name):
            with sync.transaction() as connection:
                known = links.by_crm_id(connection, deleted[mapping.name])
            losers = {crm_id: link for crm_id, link in known.items() if not link.gone}
            if losers:
                _follow(sync, journal, mapping, losers)


def _follow(sync: Sync, journal: Journal, mapping: ObjectMapping, losers: Mapping[str, Link]) -> None:
    winners = _winners(sync, mapping, losers, now=journal.now)
    pull.take_in(sync, journal, fetch.by_id(sync, {mapping.name: set(winners.values())}, now=journal.now))
    with sync.transaction() as connection:
        children = _children(sync, connection, mapping, losers.values())
    # Purged by now, a loser does not tell its winner any more; its children do.
    pull.take_in(sync, journal, fetch.by_id(sync, children, now=journal.now))
    with sync.transaction() as connection:
        known = links.by_crm_id(connection, set(winners.values()))
        for crm_id, winner in winners.items():
            if winner in known:
                _turn(sync, connection, journal, losers[crm_id], known[winner])


def _winners(sync: Sync, mapping: ObjectMapping, losers: Collection[str], *, now: datetime) -> dict[str, str]:
    """Return the winner of each loser, at the end of however many merges."""
    masters: dict[str, str] = {}
    for ids in fetch.chunks(sorted(losers), fetch.MOST_KEYS):
        where = [compare("Id", "IN", ids), compare("MasterRecordId", "!=", None)]
        asked = query(select(mapping.sobject, ("Id", "MasterRecordId"), where=where), deleted=True)
        page = sync.client.call(asked)
        further = fetch.following(sync, mapping, page, now=now)
        rows = chain(page.rows, *(shown.rows for shown in further))
        masters |= {to_18(row["Id"]): to_18(row["MasterRecordId"]) for row in rows}
    return {loser: _last(masters, loser) for loser in masters}


def _last(masters: Mapping[str, str], loser: str) -> str:
    winner = masters[loser]
    while winner in masters:
        winner = masters[winner]
    return winner


def _children(
    sync: Sync, connection: Connection, mapping: ObjectMapping, losers: Collection[Link]
) -> dict[str, set[str]]:
    """Return the CRM ids, by object, of what points at the losers here."""
    pointing = ours.pointing_at(connection, sync.mappings, mapping.name, [link.id for link in losers])
    held = links.by_id(connection, {child_id for _, _, child_id in pointing})
    found: dict[str, set[str]] = {}
    for link in held.values():
        if link.crm_id:
            found.setdefault(link.object, set()).add(link.crm_id)
    return found


def _turn(sync: Sync, connection: Connection, journal: Journal, loser: Link, winner: Link) -> None:
    """Turn what still points at the loser here to the winner, and keep which one that is."""
    for mapping in sync.mappings:
        for field in mapping.references:
            if field.refers_to == loser.object and not field.extra:
                ours.repoint(connection, (mapping, field), old=loser.id, new=winner.id)
    links.change(connection, [loser.id], merged_into=winner.id)
    reason = f"the CRM merged it into {winner.crm_id}; what pointed at it points there"
    journal.log(connection, [Decision(link_id=loser.id, object=loser.object, action="merged", reason=reason)])

"""Remove: take the CRM's deletions in; a delete wins unless edits of ours have not been pushed yet (P3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from service.domain.merging import Fate, deleted_there
from service.domain.values import Row
from service.mapping.model import FieldMapping, ObjectMapping
from service.mirror import links, ours
from service.mirror.links import Link
from service.store.ledger import links as ledger
from service.sync.context import Sync
from service.sync.journal import Decision, Journal
from service.sync.park import DELETED_THERE, Parked, Why, forget, park
from service.sync.plan import differences


def remove(
    sync: Sync, connection: Connection, journal: Journal, mapping: ObjectMapping, crm_ids: Collection[str]
) -> None:
    """Take in that these records are gone from the CRM."""
    if not crm_ids:
        return
    known = links.by_crm_id(connection, crm_ids)
    held = ours.read_rows(connection, mapping, [link.id for link in known.values()], lock=True)
    facing = [link for link in links.by_crm_id(connection, crm_ids, lock=True).values() if not link.gone]
    fates = {link.id: _fate(mapping, link, held.get(link.id)) for link in facing}
    going = [link.id for link in facing if fates[link.id][0] is Fate.DELETE_HERE]
    _delete(sync, connection, journal, mapping, going)
    gone = [link.id for link in facing if fates[link.id][0] is not Fate.PARK]
    links.change(connection, gone, gone=True, deleted=True, sending=None, pushed_version=ledger.c.version)
    forget(connection, gone)
    stuck = [link for link in facing if fates[link.id][0] is Fate.PARK]
    park(connection, sync.org_id, [_stuck(link, fates[link.id][1]) for link in stuck], now=journal.now)
    journal.log(
        connection,
        [
            Decision(
                link_id=link.id,
                object=mapping.name,
                action=fates[link.id][0].value,
                reason=fates[link.id][1],
                base=link.base,
                ours=held.get(link.id),
            )
            for link in facing
        ],
    )


def _fate(mapping: ObjectMapping, link: Link, held: Row | None) -> tuple[Fate, str]:
    edited = held is not None and link.dirty and bool(differences(mapping, link, held)[0])
    return deleted_there(edited_here=edited, deleted_here=held is None, policy=mapping.on_delete)


def _stuck(link: Link, reason: str) -> Parked:
    return Parked(
        link_id=link.id, object=link.object, why=Why.DELETED, code=DELETED_THERE, reason=reason, version=link.version
    )


def _delete(sync: Sync, connection: Connection, journal: Journal, mapping: ObjectMapping, going: list[UUID]) -> None:
    """Delete records of ours; what points at them is cleared, and parked where it cannot be without them."""
    pointing = ours.take_away(connection, sync.mappings, mapping.name, going)
    orphans = {child_id: (child, field) for child, field, child_id in pointing if field.required}
    left = links.by_id(connection, list(orphans))
    park(
        connection,
        sync.org_id,
        [_orphan(left[child_id], mapping, field) for child_id, (_, field) in orphans.items()],
        now=journal.now,
    )


def _orphan(link: Link, parent: ObjectMapping, field: FieldMapping) -> Parked:
    return Parked(
        link_id=link.id,
        object=link.object,
        why=Why.ORPHANED,
        code="PARENT_DELETED",
        reason=f"The {parent.name} that its {field.crm} points at was deleted in the CRM; give it another one",
        version=link.version,
    )

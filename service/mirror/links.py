"""Links: which record here is which record there, and what both sides last agreed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, not_, or_, select, update
from sqlalchemy import Row as Record
from sqlalchemy.dialects.postgresql import JSONB, insert

from service.domain.values import Row
from service.store.database import among
from service.store.ledger import links

COLD = timedelta(seconds=2)
"""A conditional write compares whole seconds: a base read sooner after the record's own change proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One row of the ledger; see `service.store.ledger.links` for what each column means."""

    id: UUID
    object: str
    crm_id: str | None = None
    base: Row | None = None
    base_modstamp: datetime | None = None
    base_read_at: datetime | None = None
    sending: Row | None = None
    version: int = 0
    pushed_version: int = 0
    deleted: bool = False
    gone: bool = False

    @property
    def dirty(self) -> bool:
        """Say whether something here may be unknown there."""
        return self.version > self.pushed_version

    @property
    def cold(self) -> bool:
        """Say whether a conditional write on this base catches every later change."""
        if self.base_modstamp is None or self.base_read_at is None:
            return False
        return self.base_read_at - self.base_modstamp >= COLD


_COLUMNS = [links.c[name] for name in Link.__slots__]


def _link(record: Record[Any]) -> Link:
    return Link(**record._asdict())


def by_crm_id(connection: Connection, crm_ids: Collection[str], *, lock: bool = False) -> dict[str, Link]:
    """Return the links of these CRM records, locked against local writers if asked."""
    if not crm_ids:
        return {}
    query = select(*_COLUMNS).where(among(links.c.crm_id, crm_ids)).order_by(links.c.id)
    rows = connection.execute(query.with_for_update() if lock else query)
    return {link.crm_id or "": link for link in map(_link, rows)}


def by_id(connection: Connection, ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Link]:
    """Return the links of these records of ours."""
    if not ids:
        return {}
    query = select(*_COLUMNS).where(among(links.c.id, ids)).order_by(links.c.id)
    rows = connection.execute(query.with_for_update() if lock else query)
    return {link.id: link for link in map(_link, rows)}


def our_ids(connection: Connection, crm_ids: Collection[str], *, held: bool = True) -> dict[str, str]:
    """Return our id, as text, of each of these CRM records; only of those that we hold, or of all we ever knew."""
    if not crm_ids:
        return {}
    query = select(links.c.crm_id, links.c.id).where(among(links.c.crm_id, crm_ids))
    if held:
        query = query.where(links.c.base.isnot(None), ~links.c.deleted, ~links.c.gone)
    return {crm_id: str(our_id) for crm_id, our_id in connection.execute(query)}


def standing(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return which of these records of ours stand here: not deleted, not gone."""
    if not ids:
        return set()
    query = select(links.c.id).where(among(links.c.id, [UUID(i) for i in ids]), ~links.c.deleted, ~links.c.gone)
    return {str(our_id) for our_id in connection.execute(query).scalars()}


def crm_ids(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Return the CRM id of each of these records of ours that has one."""
    if not ids:
        return {}
    query = select(links.c.id, links.c.crm_id).where(
        among(links.c.id, [UUID(our_id) for our_id in ids]), links.c.crm_id.isnot(None)
    )
    return {str(our_id): crm_id for our_id, crm_id in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class Twin:
    """A record of ours that the CRM knows, too."""

    id: UUID
    object: str
    crm_id: str


def twins(connection: Connection, ids: Collection[UUID]) -> list[Twin]:
    """Return those of these records of ours that have a CRM id."""
    if not ids:
        return []
    found = among(links.c.id, ids), links.c.crm_id.isnot(None)
    return [Twin(*row) for row in connection.execute(select(links.c.id, links.c.object, links.c.crm_id).where(*found))]


def introduce(connection: Connection, org_id: UUID, newcomers: Iterable[tuple[UUID, str, str]]) -> None:
    """Keep the CRM id of records (id, object, CRM id) that cannot be taken in yet: nothing is agreed, nothing to push."""
    rows = [{"org_id": org_id, "id": our_id, "object": noun, "crm_id": crm_id} for our_id, noun, crm_id in newcomers]
    if rows:
        statement = insert(links)
        crm_id = {"crm_id": statement.excluded.crm_id}
        connection.execute(statement.on_conflict_do_update(index_elements=["org_id", "id"], set_=crm_id), rows)


def save(connection: Connection, org_id: UUID, agreed: Iterable[Mapping[str, Any]]) -> None:
    """Write what both sides agree on (id, object, crm_id, base, base_modstamp, base_read_at); clear what was under way."""
    rows = [{"org_id": org_id, "sending": None, "gone": False, **row} for row in agreed]
    if not rows:
        return
    statement = insert(links)
    keep = {"org_id", "id", "object"}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "id"],
            set_={name: statement.excluded[name] for name in rows[0] if name not in keep},
        ),
        rows,
    )


def forget_agreed(connection: Connection, noun: str, column: str) -> None:
    """Forget what both sides agreed on for one column of an object; of a whole object nothing is forgotten."""
    if column:
        agreed = links.c.base.op("-")(column)
        connection.execute(
            update(links).where(links.c.object == noun, links.c.base.has_key(column)).values(base=agreed)
        )


def change(connection: Connection, ids: Collection[UUID], **values: Any) -> None:
    """Set the same values on several links."""
    if ids:
        connection.execute(update(links).where(among(links.c.id, ids)).values(**values))


def mark_clean(connection: Connection, ids: Collection[UUID]) -> None:
    """Say that nothing of these records is left to push."""
    change(connection, ids, pushed_version=links.c.version)


def mark_dirty(connection: Connection, ids: Collection[UUID]) -> None:
    """Say that something of these records must be pushed although no local writer touched them."""
    change(connection, ids, version=func.greatest(links.c.version, links.c.pushed_version + 1))


def announce(connection: Connection, sending: Mapping[UUID, Row]) -> None:
    """Write down what is about to be sent, before it is: an answer may get lost."""
    if sending:
        connection.execute(
            update(links).where(links.c.id == bindparam("link")).values(sending=bindparam("values")),
            [{"link": link_id, "values": values} for link_id, values in sending.items()],
        )


def settle(connection: Connection, landed: Iterable[Mapping[str, Any]]) -> None:
    """Book what landed (link, crm, sent, seen): its values are agreed now, and that version is pushed."""
    rows = list(landed)
    if not rows:
        return
    agreed = func.coalesce(links.c.base, func.jsonb_build_object()).op("||")(bindparam("sent", type_=JSONB))
    connection.execute(
        update(links)
        .where(links.c.id == bindparam("link"))
        .values(
            crm_id=bindparam("crm"),
            base=agreed,
            # Our own write moved the record's clock; the next detection reads it.
            base_modstamp=None,
            sending=None,
            pushed_version=func.greatest(links.c.pushed_version, bindparam("seen")),
        ),
        rows,
    )


def catch_up(connection: Connection, seen: Mapping[UUID, int]) -> None:
    """Say up to which version nothing is left to push, record by record: a newer edit stays dirty."""
    if seen:
        connection.execute(
            update(links)
            .where(links.c.id == bindparam("link"))
            .values(pushed_version=func.greatest(links.c.pushed_version, bindparam("seen"))),
            [{"link": link_id, "seen": version} for link_id, version in seen.items()],
        )


def held(connection: Connection, noun: str, *, unread_since: datetime | None = None) -> set[str]:
    """Return the CRM ids of the records of one object that both sides hold, or of those not read since a moment."""
    query = select(links.c.crm_id).where(*_is_held(noun))
    if unread_since is not None:
        # What we created and have not read back since was never read at all.
        query = query.where(or_(links.c.base_read_at.is_(None), links.c.base_read_at < unread_since))
    return {str(crm_id) for crm_id in connection.execute(query).scalars()}


def count_held(connection: Connection, noun: str) -> int:
    """Count the records of one object that both sides hold."""
    return connection.execute(select(func.count()).select_from(links).where(*_is_held(noun))).scalar_one()


def known(connection: Connection, noun: str) -> set[str]:
    """Return the CRM ids of all records of one object that we have ever heard of and that are not gone."""
    query = select(links.c.crm_id).where(links.c.object == noun, links.c.crm_id.isnot(None), ~links.c.gone)
    return {str(crm_id) for crm_id in connection.execute(query).scalars()}


def _is_held(noun: str) -> tuple[ColumnElement[bool], ...]:
    return links.c.object == noun, links.c.crm_id.isnot(None), links.c.base.isnot(None), ~links.c.gone


def any_dirty(connection: Connection) -> bool:
    """Say whether anything is to be pushed."""
    return bool(connection.execute(select(exists().where(links.c.version > links.c.pushed_version))).scalar_one())


def dirty_nouns(connection: Connection) -> set[str]:
    """Return the objects that have something to push."""
    query = select(links.c.object).where(links.c.version > links.c.pushed_version).distinct()
    return set(connection.execute(query).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which dirty links to return: these, or those that may (or may not) wait, and how many."""

    limit: int
    only: Collection[UUID] | None = None
    bulk: bool | None = None


def dirty(connection: Connection, noun: str, wanted: Wanted, *, held_back: ColumnElement[bool]) -> list[Link]:
    """Return the links of one object with something to push that nothing holds back, in the order of their ids."""
    query = select(*_COLUMNS).where(links.c.object == noun, links.c.version > links.c.pushed_version, not_(held_back))
    if wanted.only is not None:
        query = query.where(among(links.c.id, wanted.only))
    if wanted.bulk is not None:
        query = query.where(links.c.bulk == wanted.bulk)
    return [_link(row) for row in connection.execute(query.order_by(links.c.id).limit(wanted.limit))]

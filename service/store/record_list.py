"""The records of an org, to be looked through: by object, state, name or id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from service.store.database import among
from service.store.ledger import links, parked
from service.store.records import RECORDS

CRM_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")
SIGNIFICANT = 15
"""The characters of a CRM id that count; the last three of eighteen only make it safe where case is lost."""


class State(StrEnum):
    """Where a record stands between both sides."""

    IN_STEP = "in step"
    TO_PUSH = "to be pushed"
    PARKED = "parked"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record; its name is None where it has none or is deleted here."""

    id: UUID
    object: str
    crm_id: str | None
    name: str | None
    state: str
    edited_by: str | None
    edited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records; what is None or empty does not matter."""

    object: str = ""
    state: State | None = None
    text: str = ""


def find(connection: Connection, wanted: Wanted, *, after: tuple[str, UUID] | None, limit: int) -> list[Found]:
    """Return records by name, from behind a place."""
    names = _names([wanted.object] if wanted.object else list(_TABLES)).subquery("names")
    order = func.lower(func.coalesce(names.c.name, "")), links.c.id
    query = _found(names).where(*_conditions(wanted, names.c.name)).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return [Found(**row._asdict()) for row in connection.execute(query)]


def one(connection: Connection, record_id: UUID) -> Found | None:
    """Return one record."""
    names = _names(list(_TABLES), [record_id]).subquery("names")
    row = connection.execute(_found(names).where(links.c.id == record_id)).one_or_none()
    return None if row is None else Found(**row._asdict())


def names_of(connection: Connection, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the name of each of these records that has one."""
    if not ids:
        return {}
    rows = connection.execute(_names(list(_TABLES), ids))
    return {row.id: row.name for row in rows if row.name}


def place(found: Found) -> tuple[str, str]:
    """Return where a record stands in the list."""
    return (found.name or "").lower(), str(found.id)


_TABLES = {name.rstrip("_"): table for name, table in RECORDS.items()}
NOUNS = tuple(_TABLES)
"""Every synced object."""


def _name(noun: str) -> ColumnElement[str]:
    columns = _TABLES[noun].c
    if noun == "contact":
        return func.concat_ws(" ", columns.first_name, columns.last_name)
    return columns.name if "name" in columns else cast(null(), Text)


def _names(nouns: Collection[str], ids: Collection[UUID] | None = None) -> Select[tuple[UUID, str]]:
    parts = []
    for noun in nouns:
        table = _TABLES[noun]
        part = select(table.c.id, _name(noun).label("name"))
        parts.append(part if ids is None else part.where(among(table.c.id, ids)))
    united = union_all(*parts).subquery()
    return select(united.c.id, united.c.name)


_WAITS = select(parked.c.link_id).where(parked.c.org_id == links.c.org_id, parked.c.link_id == links.c.id).exists()
_STATE = case(
    (links.c.gone, State.GONE.value),
    (_WAITS, State.PARKED.value),
    (links.c.version > links.c.pushed_version, State.TO_PUSH.value),
    else_=State.IN_STEP.value,
)


def _found(names: Subquery) -> Select[tuple[object, ...]]:
    columns = [links.c[name] for name in Found.__slots__ if name not in ("name", "state")]
    return select(*columns, names.c.name, _STATE.label("state")).outerjoin(names, names.c.id == links.c.id)


def _conditions(wanted: Wanted, name: ColumnElement[str]) -> Iterator[ColumnElement[bool]]:
    if wanted.object:
        yield links.c.object == wanted.object
    if wanted.state:
        yield literal(wanted.state.value) == _STATE
    if wanted.text:
        yield or_(name.icontains(wanted.text, autoescape=True), *_ids(wanted.text))


def _ids(text: str) -> Iterator[ColumnElement[bool]]:
    if CRM_ID.fullmatch(text):
        yield and_(links.c.crm_id.isnot(None), links.c.crm_id.startswith(text[:SIGNIFICANT]))
    try:
        yield links.c.id == UUID(text)
    except ValueError:
        return

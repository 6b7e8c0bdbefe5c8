"""Stranger: say why Plansync has never seen a record of the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.crm.answers import Described, Page, moment
from service.crm.errors import Refused
from service.crm.requests import Request, describe_global, query, retrieve
from service.crm.soql import compare, quote, select
from service.mapping.filters import matches, where_soql
from service.mapping.model import ObjectMapping
from service.store.about import PREFIX, object_of
from service.sync import detect
from service.sync.behind import Waiter, behind, told
from service.sync.census import Raw
from service.sync.context import Sync, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What can be said of a record that was never seen."""

    sentences: Sequence[str]
    object: str | None = None
    behind: Sequence[Waiter] = ()
    asked: bool = False


def tell(sync: Sync, crm_id: str, *, ask_org: bool) -> Told:
    """Say why a record of the CRM is not here; the CRM is asked in one call, two where its object is new to us."""
    with sync.transaction() as connection:
        noun = object_of(connection, crm_id)
        waiters = behind(connection, sync.mappings).get(crm_id, ())
        read_up_to = detect.read_cursors(connection).get(f"{noun}:updated")
    sobject = None
    if noun is None and ask_org:
        sobject = _sobject(sync, crm_id)
        noun = next((mapping.name for mapping in sync.mappings if mapping.sobject == sobject), None)
    mapping = sync.mappings[noun] if noun else None
    if mapping is None:
        said = [_unmapped(crm_id, sobject, asked=ask_org)]
    elif ask_org:
        said = [_looked_up(sync, mapping, crm_id, read_up_to)]
    else:
        said = [_guess(mapping, crm_id, read_up_to)]
    if waiters:
        said.append(f"Behind it wait: {told(waiters)}.")
    return Told(sentences=tuple(said), object=noun, behind=waiters, asked=ask_org)


def _guess(mapping: ObjectMapping, crm_id: str, read_up_to: datetime | None) -> str:
    since = f"it was created after {_moment(read_up_to)}, up to which the CRM was read" if read_up_to else "it is new"
    outside = " it is outside the mapping's filter," if mapping.filter else ""
    return (
        f"Plansync has never seen {crm_id}, which is a {mapping.name} by its first characters: {since},{outside} "
        "the integration user may not see it, or it does not exist. With --ask-org the CRM is asked."
    )


def _unmapped(crm_id: str, sobject: str | None, *, asked: bool) -> str:
    if sobject:
        return f"{crm_id} belongs to the object {sobject}, which no mapping takes; add one to sync it."
    if asked:
        return f"The CRM shows the integration user no object whose ids begin with {crm_id[:PREFIX]}."
    return (
        f"Plansync has never seen {crm_id}, nor any record whose id begins with {crm_id[:PREFIX]}: its object is not "
        "mapped, or has no record here yet. With --ask-org the CRM says which object it is."
    )


def _sobject(sync: Sync, crm_id: str) -> str | None:
    """Ask which object's ids begin like this one."""
    told = sync.client.call(describe_global())
    objects = told.sobjects if isinstance(told, Described) else ()
    return next((str(each["name"]) for each in objects if each.get("keyPrefix") == crm_id[:PREFIX]), None)


def _looked_up(sync: Sync, mapping: ObjectMapping, crm_id: str, read_up_to: datetime | None) -> str:
    """Ask for the record and, in the same call, for its place in the recycle bin."""
    asks: list[Request[Any]] = [
        retrieve(mapping.sobject, [crm_id], read_fields(mapping)),
        query(select(mapping.sobject, ["Id", "IsDeleted"], where=[compare("Id", "=", crm_id)]), deleted=True),
    ]
    rows, page = sync.client.composite(asks)
    if isinstance(rows, Refused):
        return f"The CRM does not let the integration user read {mapping.sobject} {crm_id}: {rows.first}."
    if rows[0]:
        return _visible(mapping, rows[0], crm_id, read_up_to)
    if isinstance(page, Page) and any(row["IsDeleted"] for row in page.rows):
        return f"{mapping.sobject} {crm_id} was deleted in the CRM before Plansync saw it."
    return (
        f"The CRM shows no {mapping.sobject} {crm_id}: it does not exist, was purged, or the integration user may not "
        "see it (sharing, or no right to read the object)."
    )


def _visible(mapping: ObjectMapping, raw: Raw, crm_id: str, read_up_to: datetime | None) -> str:
    if not matches(mapping, raw):
        return (
            f"{mapping.sobject} {crm_id} is outside the mapping's filter ({where_soql(mapping, quote=quote)}); "
            "it comes in as soon as it matches."
        )
    if read_up_to is None or moment(raw["SystemModstamp"]) > read_up_to:
        return f"{mapping.sobject} {crm_id} was changed since the CRM was last read; the next sync takes it in."
    return (
        f"The CRM shows {mapping.sobject} {crm_id} and Plansync missed it: the integration user may not have seen it "
        "before; `plansync sync --full` takes it in."
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"

"""One record as a use case finds it: its values, its version, and whether it is still the one that was seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from service.domain.permissions import Action
from service.domain.values import Row
from service.mapping.model import ObjectMapping
from service.mirror import links, ours
from service.plans.desk import Desk
from service.plans.refusals import Changed, Denied, Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One record of ours; `version` counts its changes and is the API's ETag."""

    mapping: ObjectMapping
    id: UUID
    row: Row
    version: int
    crm_id: str | None


def find_many(desk: Desk, noun: str, ids: Collection[UUID]) -> dict[UUID, Found]:
    """Return these records as far as they are there, by id."""
    with desk.org.writing(by=desk.by) as connection:
        return {found.id: found for found in records(connection, desk.org.mappings[noun], ids)}


def records(connection: Connection, mapping: ObjectMapping, ids: Collection[UUID]) -> list[Found]:
    """Return the records of these ids that are there, in the order of the ids."""
    rows = ours.read_rows(connection, mapping, ids)
    facing = links.by_id(connection, rows)
    return [
        Found(mapping=mapping, id=i, row=rows[i], version=facing[i].version, crm_id=facing[i].crm_id)
        for i in ids
        if i in rows
    ]


def find(desk: Desk, noun: str, record_id: UUID) -> Found:
    """Return a record; Missing when there is none, or none that the acting user may see."""
    seen = visible(desk, find_many(desk, noun, [record_id]).values())
    return _there(noun, record_id, {found.id: found for found in seen})


def visible(desk: Desk, found: Iterable[Found]) -> list[Found]:
    """Return those of these records, of any nouns, that the CRM's sharing lets the acting user see.

    What the CRM does not know yet it shares with nobody: whoever may see the object sees it here.
    """
    found = list(found)
    seen = desk.reachable(Action.VIEW, [one.id for one in found if one.crm_id])
    return [one for one in found if one.id in seen or not one.crm_id]


def hidden(desk: Desk, action: Action, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these records the CRM's sharing keeps from the acting user; what it does not know, from nobody."""
    if not ids:
        return set()
    with desk.org.writing(by=desk.by) as connection:
        known = {twin.id for twin in links.twins(connection, ids)}
    return known - desk.reachable(action, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Records that the acting user sees, and which of them they may touch in one way."""

    action: Action
    seen: Mapping[UUID, Found]
    open: Set[UUID]


def reach(desk: Desk, action: Action, noun: str, ids: Collection[UUID]) -> Reach:
    """Return these records as far as the CRM's sharing lets the acting user see them, and touch them in this way."""
    there = find_many(desk, noun, ids)
    may = desk.touchable([one.id for one in there.values() if one.crm_id], Action.VIEW, action)
    seen = {i: one for i, one in there.items() if i in may[Action.VIEW] or not one.crm_id}
    return Reach(action=action, seen=seen, open=may[action])


def as_seen(noun: str, record_id: UUID, version: int, among: Reach) -> Found:
    """Return one of these records if it is still the one that was seen.

    Missing where it is hidden, Denied where it is out of reach, Changed only for whoever may touch it: that names it.
    """
    found = _there(noun, record_id, among.seen)
    if record_id not in among.open:
        raise out_of_reach(among.action, noun)
    if found.version != version:
        raise Changed(
            f"The {said(noun)} {found.row.get('name') or record_id} has changed since it was loaded; "
            "load it again and repeat the change"
        )
    return found


def made_before(desk: Desk, noun: str, record_id: UUID) -> bool:
    """Say whether the record of this id was made before and stands; Missing where it was, and is not there any more.

    The same request may come again long after its answer was forgotten: it neither sets the record back nor revives it.
    """
    with desk.org.writing(by=desk.by) as connection:
        is_known = record_id in links.by_id(connection, [record_id])
    if is_known and not visible(desk, find_many(desk, noun, [record_id]).values()):
        raise Missing(f"This {said(noun)} was made before and is not there (any more); ask under a new key for another")
    return is_known


def _there(noun: str, record_id: UUID, among: Mapping[UUID, Found]) -> Found:
    if record_id not in among:
        raise Missing(f"There is no {said(noun)} {record_id} (any more); load the list again")
    return among[record_id]


def out_of_reach(action: Action, noun: str) -> Denied:
    """Return the refusal of a record that the CRM's sharing keeps from the acting user."""
    return Denied(
        f"Sharing in the CRM does not let you {action.value} this {said(noun)}; ask its owner or an administrator"
    )


def said(noun: str) -> str:
    """Return a noun as sentences say it."""
    return noun.replace("_", " ").replace("kpi", "KPI")

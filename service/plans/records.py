"""One record as a use case finds it: its values, its version, and whether it is still the one that was seen."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

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


def find(desk: Desk, noun: str, record_id: UUID) -> Found:
    """Return a record; Missing when there is none."""
    mapping = desk.org.mappings[noun]
    with desk.org.writing(by=desk.by) as connection:
        rows = ours.read_rows(connection, mapping, [record_id])
        known = links.by_id(connection, [record_id])
    if record_id not in rows:
        raise Missing(f"There is no {said(noun)} {record_id} (any more); load the list again")
    link = known[record_id]
    return Found(mapping=mapping, id=record_id, row=rows[record_id], version=link.version, crm_id=link.crm_id)


def find_as_seen(desk: Desk, noun: str, record_id: UUID, *, version: int) -> Found:
    """Return a record that is still the one that was seen."""
    found = find(desk, noun, record_id)
    if found.version != version:
        raise Changed(
            f"The {said(noun)} {found.row.get('name') or record_id} has changed since it was loaded; "
            "load it again and repeat the change"
        )
    return found


def out_of_reach(action: Action, noun: str) -> Denied:
    """Return the refusal of a record that the CRM's sharing keeps from the acting user."""
    return Denied(
        f"Sharing in the CRM does not let you {action.value} this {said(noun)}; ask its owner or an administrator"
    )


def said(noun: str) -> str:
    """Return a noun as sentences say it."""
    return noun.replace("_", " ").replace("kpi", "KPI")

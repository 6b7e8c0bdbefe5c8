"""Resources: what follows when one is no longer active."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from service.domain.objectives import CLOSED
from service.domain.permissions import Action
from service.plans import records
from service.plans.desk import Desk
from service.plans.field_security import closed, demand
from service.store.records import RECORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenObjective:
    """An objective that somebody still has to reach."""

    id: UUID
    title: str
    account: str | None
    status: str | None
    end_date: date | None


def deactivation(desk: Desk, resource_id: UUID) -> list[OpenObjective]:
    """Return the open objectives of a resource, the next due first: to be handed over before it is deactivated (OB-60)."""
    desk.allow(Action.VIEW, "objective")
    demand(desk, "objective", "resource_id")
    hidden = closed(desk, "objective").hidden
    objective, account = RECORDS["objective"].c, RECORDS["account"].c
    query = (
        select(
            objective.id,
            func.coalesce(*(objective[name] for name in ("title", "name") if name not in hidden), "").label("title"),
            account.id.label("account_id"),
            account.name.label("account"),
            objective.status,
            objective.end_date,
        )
        .join_from(RECORDS["objective"], RECORDS["account"], objective.account_id == account.id, isouter=True)
        .where(objective.resource_id == resource_id, ~objective.template, ~objective.archived)
        .where(func.coalesce(objective.status, "").not_in(CLOSED))
        .order_by(objective.end_date.nulls_last(), "title", objective.id)
    )
    with desk.org.writing(by=desk.by) as connection:
        rows = connection.execute(query).mappings().all()
    unseen = records.hidden(
        desk, Action.VIEW, {row[name] for row in rows for name in ("id", "account_id") if row[name]}
    )
    told = {"account": "account_id", "status": "status", "end_date": "end_date"}
    closed_ = dict.fromkeys(name for name, column in told.items() if column in hidden)
    return [_told({**row, **closed_}, unseen) for row in rows if row["id"] not in unseen]


def _told(row: dict[str, Any], unseen: Set[UUID]) -> OpenObjective:
    if row.pop("account_id") in unseen:
        row["account"] = None
    return OpenObjective(**row)

"""Accounts by what people call them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select

from service.domain.permissions import Action
from service.mirror import ours
from service.plans.desk import Desk
from service.plans.refusals import Missing


def account_called(desk: Desk, called: str) -> UUID:
    """Return the one account of this name or id; Missing where there is none, or more than one."""
    desk.allow(Action.VIEW, "account")
    table = ours.table(desk.org.mappings["account"])
    meant = or_(func.lower(table.c.name) == called.lower(), cast(table.c.id, Text) == called)
    with desk.org.writing(by=desk.by) as connection:
        found: list[UUID] = list(connection.execute(select(table.c.id).where(meant).order_by(table.c.id)).scalars())
    if not found:
        raise Missing(f"No account is called {called} here; check the name, or run `plansync sync`")
    if len(found) > 1:
        raise Missing(f"{len(found)} accounts are called {called}; name one by its id: {', '.join(map(str, found))}")
    return found[0]

"""Acting as a user of the CRM without a token: an admin names the user, the mirror says which rights that user holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from service.domain.permissions import Right, User
from service.errors import PlansyncError
from service.mirror.connected import Connected
from service.store.assignments import assignments_of
from service.store.ledger import links
from service.store.records import RECORDS


class NobodyCalledThat(PlansyncError):  # noqa: N818 - named for what is wrong with the name
    """No active user of the org has this username."""


def acting(org: Connected, username: str, *, now: datetime) -> User:
    """Return the user of a username with the rights that the mirror knows; NobodyCalledThat where there is none."""
    users = RECORDS["user_"]
    query = select(users.c.id, users.c.name, links.c.crm_id).join(links, links.c.id == users.c.id)
    named = func.lower(users.c.username) == username.lower()
    with org.writing(by="") as connection:
        found = connection.execute(query.where(named, users.c.active, links.c.crm_id.isnot(None))).first()
        held = assignments_of(connection, found.crm_id) if found else []
    if found is None:
        raise NobodyCalledThat(f"No active user {username} is known here; check the username, or run `plansync sync`")
    known = {right.value for right in Right}
    lasting = {each.permission for each in held if each.expires_at is None or each.expires_at > now}
    return User(crm_id=found.crm_id, id=str(found.id), name=found.name, rights=frozenset(map(Right, lasting & known)))

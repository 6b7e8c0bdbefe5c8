"""Acting as a user of the CRM without a token: an admin names the user, the mirror says which rights that user holds."""

from __future__ import annotations

from datetime import datetime

from service.access.view_as import Unanswerable, ended, mirrored_at, person_called
from service.domain.permissions import Right, User
from service.mirror import links
from service.mirror.connected import Connected
from service.store.assignments import assignments_of


def acting(org: Connected, username: str, *, now: datetime) -> User:
    """Return an active user with the rights that the mirror knows; Unanswerable where it knows nothing of the user."""
    with org.writing(by="") as connection:
        mirrored_at(connection)
        person = person_called(connection, username)
        if not person.active:
            raise Unanswerable(f"{person.username} is not active in Salesforce; name somebody who is")
        held = [each for each in assignments_of(connection, person.crm_id) if not ended(each, now)]
        ids = links.our_ids(connection, [person.crm_id])
    rights = frozenset(Right(each.permission) for each in held)
    return User(crm_id=person.crm_id, id=ids.get(person.crm_id), name=person.name, rights=rights)

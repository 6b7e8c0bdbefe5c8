"""The blast radius: what else an edit would change, before it is made (G9)."""

from __future__ import annotations

from uuid import UUID

from service.domain.permissions import Action
from service.mirror.cascade import Followed, foresee
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.edit import drafted
from service.plans.records import find


def impact(desk: Desk, noun: str, record_id: UUID, given: Given) -> list[Followed]:
    """Return every value of other records that would follow this edit; Invalid when the edit itself is refused."""
    desk.allow(Action.EDIT, noun)
    found = find(desk, noun, record_id)
    changes = drafted(desk, found, given)
    with desk.org.writing(by=desk.by) as connection:
        return foresee(connection, desk.org.mappings, noun, [record_id], changes)

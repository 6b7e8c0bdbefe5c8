"""The blast radius: what else an edit would change, before it is made (G9)."""

from __future__ import annotations

from uuid import UUID

from service.domain.permissions import Action
from service.mirror.cascade import Followed, foresee
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.edit import drafted
from service.plans.field_security import closed
from service.plans.records import find


def impact(desk: Desk, noun: str, record_id: UUID, given: Given) -> list[Followed]:
    """Return every value of other records that would follow this edit; Invalid when the edit itself is refused.

    A value that the acting user may not read follows untold.
    """
    desk.allow(Action.EDIT, noun)
    found = find(desk, noun, record_id)
    changes = drafted(desk, found, given)
    with desk.org.writing(by=desk.by) as connection:
        followed = foresee(connection, desk.org.mappings, noun, [record_id], changes)
    hidden = {child: closed(desk, child).hidden for child in {each.noun for each in followed}}
    return [each for each in followed if each.column not in hidden[each.noun]]

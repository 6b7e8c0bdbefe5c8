"""The blast radius: what else an edit would change, before it is made (G9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service.domain.permissions import Action
from service.mirror.cascade import Followed, foresee
from service.plans.create import Given
from service.plans.desk import Desk
from service.plans.edit import drafted
from service.plans.field_security import closed
from service.plans.records import find, hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Every value of other records that would follow an edit; of records that the user does not see, how many would."""

    followed: Sequence[Followed]
    unseen: int


def impact(desk: Desk, noun: str, record_id: UUID, given: Given) -> Impact:
    """Return what else would follow this edit; Invalid when the edit itself is refused.

    A value that the acting user may not read follows untold.
    """
    desk.allow(Action.EDIT, noun)
    found = find(desk, noun, record_id)
    changes = drafted(desk, found, given)
    with desk.org.writing(by=desk.by) as connection:
        followed = foresee(connection, desk.org.mappings, noun, [record_id], changes)
    unseen = hidden(desk, Action.VIEW, {each.id for each in followed})
    seen = [each for each in followed if each.id not in unseen]
    untold = {child: closed(desk, child).hidden for child in {each.noun for each in seen}}
    return Impact(followed=[each for each in seen if each.column not in untold[each.noun]], unseen=len(unseen))

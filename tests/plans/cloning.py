"""Asking for clones of the template, and finding what was made of it."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain.faults import Fault
from service.plans.clone import Cloned, clone
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.refusals import Invalid
from tests.plans.adoption import Adoption, count
from tests.world import World


def request_of(template: Adoption, **choices: Any) -> CloneRequest:
    """Return the request for a clone of the template."""
    return CloneRequest(noun="objective", template_id=template.id, **choices)


def made(desk: Desk, request: CloneRequest, key: str = "once") -> Cloned:
    """Clone, and insist that it was done."""
    cloned = clone(desk, request, key=key)
    assert isinstance(cloned, Cloned)
    return cloned


def refused(world: World, desk: Desk, request: CloneRequest) -> list[Fault]:
    """Return the faults for which a clone is refused; nothing is made of it."""
    before = count(world)
    with pytest.raises(Invalid) as invalid:
        clone(desk, request, key="once")
    assert count(world) == before
    return list(invalid.value.faults)


def here(world: World, noun: str, cloned: Cloned) -> dict[str, dict[str, Any]]:
    """Return the new records of a noun by name, as we hold them."""
    rows = world.here(noun)
    return {str(rows[our_id].get(_name(noun)) or our_id): rows[our_id] for our_id in cloned.ids if our_id in rows}


def there(world: World, noun: str, cloned: Cloned) -> dict[str, dict[str, Any]]:
    """Return the new records of a noun by name, as the CRM holds them."""
    ids = {str(our_id) for our_id in cloned.ids}
    rows = [row for row in world.there(noun).values() if row["Plansync_Id__c"] in ids]
    return {row["Description__c" if noun == "objective_kpi" else "Name"]: row for row in rows}


def _name(noun: str) -> str:
    return "description" if noun == "objective_kpi" else "name"

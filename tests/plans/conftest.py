"""A desk in an org with one customer, for those who try the use cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.domain.permissions import Right, User
from service.plans.desk import Desk
from tests.world import World

RIGHTS = {
    "CSC_Customer_Success": frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE}),
    "CSC_Participant_User": frozenset({Right.PARTICIPANT}),
}
"""What the holders of a permission set hold, by its name."""

Sit = Callable[..., Desk]


@pytest.fixture
def sit(world: World) -> Sit:
    """Let a user of one of the two permission sets sit down; their record was synced."""

    def sit_down(permission_set: str = "CSC_Customer_Success", zone: str = "UTC") -> Desk:
        there = world.org.add_user(
            f"{permission_set.lower()}@example.com", name=f"Cleo {permission_set}", permission_sets=[permission_set]
        )
        world.cycle()
        user = User(crm_id=there, id=str(world.our_id(there)), name="Cleo", rights=RIGHTS[permission_set])
        return Desk(org=world.sync, user=user, now=world.clock.now(), zone=zone)

    return sit_down


@pytest.fixture
def desk(sit: Sit) -> Desk:
    """The desk of a CSM."""
    return sit()


Sit = Callable[..., Desk]


@pytest.fixture
def sit(world: World) -> Sit:
    """Let a user of one of the two permission sets sit down; their record was synced."""

    def sit_down(permission_set: str = CUSTOMER_SUCCESS, zone: str = "UTC") -> Desk:
        username = f"{permission_set.lower()}@example.com"
        return replace(desk_of(world, employ(world, username, permission_set), permission_set), zone=zone)

    return sit_down


@pytest.fixture
def desk(sit: Sit) -> Desk:
    """The desk of a CSM."""
    return sit()

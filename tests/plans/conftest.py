"""A customer with a plan, and people of both permission sets and of none at their desks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from service.plans.desk import Desk
from tests.desks import desk_of, employ, know_fields, mirror_sharing
from tests.world import World

CUSTOMER_SUCCESS, PARTICIPANT = "CSC_Customer_Success", "CSC_Participant_User"
Sit = Callable[..., Desk]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Our ids of two accounts, a plan of each, and three resources: of a user, of a PSA, and one that is not active."""

    world: World
    acme: str
    globex: str
    plan: str
    other_plan: str
    ana: str
    psa: str
    idle: str

    def crm(self, our_id: UUID | str) -> str:
        """Return the CRM's id of one of our records."""
        return self.world.crm_id(UUID(str(our_id))) or ""


@pytest.fixture
def place(world: World) -> Place:
    make = world.create_there
    acme, globex = make("account", Name="Acme"), make("account", Name="Globex")
    contact = make("contact", LastName="Psa", AccountId=acme)
    ana = world.org.add_user("ana@example.com", name="Ana Resource", permission_sets=[CUSTOMER_SUCCESS])
    made = {
        "acme": acme,
        "globex": globex,
        "plan": make("success_plan", Name="Acme 2026", Account__c=acme),
        "other_plan": make("success_plan", Name="Globex 2026", Account__c=globex),
        "ana": make("cs_resource", Name="Ana", Active__c=True, User__c=ana),
        "psa": make("cs_resource", Name="Pat", Active__c=True, PSA_Resource__c=contact),
        "idle": make("cs_resource", Name="Ike", Active__c=False),
    }
    world.cycle()
    mirror_sharing(world)
    return Place(world=world, **{name: str(world.our_id(crm_id)) for name, crm_id in made.items()})


@pytest.fixture
def sit(world: World) -> Sit:
    """Let a user of one of the two permission sets, or of none, sit down."""

    def sit_down(permission_set: str = CUSTOMER_SUCCESS, *, zone: str = "UTC") -> Desk:
        sets = [permission_set] if permission_set else []
        username = f"{permission_set.lower() or 'nobody'}@example.com"
        return know_fields(replace(desk_of(world, employ(world, username, *sets), *sets), zone=zone))

    return sit_down


@pytest.fixture
def csm(place: Place, sit: Sit) -> Desk:
    """Somebody with CSC - Customer Success."""
    return sit()


@pytest.fixture
def participant(place: Place, sit: Sit) -> Desk:
    """Somebody with CSC - Participant User."""
    return sit(PARTICIPANT)


@pytest.fixture
def outsider(place: Place, sit: Sit) -> Desk:
    """Somebody with neither set."""
    return sit("")


@pytest.fixture
def desk(sit: Sit) -> Desk:
    """Somebody with CSC - Customer Success, in an org without customers."""
    return sit()

"""A customer with one record of each kind that most tests of the sync touch."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from service.store.sealing import Seal, new_key
from service.sync.doctor_store import Patient
from tests.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The CRM ids of an account with a plan, an objective and a KPI; `here` gives ours."""

    world: World
    account: str
    plan: str
    objective: str
    kpi: str

    def here(self, crm_id: str) -> UUID:
        """Return our id of one of them."""
        return self.world.our_id(crm_id)


@pytest.fixture
def customer(world: World) -> Customer:
    """A customer that both sides know and that nobody has touched for a while."""
    account = world.create_there("account", Name="Acme")
    plan = world.create_there("success_plan", Name="Grow", Account__c=account)
    objective = world.create_there("objective", Name="Adopt", Account__c=account, Success_Plan__c=plan)
    kpi = world.create_there(
        "objective_kpi", Objective__c=objective, Description__c="Seats", Baseline_Value__c=10, Target_Value__c=25.5
    )
    world.settle()
    return Customer(world=world, account=account, plan=plan, objective=objective, kpi=kpi)


@pytest.fixture
def patient(world: World) -> Patient:
    """The world's org, for the doctor to look at; no login is kept of it."""
    return Patient(
        engine=world.engine, seal=Seal([new_key()]), org_name=None, open=lambda _org: world.sync, clock=world.clock.now
    )

"""The API keeps what its OpenAPI document says, whoever asks and whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlalchemy import Engine

from service.access import certificates
from service.api.app import LOOKED_AT, MOUNTED, WORKED_ON, register
from service.domain.templates import ROOTS
from service.localorg.org import LocalOrg
from service.localorg.signing import key_pair
from tests import filled
from tests.api.conftest import OnWorld
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


CALM = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
PEOPLE = {"csm": ["CSC_Customer_Success"], "participant": ["CSC_Participant_User"], "nobody": []}
"""Users of the org, and the permission sets that they hold."""
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@dataclass(frozen=True)
class Described:
    """The API's own description with the API behind it, and a record of each object to ask about."""

    schema: BaseSchema
    known: dict[str, UUID]
    world: World
    audience: str

    def authorization(self, who: str) -> dict[str, str]:
        """Return the header with a token that the org signs for a user, good once."""
        return {"Authorization": f"Bearer {self.world.app.api.sign_token(f'{who}@example.com', self.audience)}"}

    def point(self, case: Case) -> None:
        """Let a request ask about something that is there."""
        for name in {"record_id", "template_id"} & case.path_parameters.keys():
            place = case.path.split("/{", 1)[0].strip("/")
            case.path_parameters[name] = str(self.known[place])


@pytest.fixture(scope="module")
def described(engine: Engine, installed_org: LocalOrg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """The API on a world with one of everything."""
    world = World(org=installed_org, engine=engine, seed=7)
    for who, sets in PEOPLE.items():
        world.org.add_user(f"{who}@example.com", name=f"{who.title()} Tester", permission_sets=sets)
    known = plant(world)
    filled.forget_orgs(engine)
    org = filled.connect(world, "acme")
    certificates.register(
        engine, org.id, certificates.read(key_pair(world.org).certificate.encode()), now=world.clock.now()
    )
    services = filled.services(world, tmp_path_factory.mktemp("data"), api_rate=1_000_000)
    parts = {name: getattr(services, name) for name in ("settings", "engine", "seal", "clock", "new_id")}
    console = Flask(__name__)
    register(console, OnWorld(**parts, world=world))
    schema = schemathesis.openapi.from_wsgi(f"{MOUNTED}/openapi.json", console.wsgi_app)
    yield Described(schema, known, world, services.settings.url)
    filled.forget_orgs(engine)


def plant(world: World) -> dict[str, UUID]:
    """Make one record of each object, templates too; return each by where the API has it."""
    account = world.create_there("account", Name="Acme")
    contact = world.create_there("contact", LastName="Doe", AccountId=account)
    world.settle()
    made = {"account": world.our_id(account), "contact": world.our_id(contact), "user": next(iter(world.here("user")))}
    made["cs_resource"] = world.create_here("cs_resource", name="Ana", active=True)
    for noun in ("success_plan", "objective", "playbook", "playbook_task"):
        made[noun] = world.create_here(noun, name=noun)
    made["objective_kpi"] = world.create_here("objective_kpi", description="Seats", objective_id=made["objective"])
    other = world.create_here("playbook_task", name="Before")
    pair = {"playbook_task_id": made["playbook_task"], "predecessor_id": other}
    made["playbook_task_dependency"] = world.create_here("playbook_task_dependency", **pair)
    made["playbook_task_assignment"] = world.create_here(
        "playbook_task_assignment", playbook_task_id=other, resource_id=made["cs_resource"]
    )
    templates = {f"templates/{WORKED_ON[n]}": world.create_here(n, name="Template", template=True) for n in ROOTS}
    world.settle()
    places = {**WORKED_ON, **LOOKED_AT}
    return templates | {places[noun]: our_id for noun, our_id in made.items()}


@pytest.mark.parametrize(("who", "mode"), [("csm", RIGHT), ("csm", WRONG), ("participant", RIGHT), ("nobody", RIGHT)])
def test_every_answer_is_one_that_the_document_knows(described: Described, who: str, mode: GenerationMode) -> None:
    asked = 0
    for found in described.schema.get_all_operations():
        operation = found.ok()

        @(CALM if who == "csm" else settings(CALM, max_examples=1))
        @given(case=operation.as_strategy(generation_mode=mode), at_something=booleans())
        def ask(case: Case, at_something: bool) -> None:
            if at_something and mode is RIGHT:
                described.point(case)
            case.call_and_validate(headers=described.authorization(who), checks=CHECKS)

        with suppress(Unsatisfiable):  # there is no wrong way to ask for it
            ask()
            asked += 1
    assert asked > 30

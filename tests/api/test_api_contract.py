"""The API keeps what its OpenAPI document says, whoever asks and whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import pytest
import schemathesis
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
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from service.access.tokens import Caller
from service.api.app import LOOKED_AT, MOUNTED, WORKED_ON, create_api
from service.domain.templates import ROOTS
from service.localorg.org import LocalOrg
from tests import filled
from tests.api.conftest import OnWorld, user_named
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]


CALM = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@dataclass(frozen=True)
class Described:
    """The API's own description with the API behind it, and a record of each object to ask about."""

    schema: BaseSchema
    known: dict[str, UUID]

    def point(self, case: Case) -> None:
        """Let a request ask about something that is there."""
        for name in {"record_id", "template_id"} & case.path_parameters.keys():
            place = case.path.split("/{", 1)[0].strip("/")
            case.path_parameters[name] = str(self.known[place])


@pytest.fixture(scope="module")
def described(engine: Engine, installed_org: LocalOrg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """The API on a world with one of everything."""
    world = World(org=installed_org, engine=engine, seed=7)
    known = plant(world)
    filled.forget_orgs(engine)
    org = filled.connect(world, "acme")
    services = filled.services(world, tmp_path_factory.mktemp("data"), api_rate=1_000_000)
    parts = {name: getattr(services, name) for name in ("settings", "engine", "seal", "clock", "new_id")}
    api = create_api(OnWorld(**parts, world=world), lambda token: Caller(org=org, user=user_named(world, token)))
    mounted = DispatcherMiddleware(NotFound(), {MOUNTED: api.wsgi_app})
    yield Described(schemathesis.openapi.from_wsgi(f"{MOUNTED}/openapi.json", mounted), known)
    filled.forget_orgs(engine)


def plant(world: World) -> dict[str, UUID]:
    """Make one record of each object, templates too; return each by where the API has it."""
    account = world.create_there("account", Name="Acme")
    contact = world.create_there("contact", LastName="Doe", AccountId=account)
    world.settle()
    made = {"account": world.our_id(account), "contact": world.our_id(contact), "user": next(iter(world.here("user")))}
    for noun in ("cs_resource", "success_plan", "objective", "playbook", "playbook_task"):
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

        @CALM
        @given(case=operation.as_strategy(generation_mode=mode), at_something=booleans())
        def ask(case: Case, at_something: bool) -> None:
            if at_something and mode is RIGHT:
                described.point(case)
            case.call_and_validate(headers={"Authorization": f"Bearer {who}"}, checks=CHECKS)

        with suppress(Unsatisfiable):  # there is no wrong way to ask for it
            ask()
            asked += 1
    assert asked > 30

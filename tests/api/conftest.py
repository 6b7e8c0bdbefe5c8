"""The API on a world's two sides, and callers with the rights that they say."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.access.claims import TokenRefused
from service.access.tokens import Caller
from service.api.app import create_api
from service.crm.client import Client
from service.crm.session import OUR_BUDGET
from service.domain.permissions import Right, User
from service.mirror import links
from service.store.orgs import Org
from tests import filled
from tests.filled import Shipped
from tests.world import World

CSM = frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE})
PARTICIPANT = frozenset({Right.PARTICIPANT})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWorld(Shipped):
    """Services whose clients are a world's."""

    world: World

    def client(self, org: Org, *, budget: float = OUR_BUDGET) -> Client:
        """Return the world's client."""
        return self.world.sync.client


@dataclass
class Somebody:
    """Whoever calls the API, by name: `csm`, `participant` or `nobody`."""

    app: Flask
    name: str = "csm"
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Send a request."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {self.name}", **given}
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for something."""
        return self.send("GET", path, **headers)

    def read(self, path: str) -> Any:
        """Return what can be read."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        """Send something new, under a key of its own."""
        return self.send("POST", path, body, **{"Idempotency_Key": f"key-{next(self.numbers)}", **headers})


@pytest.fixture
def org(world: World) -> Iterator[Org]:
    """The world's org, connected."""
    filled.forget_orgs(world.engine)
    yield filled.connect(world, "acme")
    filled.forget_orgs(world.engine)


Build = Callable[..., Flask]


@pytest.fixture
def build(world: World, org: Org, tmp_path: Path) -> Build:
    """Build the API, at whose door a name stands in for a token; keywords change the settings."""

    def made(**settings: object) -> Flask:
        known = filled.services(world, tmp_path, **settings)
        parts = {name: getattr(known, name) for name in ("settings", "engine", "seal", "clock", "new_id")}
        services = OnWorld(**parts, world=world)
        return create_api(services, lambda token: Caller(org=org, user=user_named(world, token)))

    return made


@pytest.fixture
def app(build: Build) -> Flask:
    """The API as it is set up without a word."""
    return build()


def user_named(world: World, name: str) -> User:
    """Return a user with the rights that the name tells; `csm` may do what the world's administrator may."""
    rights = {"participant": PARTICIPANT, "nobody": frozenset[Right](), "csm": CSM}.get(
        name.rsplit("_", maxsplit=1)[-1]
    )
    if rights is None:
        raise TokenRefused("token_malformed", "This is nobody's name")
    users = world.org.storage.execute(
        'SELECT "Id" FROM "User" WHERE "Username" = ?', (f"{name}@example.com",)
    ).fetchall()
    crm_id = users[0][0] if users else f"005{name:0<15}" if "_" in name else world.admin.user_id
    with world.transaction() as connection:
        known = links.our_ids(connection, [crm_id])
    return User(crm_id=crm_id, id=known.get(crm_id), name=name, rights=rights)


@pytest.fixture
def csm(app: Flask) -> Somebody:
    """A customer success manager."""
    return Somebody(app)


@pytest.fixture
def participant(app: Flask) -> Somebody:
    """A participant."""
    return Somebody(app, "participant")


@pytest.fixture
def nobody(app: Flask) -> Somebody:
    """Somebody with neither permission set."""
    return Somebody(app, "nobody")


@pytest.fixture
def account(world: World) -> UUID:
    """An account that both sides know."""
    crm_id = world.create_there("account", Name="Acme")
    world.settle(1)
    return world.our_id(crm_id)

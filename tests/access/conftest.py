"""An admin who may sign in, and nobody else; an org that shows who holds which right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.access import admins
from service.crm.client import Client
from service.crm.login import AccessToken
from service.store.admins import Admin
from service.sync.context import Sync
from tests import filled
from tests.world import URL, World
from tests.wsgi_transport import WsgiAdapter


@pytest.fixture
def admin(engine: Engine, now: datetime) -> Iterator[Admin]:
    """The only admin, who knows `filled.PASSWORD`."""
    filled.forget_admins(engine)
    yield admins.add(engine, "Ada@Example.com", filled.PASSWORD, admin_id=uuid4(), now=now)
    filled.forget_admins(engine)


@pytest.fixture
def by_admin(world: World) -> Sync:
    """The sides of an org whose integration user may see the setup."""
    client = Client(AccessToken(token=world.app.api.sessions.open(world.admin.user_id), instance_url=URL))
    client.session.mount(URL, WsgiAdapter(world.app))
    return replace(world.sync, client=client)

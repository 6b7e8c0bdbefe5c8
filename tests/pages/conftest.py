"""The web application on a world's store and clock, and a browser that is no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from tests import filled
from tests.world import World

Visit = Callable[..., FlaskClient]


@pytest.fixture
def visit(world: World, tmp_path: Path) -> Iterator[Visit]:
    """Make a client of the console; keywords change the settings. No org is connected yet."""

    def make(**settings: object) -> FlaskClient:
        return create_app(filled.services(world, tmp_path, **settings)).test_client()

    filled.forget_orgs(world.engine)
    yield make
    filled.forget_orgs(world.engine)

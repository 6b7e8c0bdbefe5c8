"""Databases of a test's own, on the server that all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, make_url

from service.store.database import ROLE, create_role_and_database, open_engine


@pytest.fixture
def empty(admin_url: str) -> Iterator[Engine]:
    """An engine on a database without tables, for the application's role."""
    name = f"empty_{uuid4().hex}"
    create_role_and_database(admin_url, database=name)
    engine = open_engine(make_url(admin_url).set(username=ROLE, database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()

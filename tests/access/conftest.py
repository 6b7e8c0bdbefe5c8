"""An admin who may sign in, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.access import admins
from service.store.admins import Admin
from tests import filled


@pytest.fixture
def admin(engine: Engine, now: datetime) -> Iterator[Admin]:
    """The only admin, who knows `filled.PASSWORD`."""
    filled.forget_admins(engine)
    yield admins.add(engine, "Ada@Example.com", filled.PASSWORD, admin_id=uuid4(), now=now)
    filled.forget_admins(engine)

"""One transaction of an org of its own; what it writes is gone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text


@pytest.fixture
def connection(engine: Engine, org_id: UUID) -> Iterator[Connection]:
    """A transaction that sees one org and is rolled back."""
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('plansync.org', :org, true)"), {"org": str(org_id)})
        yield connection

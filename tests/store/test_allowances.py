"""Allowances: what one org bears is kept between runs, org by org."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.store import allowances
from service.store.allowances import Allowance
from service.store.database import transaction

pytestmark = pytest.mark.req("P9")
SEEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_of_an_unknown_org_nothing_is_known(engine: Engine) -> None:
    with transaction(engine, uuid4()) as connection:
        assert allowances.read(connection) == Allowance(used=None, allowed=None, paused_until=None, most_rows=1_000)


def test_what_is_known_is_written_bit_by_bit(engine: Engine) -> None:
    org, other = uuid4(), uuid4()
    with transaction(engine, org) as connection:
        allowances.save(connection, org, used=7, allowed=100, seen_at=SEEN)
        allowances.save(connection, org, most_rows=500)

        assert allowances.read(connection) == Allowance(used=7, allowed=100, seen_at=SEEN, most_rows=500)
    with transaction(engine, other) as connection:
        assert allowances.read(connection) == Allowance()

"""What an org no longer offers is written down with its reason, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine

from service.store import unfit
from service.store.database import transaction
from service.store.unfit import Unfit

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_what_is_still_left_out_keeps_its_beginning_and_what_fits_again_is_forgotten(engine: Engine) -> None:
    org, later = uuid4(), NOW + timedelta(hours=1)
    with transaction(engine, org) as connection:
        unfit.replace(connection, org, {("objective", "title"): "gone", ("playbook", ""): "hidden"}, now=NOW)
        unfit.replace(
            connection, org, {("objective", "title"): "of another type", ("account", "mrr"): "gone"}, now=later
        )

        assert unfit.read(connection) == [
            Unfit(object="account", field="mrr", reason="gone", since=later),
            Unfit(object="objective", field="title", reason="of another type", since=NOW),
        ]


def test_one_org_does_not_see_what_another_lacks(engine: Engine) -> None:
    org, other = uuid4(), uuid4()
    with transaction(engine, org) as connection:
        unfit.replace(connection, org, {("objective", "title"): "gone"}, now=NOW)
    with transaction(engine, other) as connection:
        unfit.replace(connection, other, {}, now=NOW)
        assert unfit.read(connection) == []
    with transaction(engine, org) as connection:
        assert len(unfit.read(connection)) == 1

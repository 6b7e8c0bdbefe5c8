"""Reading the ledger for people: whole, or only what somebody asks about."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert

from service.store.database import transaction
from service.store.ledger import cursors, parked
from service.store.overview import count_parked, parked_records, read_up_to


def test_what_is_parked_is_shown_whole_or_for_some_records(engine: Engine, org_id: UUID, now: datetime) -> None:
    one, other = uuid4(), uuid4()
    common: dict[str, Any] = {"org_id": org_id, "object": "objective", "kind": "refused", "code": "X", "reason": "no"}
    with transaction(engine, org_id) as connection:
        rows = [{**common, "link_id": i, "version": 1, "first_at": now, "last_at": now} for i in (one, other)]
        connection.execute(insert(parked), rows)

        assert count_parked(connection) == 2
        assert {item.link_id for item in parked_records(connection)} == {one, other}
        assert [item.link_id for item in parked_records(connection, ids=[other])] == [other]
        assert len(parked_records(connection, limit=1)) == 1


def test_the_crm_was_read_up_to_the_oldest_cursor_of_its_objects_whatever_the_schema(
    engine: Engine, org_id: UUID, now: datetime
) -> None:
    moments = {"schema": now.replace(year=2020), "account:updated": now, "account:deleted": now.replace(day=1)}
    with transaction(engine, org_id) as connection:
        assert read_up_to(connection) is None
        connection.execute(insert(cursors), [{"org_id": org_id, "name": n, "at": at} for n, at in moments.items()])

        assert read_up_to(connection) == now.replace(day=1)

"""Triggers: whoever writes a record, its link knows; no write path can forget to say so."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError

from service.store.database import transaction
from service.store.ledger import links
from service.store.records import RECORDS

ACCOUNT = RECORDS["account"]


@pytest.fixture
def connection(engine: Engine, org_id: UUID) -> Iterator[Connection]:
    """A transaction of an org of its own."""
    with transaction(engine, org_id) as connection:
        yield connection


def versions(connection: Connection) -> dict[UUID, tuple[int, int, bool]]:
    """Return version, pushed version and deletion of every link."""
    rows = connection.execute(select(links.c.id, links.c.version, links.c.pushed_version, links.c.deleted))
    return {row.id: (row.version, row.pushed_version, row.deleted) for row in rows}


def insert(connection: Connection, org_id: UUID, ids: list[UUID]) -> None:
    """Insert accounts by one statement."""
    connection.execute(
        text("INSERT INTO account (org_id, id, name) SELECT :org, unnest(CAST(:ids AS uuid[])), 'x'"),
        {"org": org_id, "ids": ids},
    )


def test_one_insert_of_many_rows_makes_a_dirty_link_for_each(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4() for _ in range(3)]

    insert(connection, org_id, ids)

    assert versions(connection) == dict.fromkeys(ids, (1, 0, False))


def test_one_update_of_many_rows_bumps_each_once(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4() for _ in range(3)]
    insert(connection, org_id, ids)

    connection.execute(ACCOUNT.update().where(ACCOUNT.c.id.in_(ids[:2])).values(name="y"))

    assert versions(connection) == {ids[0]: (2, 0, False), ids[1]: (2, 0, False), ids[2]: (1, 0, False)}


def test_one_delete_of_many_rows_bumps_each_once_and_keeps_the_links(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4() for _ in range(3)]
    insert(connection, org_id, ids)

    connection.execute(ACCOUNT.delete().where(ACCOUNT.c.id.in_(ids[:2])))

    assert versions(connection) == {ids[0]: (2, 0, True), ids[1]: (2, 0, True), ids[2]: (1, 0, False)}


def test_a_record_that_is_inserted_again_is_not_deleted_any_more(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4()]
    insert(connection, org_id, ids)
    connection.execute(ACCOUNT.delete())

    insert(connection, org_id, ids)

    assert versions(connection) == {ids[0]: (3, 0, False)}


def test_an_upsert_bumps_what_it_made_and_what_it_changed_once_each(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4(), uuid4()]
    insert(connection, org_id, ids[:1])

    connection.execute(
        text(
            "INSERT INTO account (org_id, id, name) SELECT :org, unnest(CAST(:ids AS uuid[])), 'z' "
            "ON CONFLICT (org_id, id) DO UPDATE SET name = excluded.name"
        ),
        {"org": org_id, "ids": ids},
    )

    assert versions(connection) == {ids[0]: (2, 0, False), ids[1]: (1, 0, False)}


def test_a_statement_that_meets_no_row_bumps_nothing(connection: Connection, org_id: UUID) -> None:
    ids = [uuid4()]
    insert(connection, org_id, ids)

    connection.execute(ACCOUNT.update().where(ACCOUNT.c.name == "nobody").values(name="y"))

    assert versions(connection) == {ids[0]: (1, 0, False)}


@pytest.mark.parametrize("name", list(RECORDS))
def test_every_record_table_tells_its_own_object(connection: Connection, org_id: UUID, name: str) -> None:
    our_id = uuid4()

    connection.execute(RECORDS[name].insert().values(org_id=org_id, id=our_id))

    assert connection.execute(select(links.c.id, links.c.object)).all() == [(our_id, name.rstrip("_"))]


def test_a_bump_that_is_rolled_back_never_happened(engine: Engine, org_id: UUID) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('plansync.org', :org, true)"), {"org": str(org_id)})
        insert(connection, org_id, [uuid4()])
        connection.rollback()

    with transaction(engine, org_id) as connection:
        assert versions(connection) == {}


def test_a_child_may_come_before_its_parent_within_a_transaction_and_not_without_it(
    engine: Engine, org_id: UUID
) -> None:
    parent, child = uuid4(), uuid4()
    with transaction(engine, org_id) as connection:
        connection.execute(RECORDS["objective"].insert().values(org_id=org_id, id=child, account_id=parent))
        connection.execute(ACCOUNT.insert().values(org_id=org_id, id=parent))

    with pytest.raises(IntegrityError, match="objective_account_id_fkey"), transaction(engine, org_id) as connection:
        connection.execute(RECORDS["objective"].insert().values(org_id=org_id, id=uuid4(), account_id=uuid4()))

"""One tenant never sees another (P13), asked in raw SQL; what holds for every table stands in test_tenants_everywhere.py."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from service.store.database import transaction

pytestmark = pytest.mark.req("P13")
INSERT = "INSERT INTO account (org_id, id, name) VALUES (:org, gen_random_uuid(), 'Acme')"


@pytest.fixture
def mine(engine: Engine, org_id: UUID) -> UUID:
    """An org with one account."""
    with transaction(engine, org_id) as connection:
        connection.execute(text(INSERT), {"org": org_id})
    return org_id


@pytest.fixture
def bare(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no org was named."""
    with engine.begin() as connection:
        yield connection


def count(connection: Connection, table: str = "account") -> int:
    """Count the rows of a table that can be seen."""
    return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def test_without_an_org_nothing_can_be_written(bare: Connection, mine: UUID) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        bare.execute(text(INSERT), {"org": mine})


@pytest.mark.parametrize("statement", ["UPDATE account SET name = 'Mine'", "DELETE FROM account"])
def test_without_an_org_nothing_can_be_changed(bare: Connection, mine: UUID, statement: str) -> None:
    assert bare.execute(text(statement)).rowcount == 0


def test_with_an_org_only_its_own_rows_are_seen(engine: Engine, mine: UUID) -> None:
    with transaction(engine, mine) as connection:
        assert (count(connection), count(connection, "links")) == (1, 1)
    with transaction(engine, uuid4()) as connection:
        assert (count(connection), count(connection, "links")) == (0, 0)


@pytest.mark.parametrize("statement", ["UPDATE account SET name = 'Mine'", "DELETE FROM account"])
def test_another_org_cannot_change_them(engine: Engine, mine: UUID, statement: str) -> None:
    with transaction(engine, uuid4()) as connection:
        assert connection.execute(text(statement)).rowcount == 0
    with transaction(engine, mine) as connection:
        assert connection.execute(text("SELECT name FROM account")).scalars().all() == ["Acme"]


def test_nobody_can_write_into_another_org(engine: Engine, mine: UUID) -> None:
    with transaction(engine, uuid4()) as connection, pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(text(INSERT), {"org": mine})


def test_nobody_can_give_a_row_to_another_org(engine: Engine, mine: UUID) -> None:
    with transaction(engine, mine) as connection, pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(text("UPDATE account SET org_id = :other"), {"other": uuid4()})


def test_nobody_can_point_at_a_row_of_another_org(engine: Engine, mine: UUID) -> None:
    with transaction(engine, mine) as connection:
        account = connection.execute(text("SELECT id FROM account")).scalar_one()
    other = uuid4()

    statement = "INSERT INTO objective (org_id, id, account_id) VALUES (:org, gen_random_uuid(), :account)"
    with pytest.raises(IntegrityError), transaction(engine, other) as connection:
        connection.execute(text(statement), {"org": other, "account": account})


def test_a_pooled_connection_forgets_its_org_when_the_transaction_ends(database_url: str, mine: UUID) -> None:
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"), pool_size=1, max_overflow=0)
    try:
        with transaction(engine, mine) as connection:
            used = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with engine.begin() as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == used
            assert count(connection) == 0
    finally:
        engine.dispose()


def test_a_connection_forgets_its_org_when_the_transaction_breaks(engine: Engine, mine: UUID) -> None:
    with pytest.raises(ZeroDivisionError), transaction(engine, mine):
        raise ZeroDivisionError

    with engine.begin() as connection:
        assert count(connection) == 0

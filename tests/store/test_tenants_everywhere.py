"""Every table of every tenant, asked in raw SQL through the application's own role: no org, a wrong one, pooled, by COPY (P13).

What is special about one table stands in test_tenants.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Column, Connection, Engine, Table, create_engine, text
from sqlalchemy.exc import DataError, ProgrammingError

from service import store
from service.store.database import transaction
from service.store.records import METADATA
from tests.world import START

pytestmark = pytest.mark.req("P13")

for module in iter_modules(store.__path__, "service.store."):
    import_module(module.name)
TENANTS = {table.name: table for table in METADATA.sorted_tables if "org_id" in table.c}
every_table = pytest.mark.parametrize("table", TENANTS.values(), ids=TENANTS)


def row(table: Table, org_id: UUID) -> dict[str, Any]:
    """Return a row with what the table demands, and nothing else."""
    demanded = [c for c in table.columns if not c.nullable and c.server_default is None and c.identity is None]
    return {column.name: value(column, org_id) for column in demanded}


def value(column: Column[Any], org_id: UUID) -> Any:
    """Return a value that fits a column."""
    if column.name == "org_id":
        return org_id
    made: dict[type, Any] = {UUID: uuid4(), str: "x", bytes: b"x", datetime: START, object: {}, int: 1, float: 1.0}
    made |= {date: START.date(), bool: True}
    return made[column.type.python_type]


@pytest.fixture
def mine(engine: Engine, org_id: UUID, table: Table) -> UUID:
    """An org with one row in the table."""
    with transaction(engine, org_id) as connection:
        connection.execute(table.insert().values(row(table, org_id)))
    return org_id


@pytest.fixture(params=["no org", "a wrong org", "an empty org"])
def stranger(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A transaction of somebody who must not see it."""
    if request.param == "no org":
        with engine.begin() as connection:
            yield connection
        return
    with transaction(engine, uuid4()) as connection:
        if request.param == "an empty org":
            connection.execute(text("SELECT set_config('plansync.org', '', true)"))
        yield connection


def quoted(table: Table) -> str:
    """Return the table's name as SQL."""
    return f'"{table.name}"'


def of(connection: Connection, table: Table, org_id: UUID) -> int:
    """Count an org's rows that can be seen."""
    query = text(f"SELECT count(*) FROM {quoted(table)} WHERE org_id = :org")
    return int(connection.execute(query, {"org": org_id}).scalar_one())


def copied(connection: Connection, statement: str) -> list[str]:
    """Return the lines that a COPY gives out."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[arg-type]
        return bytes(b"".join(copy)).decode().splitlines()


def test_these_are_all_the_tables_that_hold_rows_of_tenants(engine: Engine) -> None:
    catalog = text(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attname = 'org_id'"
        " AND c.relkind IN ('r', 'p') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)"
    )
    with engine.connect() as connection:
        assert set(connection.execute(catalog).scalars()) == set(TENANTS)


@every_table
def test_a_stranger_sees_changes_and_deletes_nothing(
    stranger: Connection, engine: Engine, table: Table, mine: UUID
) -> None:
    assert stranger.execute(text(f"SELECT count(*) FROM {quoted(table)}")).scalar_one() == 0
    for statement in (f"UPDATE {quoted(table)} SET org_id = org_id", f"DELETE FROM {quoted(table)}"):
        assert stranger.execute(text(statement)).rowcount == 0
    stranger.commit()

    with transaction(engine, mine) as connection:
        assert of(connection, table, mine) == 1


@every_table
def test_a_stranger_writes_nothing(stranger: Connection, table: Table, org_id: UUID) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        stranger.execute(table.insert().values(row(table, org_id)))
    stranger.rollback()


@every_table
def test_a_stranger_copies_nothing_out(stranger: Connection, table: Table, mine: UUID) -> None:
    assert copied(stranger, f"COPY {quoted(table)} TO STDOUT") == []
    assert copied(stranger, f"COPY (SELECT org_id FROM {quoted(table)}) TO STDOUT") == []


@every_table
def test_an_org_copies_out_its_own_rows_only(engine: Engine, table: Table, mine: UUID) -> None:
    other = uuid4()
    with transaction(engine, other) as connection:
        connection.execute(table.insert().values(row(table, other)))

    with transaction(engine, mine) as connection:
        assert copied(connection, f"COPY (SELECT org_id FROM {quoted(table)}) TO STDOUT") == [str(mine)]
        assert len(copied(connection, f"COPY {quoted(table)} TO STDOUT")) == 1


@every_table
def test_nobody_copies_into_a_fenced_table_past_its_fence(engine: Engine, table: Table, org_id: UUID) -> None:
    for org in (org_id, uuid4()):
        with transaction(engine, org) as connection:
            driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
            with (
                pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"),
                driver.cursor() as cursor,
                cursor.copy(f"COPY {quoted(table)} (org_id) FROM STDIN") as copy,  # type: ignore[arg-type]
            ):
                copy.write_row([org_id])
            connection.rollback()


@every_table
def test_a_pooled_connection_shows_nothing_after_commit_or_rollback(
    database_url: str, table: Table, mine: UUID
) -> None:
    pooled = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"), pool_size=1, max_overflow=0)
    try:
        with transaction(pooled, mine) as connection:
            assert of(connection, table, mine) == 1
            used = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with pytest.raises(ZeroDivisionError), transaction(pooled, mine):
            raise ZeroDivisionError
        with pooled.begin() as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == used
            assert of(connection, table, mine) == 0
    finally:
        pooled.dispose()


@every_table
def test_a_stranger_learns_no_value_from_the_planners_statistics(
    stranger: Connection, engine: Engine, table: Table, mine: UUID
) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ANALYZE {quoted(table)}"))

    query = text("SELECT count(*) FROM pg_stats WHERE tablename = :table")
    assert stranger.execute(query, {"table": table.name}).scalar_one() == 0


def test_an_org_that_is_no_id_is_an_error_and_shows_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT set_config('plansync.org', 'everybody', true)"))
        with pytest.raises(DataError, match="invalid input syntax for type uuid"):
            connection.execute(text("SELECT count(*) FROM account"))

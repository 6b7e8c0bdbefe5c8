"""Migrations: from an empty database to exactly the tables that the program writes down."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from service import store
from service.store.records import METADATA
from service.store.schema import current, head, upgrade
from tests.guards.test_tenancy import SHARED

# Whichever file writes a table down, it is compared.
for module in iter_modules(store.__path__, "service.store."):
    import_module(module.name)


def test_the_migrations_make_exactly_what_the_metadata_says(empty: Engine) -> None:
    upgrade(empty)

    with empty.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_an_empty_database_has_no_revision_and_an_upgraded_one_the_newest(empty: Engine) -> None:
    assert current(empty) is None

    assert upgrade(empty) == head() == current(empty)


def test_upgrading_again_changes_nothing(empty: Engine) -> None:
    upgrade(empty)
    before = inspect(empty).get_table_names()

    assert upgrade(empty) == head()
    assert inspect(empty).get_table_names() == before


def test_every_table_of_the_database_is_one_of_ours(empty: Engine) -> None:
    upgrade(empty)

    assert set(inspect(empty).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_every_table_of_an_org_begins_its_key_with_the_org() -> None:
    for table in METADATA.sorted_tables:
        if table.name not in SHARED:
            assert next(iter(table.primary_key.columns)).name == "org_id", table.name


def test_every_index_of_an_org_begins_with_the_org() -> None:
    for table in METADATA.sorted_tables:
        for index in table.indexes if table.name not in SHARED else ():
            # One of blocks has no order in which one org could stand before another.
            by_blocks = index.dialect_options["postgresql"]["using"] == "brin"
            assert by_blocks or index.columns[0].name == "org_id", index.name

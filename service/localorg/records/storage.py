"""Rows in SQLite: one table per object, one column per stored field, one connection under one lock."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

from service.localorg.schema.model import NUMERIC, Field, Schema, SObject, Type

_COLUMN_TYPES = dict.fromkeys(NUMERIC, "REAL") | {
    Type.BOOLEAN: "INTEGER DEFAULT 0",
    Type.ID: "TEXT",
    Type.REFERENCE: "TEXT",
    Type.DATE: "TEXT",
    Type.DATETIME: "TEXT",
}

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS "__counters__" (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "__deleted__" (object TEXT NOT NULL, id TEXT PRIMARY KEY, at TEXT NOT NULL,
    hard INTEGER NOT NULL, root TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS "__deleted__at" ON "__deleted__" (object, at);
CREATE INDEX IF NOT EXISTS "__deleted__root" ON "__deleted__" (root);
CREATE TABLE IF NOT EXISTS "__severed__" (root TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL,
    id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS "__severed__root" ON "__severed__" (root);
CREATE TABLE IF NOT EXISTS "__key_pair__" (private_key TEXT NOT NULL, certificate TEXT NOT NULL);
"""


class Storage:
    """Hold the org's rows; `lock` guards the connection, `transaction` nests."""

    def __init__(self, database: str = ":memory:") -> None:
        self.connection = sqlite3.connect(
            database, isolation_level=None, check_same_thread=False, cached_statements=1000
        )
        self.lock = RLock()
        self.columns: dict[str, tuple[str, ...]] = {}
        self._counters: dict[str, int] = {}
        self._counted: set[str] = set()
        self._depth = 0
        self.connection.execute("PRAGMA synchronous = OFF")

    def create_tables(self, schema: Schema) -> None:
        """Make a table for each object, or add the columns that an older file lacks."""
        self.connection.executescript(_OWN_TABLES)
        self.add_tables(schema)
        self._counters = dict(self.execute('SELECT name, value FROM "__counters__"'))

    def add_tables(self, schema: Schema) -> None:
        """Make the tables and columns of a schema that are missing."""
        with self.transaction():
            for sobject in schema.objects.values():
                self._create_table(sobject)

    def drop_table(self, table: str) -> None:
        """Remove an object with all its records."""
        self.execute(f'DROP TABLE "{table}"')
        self.execute('DELETE FROM "__deleted__" WHERE object = ?', (table,))
        self.execute('DELETE FROM "__severed__" WHERE object = ?', (table,))
        del self.columns[table]

    def drop_column(self, table: str, column: str) -> None:
        """Remove a field with all its values."""
        self.execute(f'DROP INDEX IF EXISTS "{table}.{column}"')
        self.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')

    def _create_table(self, sobject: SObject) -> None:
        stored = [f for f in sobject.fields.values() if f.stored]
        self.execute(f'CREATE TABLE IF NOT EXISTS "{sobject.name}" ("Id" TEXT PRIMARY KEY)')
        present = {row[1] for row in self.execute(f'PRAGMA table_info("{sobject.name}")')}
        for field in stored:
            if field.name not in present:
                self.execute(f'ALTER TABLE "{sobject.name}" ADD COLUMN {_column(field)}')
            if _indexed(field) or field.name == sobject.name_field:
                index = f"{sobject.name}.{field.name}"
                self.execute(f'CREATE INDEX IF NOT EXISTS "{index}" ON "{sobject.name}" ("{field.name}")')
        self.columns[sobject.name] = tuple(f.name for f in stored)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement under the lock."""
        with self.lock:
            return self.connection.execute(sql, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all of the block or nothing of it; a block inside another can fail alone."""
        with self.lock:
            name = f"level_{self._depth}"
            self.connection.execute(f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._save_counters()
            except BaseException:
                self.connection.execute(f"ROLLBACK TO {name}")
                raise
            finally:
                self._depth -= 1
                self.connection.execute(f"RELEASE {name}")

    def row(self, table: str, record_id: str) -> dict[str, Any] | None:
        """Return the stored values of one record, deleted or not."""
        return next(self.rows(table, '"Id" = ?', (record_id,)), None)

    def rows(self, table: str, condition: str = "1", parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """Return the stored values of the records that meet an SQL condition, by Id."""
        columns = self.columns[table]
        names = ", ".join(f'"{name}"' for name in columns)
        with self.lock:
            found = self.connection.execute(
                f'SELECT {names} FROM "{table}" WHERE {condition} ORDER BY "Id"', parameters
            ).fetchall()
        return (dict(zip(columns, values, strict=True)) for values in found)

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Add one record; columns that are not named stay null."""
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))

    def update(self, table: str, record_id: str, changes: dict[str, Any]) -> None:
        """Change columns of one record."""
        names = ", ".join(f'"{name}" = ?' for name in changes)
        self.execute(f'UPDATE "{table}" SET {names} WHERE "Id" = ?', (*changes.values(), record_id))

    def next_number(self, counter: str, first: int = 1) -> int:
        """Count on; a number that a failed save took is not given again."""
        number = self._counters.get(counter, first - 1) + 1
        self._counters[counter] = number
        self._counted.add(counter)
        return number

    def _save_counters(self) -> None:
        counted = [(name, self._counters[name]) for name in sorted(self._counted)]
        self.connection.executemany('INSERT OR REPLACE INTO "__counters__" VALUES (?, ?)', counted)
        self._counted.clear()

    def close(self) -> None:
        """Close the connection; a store in memory is gone with it."""
        with self.lock:
            self.connection.close()

    def clone(self) -> Storage:
        """Copy everything into a new store in memory."""
        copy = Storage()
        with self.lock:
            self.connection.backup(copy.connection)
            copy.columns = dict(self.columns)
            copy._counters = dict(self._counters)
        return copy


def _column(field: Field) -> str:
    text = "TEXT" if field.case_sensitive else "TEXT COLLATE NOCASE"
    return f'"{field.name}" {_COLUMN_TYPES.get(field.type, text)}'


def _indexed(field: Field) -> bool:
    return bool(field.reference or field.unique or field.external_id or field.name == "SystemModstamp")

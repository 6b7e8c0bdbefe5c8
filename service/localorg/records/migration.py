"""Bring the tables of an org with records from one schema to the next."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.localorg.records.retyping import carried, reshaped
from service.localorg.records.storage import Storage
from service.localorg.schema.model import Field, Schema, SObject

_Values = list[tuple[Any, str]]


def migrate(storage: Storage, old: Schema, new: Schema) -> None:
    """Add what the new schema adds, drop what it lacks, carry over what it changes."""
    kept = [(before, new.objects[name]) for name, before in old.objects.items() if name in new.objects]
    for name in old.objects.keys() - new.objects.keys():
        storage.drop_table(name)
    moved = [moved for before, after in kept for moved in _moved(storage, before, after)]
    for before, after in kept:
        for field in _dropped(before, after):
            storage.drop_column(before.name, field.name)
    storage.add_tables(new)
    for table, column, values in moved:
        storage.connection.executemany(f'UPDATE "{table}" SET "{column}" = ? WHERE "Id" = ?', values)
    for before, after in kept:
        if "OwnerId" in after.fields.keys() - before.fields.keys():
            storage.execute(f'UPDATE "{after.name}" SET "OwnerId" = "CreatedById"')


def _moved(storage: Storage, before: SObject, after: SObject) -> Iterator[tuple[str, str, _Values]]:
    """Return table, column and (value, id) of the fields whose values change shape."""
    for old, new in _pairs(before, after):
        if reshaped(old, new):
            rows = storage.execute(f'SELECT "{old.name}", "Id" FROM "{before.name}"').fetchall()
            yield before.name, new.name, [(carried(old, new, value), record_id) for value, record_id in rows]


def _dropped(before: SObject, after: SObject) -> list[Field]:
    """Return the fields whose columns go, for good or to come back in another shape."""
    staying = {old.name for old, new in _pairs(before, after) if not reshaped(old, new)}
    return [field for field in before.fields.values() if field.stored and field.name not in staying]


def _pairs(before: SObject, after: SObject) -> list[tuple[Field, Field]]:
    pairs = ((field, after.fields.get(name)) for name, field in before.fields.items())
    return [(old, new) for old, new in pairs if new is not None and old.stored and new.stored]

"""What every step of the sync is given."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from service.domain.merging import Direction, Rule
from service.mapping.model import ObjectMapping
from service.mirror.connected import Connected
from service.store.database import SYNC


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync(Connected):
    """A connected org, as the sync works on it."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees this org only, and in which the sync itself writes."""
        return self.writing(by=SYNC)


@lru_cache(maxsize=1024)
def rules(mapping: ObjectMapping) -> Mapping[str, Rule]:
    """Return how each field of an object is merged."""
    pulled = mapping.direction is Direction.PULL
    return {
        field.column: Rule(
            direction=Direction.PULL if pulled else field.direction, conflict=field.conflict, required=field.required
        )
        for field in mapping.fields
    }


def fetched_fields(mapping: ObjectMapping) -> tuple[str, ...]:
    """Return the CRM fields that are read of single records: who changed them last, too."""
    return (*read_fields(mapping), "LastModifiedById")


@lru_cache(maxsize=1024)
def read_fields(mapping: ObjectMapping) -> tuple[str, ...]:
    """Return the CRM fields that a sync reads of an object."""
    key = (mapping.key,) if mapping.key else ()
    filtered = tuple(condition.crm for condition in mapping.filter)
    mapped = tuple(field.crm for field in mapping.fields)
    return tuple(dict.fromkeys(("Id", "CreatedDate", "SystemModstamp", *key, *mapped, *filtered)))

"""A connected org: its two sides and how they are mapped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Engine

from service.crm.client import Client
from service.mapping.model import Mappings
from service.store.database import transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """One org's two sides and how they are mapped; `new_id` makes the ids of new records."""

    org_id: UUID
    engine: Engine
    client: Client
    mappings: Mappings
    new_id: Callable[[], UUID]

    def writing(self, *, by: str, bulk: bool = False) -> AbstractContextManager[Connection]:
        """Open a transaction that sees this org only; `by` names the writer, see `store.database.transaction`."""
        return transaction(self.engine, self.org_id, by=by, bulk=bulk)

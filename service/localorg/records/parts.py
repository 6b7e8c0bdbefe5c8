"""What every write works with, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.localorg.clock import Clock
from service.localorg.ids import make_id
from service.localorg.records.access import Access, Actor, Row
from service.localorg.records.reading import Reader
from service.localorg.records.storage import Storage
from service.localorg.records.triggers import Trigger
from service.localorg.records.values import Stored, stamp
from service.localorg.schema.model import Schema


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the org that reading and writing records need."""

    schema: Schema
    storage: Storage
    access: Access
    reader: Reader
    clock: Clock
    seed: int
    triggers: list[Trigger] = field(default_factory=list)
    """What runs around every save and delete, in this order."""

    def next_id(self, prefix: str) -> str:
        """Return the next id of a key prefix; the seed keeps the ids of two orgs apart."""
        return make_id(prefix, self.storage.next_number(prefix, self.seed * 1_000_000 + 1))

    def now(self) -> str:
        """Return the org's time as datetime columns hold it."""
        return stamp(self.clock.now())


@dataclass(frozen=True, slots=True)
class Change:
    """One record on its way to be saved."""

    actor: Actor
    row: dict[str, Any]
    """The values as they will stand after the save."""
    given: dict[str, Stored]
    """What the caller set, as stored values by field name."""
    before: Row | None
    """The row as it stands now; None for a new record."""

"""Single writes to our store, as people make them, and how long each takes until all can see it in the CRM."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import select

from service.store.database import transaction
from service.store.ledger import links
from service.store.records import RECORDS
from service.sync.context import Sync
from tests.bench.place import Place

PATIENCE = 180.0
"""Seconds after which a write that nobody has seen counts as lost."""
POLL = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One field of one record, and what is written to it."""

    noun: str
    our_id: UUID
    crm_id: str
    values: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes one record after the other and remembers when each was committed."""

    place: Place
    sync: Sync
    writes: list[Write]
    committed: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Place, sync: Sync, fields: Mapping[str, str], *, count: int, value: Any) -> Writer:
        """Return a writer of one field of each of these objects by turns; the org watches for what it writes."""
        share = -(-count // len(fields))
        by_noun = [_writes(sync, noun, {column: value}, share) for noun, column in fields.items()]
        place.watch(*(sync.mappings[noun].sobject for noun in fields))
        return cls(place=place, sync=sync, writes=list(chain(*zip(*by_noun, strict=True)))[:count])

    def write(self) -> None:
        """Make the next write."""
        write = self.writes[len(self.committed)]
        table = RECORDS[write.noun]
        with transaction(self.sync.engine, self.sync.org_id, by="bench") as connection:
            connection.execute(table.update().where(table.c.id == write.our_id).values(**write.values))
        self.committed[write.crm_id] = time.time()

    def waits(self) -> list[float]:
        """Return the seconds that each write took, shortest first, once all of them are seen."""
        until = time.monotonic() + PATIENCE
        while not self.committed.keys() <= (seen := self.place.seen()).keys():
            if time.monotonic() > until:
                raise RuntimeError(f"{len(self.committed.keys() - seen.keys())} writes never came to the CRM")
            time.sleep(POLL)
        return sorted(seen[crm_id] - at for crm_id, at in self.committed.items())


def share(waits: list[float], part: float) -> float:
    """Return the wait that so many of the sorted waits do not exceed."""
    return waits[max(0, -int(-part * len(waits) // 1) - 1)]


def _writes(sync: Sync, noun: str, values: Mapping[str, Any], count: int) -> list[Write]:
    # Records at rest: what we wrote a moment ago would be read again before the next conditional write.
    query = select(links.c.id, links.c.crm_id).where(links.c.object == noun, links.c.base_modstamp.isnot(None))
    with sync.transaction() as connection:
        found = connection.execute(query.order_by(links.c.id).limit(count)).all()
    return [Write(noun=noun, our_id=our_id, crm_id=crm_id, values=values) for our_id, crm_id in found]

"""What Plansync costs: the first sync, an idle cycle, and pushes of many rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import select, update

from service.mapping.model import ObjectMapping
from service.mirror import connected
from service.store.ledger import links, parked
from service.store.records import RECORDS
from service.sync import arrive
from service.sync import cycle as cycles
from service.sync.context import Sync
from tests.bench.meter import Nap, metered, peak_mb
from tests.bench.place import Place
from tests.bench.sides import LARGE, count, cycle, open_sync, small_takes_the_same_road

ONLY_OURS = {"account": "mrr", "success_plan": "progress", "objective": "progress"}
"""Fields that only we write, of three objects."""
SHARED = {"account": "csm_pulse", "success_plan": "health", "objective": "health"}
"""Fields that both sides edit, of the same three."""


def load(place: Place) -> dict[str, Any]:
    """Measure the first sync of everything, into an empty store."""
    nap = Nap()
    sync = open_sync(place, nap)
    before = peak_mb()
    with small_takes_the_same_road(place), _watched() as parts, metered(place) as cost:
        report = cycle(place, sync)
    cost.rows, cost.waited = report.counts["create here"], nap.slept
    return cost.figures(peak_before_mb=before, counted_here=report.api_calls, **parts)


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Time, for the large object: its transactions, the COPY in each, and from the end of the COPY to the commit."""
    parts = {"staged_rows": 0.0, "copying": 0.0, "staged_to_committed": 0.0, "transactions": 0.0}
    staged_at: list[float] = []

    def staging(connection: Any, org_id: UUID, mapping: ObjectMapping, arrivals: Sequence[Any]) -> None:
        started = time.perf_counter()
        stage(connection, org_id, mapping, arrivals)
        if mapping.name == LARGE:
            staged_at.append(time.perf_counter())
            parts["staged_rows"] += len(arrivals)
            parts["copying"] += staged_at[-1] - started

    @contextmanager
    def transacted(*args: Any, **named: Any) -> Iterator[Any]:
        started = time.perf_counter()
        with transaction(*args, **named) as connection:
            yield connection
        ended = time.perf_counter()
        if staged_at:
            parts["staged_to_committed"] += ended - staged_at.pop()
            parts["transactions"] += ended - started

    stage, transaction = arrive._stage, connected.transaction
    with patch.object(arrive, "_stage", staging), patch.object(connected, "transaction", transacted):
        yield parts


def changes(place: Place) -> dict[str, Any]:
    """Measure, after a load: an idle cycle, both kinds of push, and the cycle after each."""
    sync = open_sync(place)
    return {
        "objects": len(sync.mappings.objects),
        "idle": _cycle(place, sync),
        "only_ours": _pushed(place, sync, ONLY_OURS),
        "after_only_ours": _cycle(place, sync),
        "shared": _pushed(place, sync, SHARED),
        "after_shared": _cycle(place, sync),
        "waiting": count(sync, parked),
    }


def _pushed(place: Place, sync: Sync, fields: dict[str, str]) -> dict[str, Any]:
    edited = _edit(sync, fields, place.size.pushed)
    return {**_cycle(place, sync), "edited": edited}


def _edit(sync: Sync, fields: dict[str, str], rows: int) -> int:
    """Change one field of so many records of each object, as a person or a nightly measurement does."""
    edited = 0
    share, rest = divmod(rows, len(fields))
    with sync.transaction() as connection:
        for n, (noun, column) in enumerate(fields.items()):
            table = RECORDS[noun]
            chosen = select(table.c.id).order_by(table.c.id).limit(share + (n < rest))
            done = connection.execute(update(table).where(table.c.id.in_(chosen)).values({column: 4}))
            edited += done.rowcount
    return edited


def _cycle(place: Place, sync: Sync) -> dict[str, Any]:
    """Run a cycle, two minutes later, and tell its push from the rest."""
    place.pass_time(seconds=120)
    pushing = {"push_calls": 0}

    def pushed(*args: Any) -> None:
        before = sync.client.api_calls
        push(*args)
        pushing["push_calls"] += sync.client.api_calls - before

    push = cycles.push
    with patch.object(cycles, "push", pushed), metered(place) as cost:
        report = cycle(place, sync)
    cost.rows = report.counts.get("landed", 0)
    dirty = count(sync, links, links.c.version > links.c.pushed_version)
    return cost.figures(dirty=dirty, counted_here=report.api_calls, **pushing)

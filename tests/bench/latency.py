"""How long a write to our store takes until all can see it in the CRM, with the processes as they really run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from service.store.ledger import parked
from service.sync.context import Sync
from tests.bench.ours import ONLY_OURS, SHARED
from tests.bench.place import Place
from tests.bench.processes import at_work
from tests.bench.sides import count, go_live, open_sync
from tests.bench.writer import Writer, share

PER_SECOND = 100
LATEST = 2
"""What is written: no measurement before wrote it."""


def latency(place: Place) -> dict[str, Any]:
    """Measure the way of single writes into the CRM, at a steady rate, under one clock and one worker."""
    sync = open_sync(place)
    go_live(place, sync)
    with at_work(sync.engine, [place], lanes=[2]):
        only_ours, shared = (_series(place, sync, fields) for fields in (ONLY_OURS, SHARED))
    return {"only_ours": only_ours, "shared": shared, "waiting": count(sync, parked)}


def _series(place: Place, sync: Sync, fields: Mapping[str, str]) -> dict[str, Any]:
    """Write at the rate and wait until all has arrived; a writer that is late does not skip, and its rate is told."""
    writer = Writer.of(place, sync, fields, count=place.size.writes, value=LATEST)
    calls, began = place.calls(), time.time()
    for number in range(len(writer.writes)):
        time.sleep(max(0.0, began + number / PER_SECOND - time.time()))
        writer.write()
    seconds = time.time() - began
    waits = writer.waits()
    return {
        "writes": len(waits),
        "seconds": seconds,
        "p50": share(waits, 0.5),
        "p95": share(waits, 0.95),
        "longest": waits[-1],
        "calls": place.calls() - calls,
    }

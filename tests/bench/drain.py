"""How fast a backlog drains into the CRM, and how long a person's write waits meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import exists, select

from service.store.database import transaction
from service.store.ledger import links, parked
from service.store.records import RECORDS
from service.sync.context import Sync
from tests.bench.place import Place
from tests.bench.processes import at_work
from tests.bench.sides import LARGE, count, go_live, open_sync
from tests.bench.writer import Writer, share

COMPUTED = "last_progress_update"
"""A field of the large object that only we write."""
URGENT = {"account": "mrr"}
EVERY = 1.0
"""Seconds between two writes of a person in each org."""
LOOK = 0.1


def by_one_worker(*places: Place) -> dict[str, Any]:
    """Measure the drain of a backlog in several orgs at once by a worker with a lane for each of them."""
    return _drained(places, lanes=[len(places)])


def by_two_workers(*places: Place) -> dict[str, Any]:
    """Measure the same with as many lanes in as many processes."""
    return _drained(places, lanes=[1] * len(places))


def _drained(places: Sequence[Place], *, lanes: Sequence[int]) -> dict[str, Any]:
    """Write the backlog, then now and then as a person does, until the backlog is gone; timed from its first commit."""
    orgs = [(place, open_sync(place)) for place in places]
    for place, sync in orgs:
        go_live(place, sync)
    with at_work(orgs[0][1].engine, places, lanes=lanes):
        people = [Writer.of(place, sync, URGENT, count=place.size.parents, value=100) for place, sync in orgs]
        calls, rows, began = sum(place.calls() for place in places), 0, time.time()
        for _, sync in orgs:
            rows += _fall_behind(sync)
        written = time.time() - began
        while any(_behind(sync) for _, sync in orgs):
            _write_in_time(people, began)
            time.sleep(LOOK)
        seconds = time.time() - began
        waits = sorted(wait for person in people for wait in person.waits())
        calls = sum(place.calls() for place in places) - calls
    return {
        "rows": rows,
        "seconds": seconds,
        "backlog_written_in": written,
        "calls": calls,
        "urgent": len(waits),
        "urgent_p50": share(waits, 0.5),
        "urgent_p95": share(waits, 0.95),
        "urgent_longest": waits[-1],
        "waiting": sum(count(sync, parked) for _, sync in orgs),
    }


def _fall_behind(sync: Sync) -> int:
    """Compute a field of every large record anew, as a nightly measurement does; return how many there are."""
    with transaction(sync.engine, sync.org_id, by="bench", bulk=True) as connection:
        return connection.execute(RECORDS[LARGE].update().values({COMPUTED: datetime.now(UTC)})).rowcount


def _behind(sync: Sync) -> bool:
    dirty = exists().where(links.c.object == LARGE, links.c.version > links.c.pushed_version)
    with sync.transaction() as connection:
        return bool(connection.execute(select(dirty)).scalar_one())


def _write_in_time(people: Sequence[Writer], began: float) -> None:
    """Let each person write whose turn it is."""
    for person in people:
        due = 1 + (time.time() - began) / EVERY
        if len(person.committed) < min(due, len(person.writes)):
            person.write()

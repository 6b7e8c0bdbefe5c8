"""What Plansync costs: the first sync, an idle cycle, and pushes of many rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from service.config import ROOT
from service.crm.client import Client
from service.crm.login import AccessToken
from service.crm.session import SessionSettings
from service.mapping.load import load as load_mappings
from service.mapping.model import ObjectMapping
from service.store.database import open_engine
from service.store.ledger import links, parked
from service.store.records import RECORDS
from service.sync import arrive, context, cycle
from service.sync import load as loading
from service.sync.context import Sync
from service.sync.cycle import run_cycle
from service.sync.run import Report
from tests.bench.meter import Nap, metered, peak_mb
from tests.bench.place import Place

ORG_ID = UUID("00000000-0000-4000-8000-00000000b3c4")
"""The org's id in the store: the measurements of a run go on from each other."""
LOADED = "objective_kpi"
ONLY_OURS = {"account": "mrr", "success_plan": "progress", "objective": "progress"}
"""Fields that only we write, of three objects."""
SHARED = {"account": "csm_pulse", "success_plan": "health", "objective": "health"}
"""Fields that both sides edit, of the same three."""


def load(place: Place) -> dict[str, Any]:
    """Measure the first sync of everything, into an empty store."""
    nap = Nap()
    sync = _sync(place, nap)
    before = peak_mb()
    with _small_takes_the_same_road(place), _watched() as parts, metered(place) as cost:
        report = run_cycle(sync, now=place.now(), clock=place.now, hurry=True)
    cost.rows, cost.waited = report.counts["create here"], nap.slept
    return cost.figures(peak_before_mb=before, counted_here=report.api_calls, **parts)


@contextmanager
def _small_takes_the_same_road(place: Place) -> Iterator[None]:
    """Read the loaded object by a bulk job also where it is too small for one."""
    with patch.object(loading, "BULK_FROM", min(loading.BULK_FROM, place.size.kpis)):
        yield


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Time, for the large object: its transactions, the COPY in each, and from the end of the COPY to the commit."""
    parts = {"staged_rows": 0.0, "copying": 0.0, "staged_to_committed": 0.0, "transactions": 0.0}
    staged_at: list[float] = []

    def staging(connection: Any, org_id: UUID, mapping: ObjectMapping, arrivals: Sequence[Any]) -> None:
        started = time.perf_counter()
        stage(connection, org_id, mapping, arrivals)
        if mapping.name == LOADED:
            staged_at.append(time.perf_counter())
            parts["staged_rows"] += len(arrivals)
            parts["copying"] += staged_at[-1] - started

    @contextmanager
    def transacted(*args: Any) -> Iterator[Any]:
        started = time.perf_counter()
        with transaction(*args) as connection:
            yield connection
        ended = time.perf_counter()
        if staged_at:
            parts["staged_to_committed"] += ended - staged_at.pop()
            parts["transactions"] += ended - started

    stage, transaction = arrive._stage, context.transaction
    with patch.object(arrive, "_stage", staging), patch.object(context, "transaction", transacted):
        yield parts


def changes(place: Place) -> dict[str, Any]:
    """Measure, after a load: an idle cycle, both kinds of push, and the cycle after each."""
    sync = _sync(place, time.sleep)
    return {
        "objects": len(sync.mappings.objects),
        "idle": _cycle(place, sync),
        "only_ours": _pushed(place, sync, ONLY_OURS),
        "after_only_ours": _cycle(place, sync),
        "shared": _pushed(place, sync, SHARED),
        "after_shared": _cycle(place, sync),
        "waiting": _count(sync, parked),
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
    now = place.pass_time(seconds=120)
    pushing = {"push_calls": 0}

    def pushed(*args: Any) -> None:
        before = sync.client.api_calls
        push(*args)
        pushing["push_calls"] += sync.client.api_calls - before

    push = cycle.push
    with patch.object(cycle, "push", pushed), metered(place) as cost:
        report: Report = run_cycle(sync, now=now, clock=place.now, hurry=True)
    cost.rows = report.counts.get("landed", 0)
    dirty = _count(sync, links, links.c.version > links.c.pushed_version)
    return cost.figures(dirty=dirty, counted_here=report.api_calls, **pushing)


def _count(sync: Sync, table: Any, *conditions: Any) -> int:
    with sync.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def _sync(place: Place, sleep: Any) -> Sync:
    login = AccessToken(token=place.token, instance_url=place.url)
    return Sync(
        org_id=ORG_ID,
        engine=open_engine(place.database_url),
        client=Client(login, settings=SessionSettings(ca_file=Path(place.ca_file)), sleep=sleep),
        mappings=load_mappings(ROOT / "mappings", namespace=None),
        new_id=uuid4,
    )

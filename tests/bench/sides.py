"""Both sides of a run's org, as every measurement of ours opens them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from sqlalchemy import func, select

from service.config import ROOT
from service.crm.client import Client
from service.crm.login import AccessToken
from service.crm.session import SessionSettings
from service.mapping.load import load as load_mappings
from service.plans import progress
from service.store.database import open_engine
from service.sync import load as loading
from service.sync.context import Sync
from service.sync.cycle import run_cycle
from service.sync.run import Report
from tests.bench.place import Place, Site

LARGE = "objective_kpi"
"""The object of which an org holds many."""


def open_sync(place: Site, sleep: Callable[[float], None] = time.sleep) -> Sync:
    """Return both sides of the org at a place."""
    login = AccessToken(token=place.token, instance_url=place.url)
    return Sync(
        org_id=UUID(place.org_id),
        engine=open_engine(place.database_url),
        client=Client(login, settings=SessionSettings(ca_file=Path(place.ca_file)), sleep=sleep),
        mappings=load_mappings(ROOT / "mappings", namespace=None),
        new_id=uuid4,
    )


def cycle(place: Site, sync: Sync) -> Report:
    """Run one cycle at the org's own time."""
    return run_cycle(sync, now=place.now(), clock=place.now, hurry=True)


def go_live(place: Place, sync: Sync) -> None:
    """Compute what the jobs compute and let it come to rest on both sides; then let the org's clock follow real time."""
    progress.refresh(sync)
    for _ in range(2):
        place.pass_time(seconds=120)
        cycle(place, sync)
    place.live()
    cycle(place, sync)


def count(sync: Sync, table: Any, *conditions: Any) -> int:
    """Count rows of the org."""
    with sync.transaction() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


@contextmanager
def small_takes_the_same_road(place: Place) -> Iterator[None]:
    """Read the large object by a bulk job also where it is too small for one."""
    with patch.object(loading, "BULK_FROM", min(loading.BULK_FROM, place.size.kpis)):
        yield

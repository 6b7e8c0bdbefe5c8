"""The processes as an operator runs them: a clock and workers, on the database of a run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import Engine, delete

from service.config import ROOT
from service.store import orgs, queue, schedule
from service.store.database import transaction
from service.store.ledger import orgs as connected
from service.store.orgs import Org
from service.store.queue import QueueState
from service.store.sealing import Seal, new_key
from tests.bench.place import Place

PATIENCE = 180.0
"""Seconds within which the processes begin, or rest: they may have to read again all that was written."""


@contextmanager
def at_work(engine: Engine, places: Sequence[Place], *, lanes: Sequence[int]) -> Iterator[None]:
    """Connect the orgs and run a clock and workers with so many lanes each; they rest when it begins and ends."""
    key, began = new_key(), datetime.now(UTC)
    for place in places:
        _connect(engine, place, Seal([key]))
    commands = [["clock"], *(["worker", "--lanes", str(number)] for number in lanes)]
    with TemporaryDirectory(prefix="plansync-bench-") as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": places[0].database_url,
            "PLANSYNC_DATA": folder,
            "PLANSYNC_SECRET_KEYS": key,
        }
        running = [_start(words, environment) for words in commands]
        try:
            _until(lambda: _ready(engine, places, workers=sum(lanes), since=began), running)
            yield
            _until(lambda: not _busy(_state(engine)), running)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(PATIENCE)
            # An org of a measurement that is over would be synced in vain.
            with engine.begin() as connection:
                connection.execute(delete(connected))


def _connect(engine: Engine, place: Place, seal: Seal) -> None:
    login = {"kind": "token", "token": place.token, "instance_url": place.url, "ca_file": place.ca_file}
    org = Org(
        id=UUID(place.org_id),
        name=place.org_id,
        instance_url=place.url,
        crm_org_id=None,
        namespace=None,
        time_zone="UTC",
        login=seal.seal(login),
    )
    orgs.save(engine, org)


def _start(words: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # What they say is not ours to print; what they warn of is for whoever runs the bench.
    arguments = [sys.executable, "-m", "service", *words]
    return subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _ready(engine: Engine, places: Sequence[Place], *, workers: int, since: datetime) -> bool:
    """Say whether all lanes live, the clock has woken each org once, and nothing is left to do."""
    state = _state(engine)
    synced = (_synced(engine, UUID(place.org_id), since) for place in places)
    return state.workers == workers and not _busy(state) and all(synced)


def _state(engine: Engine) -> QueueState:
    with engine.connect() as connection:
        return queue.state(connection)


def _busy(state: QueueState) -> bool:
    return bool(state.waiting + state.running)


def _synced(engine: Engine, org_id: UUID, since: datetime) -> bool:
    with transaction(engine, org_id) as connection:
        sync = schedule.states(connection).get("sync")
    return sync is not None and sync.ended_at is not None and sync.ended_at >= since


def _until(rest: Callable[[], bool], running: Sequence[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE
    while not rest():
        if any(process.poll() is not None for process in running):
            raise RuntimeError("The clock or a worker ended by itself")
        if time.monotonic() > until:
            raise RuntimeError("The clock and the workers do not come to rest")
        time.sleep(0.1)

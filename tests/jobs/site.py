"""A site as an operator runs it: a database of its own, orgs behind sockets, and processes that really run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, select, text

from service.config import ROOT
from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from service.store import orgs, queue, schedule
from service.store.database import transaction
from service.store.ledger import links, runs
from service.store.orgs import Org
from service.store.records import RECORDS
from service.store.sealing import Seal, new_key
from service.sync.cycle import run_cycle
from service.wiring import Services
from tests.filled import settings

PATIENCE = 180.0
"""Seconds within which anything that must happen has happened, on a machine with much to do."""


def eventually(happened: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """Return what a question is answered with as soon as it is not nothing."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if answer := happened():
            return answer
        time.sleep(0.05)
    raise AssertionError("it never happened")


@dataclass
class Crm:
    """One org behind a socket; while its gate is shut, every call to it waits."""

    org: LocalOrg
    gate: Event = field(default_factory=Event)
    calls: int = 0

    def __post_init__(self) -> None:
        self.app: App = create_app(self.org)
        self.gate.set()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the org does, once the gate is open."""
        self.calls += 1
        self.gate.wait(PATIENCE)
        return self.app(environ, start_response)

    def token(self) -> str:
        """Return a token of the integration user."""
        return self.app.api.sessions.open(self.org.user_id(INTEGRATION))

    def names(self, sobject: str) -> list[str]:
        """Return the names of the records of an object."""
        return [name for (name,) in self.org.storage.execute(f'SELECT "Name" FROM "{sobject}" ORDER BY "Name"')]


@dataclass
class Connected:
    """One org on both sides."""

    org: Org
    crm: Crm
    engine: Engine

    def write(self, *names: str, by: str = "anna") -> None:
        """Write objectives here, as people do."""
        rows = [{"org_id": self.org.id, "id": uuid4(), "name": name, "account_id": self.account()} for name in names]
        with transaction(self.engine, self.org.id, by=by) as connection:
            connection.execute(RECORDS["objective"].insert(), rows)

    def account(self) -> UUID:
        """Return an account that both sides know."""
        with transaction(self.engine, self.org.id) as connection:
            return connection.execute(select(links.c.id).where(links.c.object == "account")).scalars().one()

    def landed(self) -> list[str]:
        """Return the names of the objectives that are there."""
        return self.crm.names("Objective__c")

    def runs(self) -> list[Any]:
        """Return the runs, oldest first."""
        with transaction(self.engine, self.org.id) as connection:
            return list(connection.execute(select(runs).order_by(runs.c.started_at)).all())

    def jobs(self) -> dict[str, schedule.JobState]:
        """Return how each job stands."""
        with transaction(self.engine, self.org.id) as connection:
            return schedule.states(connection)

    def put(self, job: str) -> bool:
        """Put a job into the queue."""
        with self.engine.begin() as connection:
            return queue.put(connection, self.org.id, job)

    def queued(self) -> dict[str, str]:
        """Return what waits or is under way."""
        with self.engine.connect() as connection:
            return queue.of_org(connection, self.org.id)


@dataclass
class Process:
    """One process of ours, and what it wrote."""

    popen: subprocess.Popen[bytes]
    log: Path

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, and return its exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(PATIENCE)

    def events(self) -> list[dict[str, Any]]:
        """Return what it logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@dataclass
class Site:
    """A database, the orgs connected to it, and the processes at work on it."""

    engine: Engine
    url: str
    folder: Path
    template: LocalOrg
    sync_seconds: int = 3_600
    key: str = field(default_factory=new_key)
    processes: list[Process] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    @property
    def services(self) -> Services:
        """Return the services of a process of this site."""
        return Services(
            settings=settings(self.folder, database_url=self.url, sync_seconds=self.sync_seconds),
            engine=self.engine,
            seal=Seal([self.key]),
            clock=lambda: datetime.now(UTC),
            new_id=uuid4,
        )

    def connect(self, name: str = "default", *, zone: str = "UTC") -> Connected:
        """Connect a new org with one account."""
        crm = Crm(self.template.clone(Clock()))
        crm.org.writer.create(crm.org.admin(), "Account", {"Name": "Acme"})
        server = Server(crm)
        server.__enter__()
        self.servers.append(server)
        login = {"kind": "token", "token": crm.token(), "instance_url": server.url}
        org = Org(
            id=uuid4(),
            name=name,
            instance_url=server.url,
            crm_org_id=crm.org.org_id,
            namespace=None,
            time_zone=zone,
            login=self.services.seal.seal(login),
        )
        return Connected(orgs.save(self.engine, org), crm, self.engine)

    def read(self, connected: Connected) -> Connected:
        """Read an org for the first time."""
        sync = self.services.sync(connected.org)
        run_cycle(sync, now=self.services.clock(), clock=self.services.clock)
        sync.client.session.close()
        return connected

    def start(self, *words: str) -> Process:
        """Start one of our processes."""
        log = self.folder / f"{words[0]}-{len(self.processes)}.log"
        with log.open("wb") as out:
            popen = subprocess.Popen(
                [sys.executable, "-m", "service", *words], cwd=ROOT, env=self._environment(), stdout=out, stderr=out
            )
        self.processes.append(Process(popen, log))
        return self.processes[-1]

    def state(self) -> queue.QueueState:
        """Return how the queue stands."""
        with self.engine.connect() as connection:
            return queue.state(connection)

    def empty_queue(self) -> None:
        """Drop every job that waits."""
        with self.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL search_path TO {queue.SCHEMA}"))
            connection.execute(text("DELETE FROM procrastinate_jobs"))

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "PLANSYNC_DATA": str(self.folder),
            "PLANSYNC_SECRET_KEYS": self.key,
            "PLANSYNC_SYNC_SECONDS": str(self.sync_seconds),
            "PLANSYNC_LOG_LEVEL": "debug",
            "PLANSYNC_LOG_JSON": "true",
        }


@contextmanager
def cleared(site: Site) -> Iterator[Site]:
    """End everything that a site started."""
    try:
        yield site
    finally:
        for process in site.processes:
            process.popen.kill()
            process.popen.wait()
        for server in site.servers:
            server.__exit__(None, None, None)

"""How long people wait who read: requests to the API with a token each that the org signed, and the queries of one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import Engine, event

from service.access import certificates, tokens
from service.api.app import create_api
from service.store import orgs
from service.store.orgs import Org
from service.wiring import Services
from tests.bench.place import Site
from tests.bench.rules_office import Office
from tests.bench.rules_org import MANAGER, TREE, TWIG
from tests.bench.writer import share
from tests.filled import SEAL, settings

AUDIENCE = "https://connector.test"
PAGES = (10, 100)
"""Sizes of a page between which the number of queries is not to grow."""
DEFAULT_PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to a request, and what it took: seconds, queries of the database, API calls."""

    answer: Any
    seconds: float
    queries: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whoever asks the API, as a user of the org."""

    site: Site
    app: Flask
    engine: Engine

    def ask(self, path: str) -> Asked:
        """Ask for something, with a token of its own."""
        headers = {"Authorization": f"Bearer {self.site.sign(MANAGER, AUDIENCE)}"}
        calls = self.site.calls()
        with _counting(self.engine) as queries:
            started = time.perf_counter()
            answer = self.app.test_client().get(path, headers=headers)
            seconds = time.perf_counter() - started
        assert answer.status_code == 200, answer.text
        return Asked(answer.json, seconds=seconds, queries=len(queries), calls=self.site.calls() - calls)

    def series(self, path: str, times: int) -> dict[str, Any]:
        """Return how long a request takes, asked so many times after a first one."""
        first = self.ask(path)
        waits = sorted(self.ask(path).seconds for _ in range(times))
        cost = {"queries": first.queries, "calls": first.calls}
        return {"p50": share(waits, 0.5), "p95": share(waits, 0.95), "requests": times, **cost}


def reading(office: Office) -> dict[str, Any]:
    """Measure the first page of all objectives, and the tree of a plan."""
    with _reader(office) as reader:
        few, many = (reader.ask(f"/objectives?limit={limit}") for limit in PAGES)
        path, small = (f"/success-plans/{office.named('success_plan', name)}/tree" for name in (TREE, TWIG))
        twig, tree = reader.ask(small), reader.ask(path)
        times = office.size.requests
        return {
            "listing": {
                **reader.series(f"/objectives?limit={DEFAULT_PAGE}", times),
                "rows": office.counts()["objective"][0],
                "more_queries": many.queries - few.queries,
            },
            "tree": {
                **reader.series(path, times),
                "rows": _records(tree.answer) - 1,
                "more_queries": tree.queries - twig.queries,
            },
        }


def _records(branch: dict[str, Any]) -> int:
    return 1 + sum(map(_records, branch["under"]))


@contextmanager
def _reader(office: Office) -> Iterator[Reader]:
    """Connect the org as an operator does, with its certificate, and open the API on the org's time."""
    site, engine = office.site, office.sync.engine
    site.live()
    ahead = site.now() - datetime.now(UTC)

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    org = orgs.save(engine, _connected(site))
    certificates.register(engine, org.id, certificates.read(site.certificate()), now=clock())
    with TemporaryDirectory(prefix="plansync-bench-") as folder:
        known = settings(Path(folder), api_rate=1_000_000)
        services = Services(settings=known, engine=engine, seal=SEAL, clock=clock, new_id=uuid4)
        app = create_api(services, lambda token: tokens.verify(engine, token, audience=AUDIENCE, now=clock()))
        yield Reader(site=site, app=app, engine=engine)


def _connected(site: Site) -> Org:
    login = {"kind": "token", "token": site.token, "instance_url": site.url, "ca_file": site.ca_file}
    return Org(
        id=UUID(site.org_id),
        name="bench",
        instance_url=site.url,
        crm_org_id=site.state()["org_id"],
        namespace=None,
        time_zone="UTC",
        login=SEAL.seal(login),
    )


@contextmanager
def _counting(engine: Engine) -> Iterator[list[str]]:
    """Note every statement that is sent to the database."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)

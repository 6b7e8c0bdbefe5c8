"""Where a run takes place: a PostgreSQL of its own, and orgs in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import requests

from service.config import ROOT
from tests.bench.size import Size
from tests.postgres import migrated_database, throwaway_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One org of a run, and the store beside it."""

    org_id: str
    """The org's id in the store: the measurements of a run go on from each other."""
    database_url: str
    url: str
    ca_file: str
    token: str

    # The org's own view, which is the referee's: what it counts and what time it is.

    def state(self) -> dict[str, Any]:
        """Return the org's id, users, record counts and whatever else it tells of itself."""
        return self._ask("GET", "/localorg")

    def calls(self) -> int:
        """Return the API calls that the org has counted so far."""
        return int(self.state()["api_requests"]["used"])

    def now(self) -> datetime:
        """Return the org's time."""
        return datetime.fromisoformat(self.state()["now"])

    def pass_time(self, *, seconds: float) -> datetime:
        """Move the org's clock and return its time."""
        return datetime.fromisoformat(self._ask("POST", "/localorg/clock", {"advance_seconds": seconds})["now"])

    def live(self) -> None:
        """Let the org's clock follow real time, as processes that really run need it."""
        self._ask("POST", "/localorg/clock", {"run": True})

    # What happens behind the sync's back: see `tests.bench.behind`.

    def plant(self, sobject: str, count: int) -> dict[str, list[str]]:
        """Make so many records differ, unseen; return the ids of those changed, lost and added there."""
        return self._ask("POST", "/bench/plant", {"sobject": sobject, "count": count})

    def watch(self, *sobjects: str) -> None:
        """Note from now on when a write to a record of these objects is there for all to see."""
        self._ask("POST", "/bench/watch", {"sobjects": sobjects})

    def seen(self) -> dict[str, float]:
        """Return when each record was first seen changed, by its id."""
        return self._ask("GET", "/bench/seen")

    # Who its users are, in its own word.

    def certificate(self) -> bytes:
        """Return the certificate that the org signs with."""
        return self._send("GET", "/localorg/certificate").content

    def sign(self, username: str, audience: str) -> str:
        """Return a token for a user."""
        return self._ask("GET", f"/localorg/token?{urlencode({'user': username, 'audience': audience})}")["token"]

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._send(method, path, body).json()

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        answer = requests.request(method, f"{self.url}{path}", json=body, verify=self.ca_file, timeout=60)
        answer.raise_for_status()
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Site):
    """What a process that measures the sync has to know of one org; it travels as JSON."""

    size: Size

    @classmethod
    def read(cls, document: str) -> Place:
        """Return the place that a process was told."""
        told = json.loads(document)
        return cls(**{**told, "size": Size(**told["size"])})


@contextmanager
def open_place(database_url: str, size: Size) -> Iterator[Place]:
    """Start an org of a size and stop it at the end."""
    with open_org("tests.bench.org", asdict(size)) as told:
        yield Place(org_id=str(uuid4()), database_url=database_url, size=size, **told)


@contextmanager
def open_org(module: str, size: Mapping[str, int]) -> Iterator[dict[str, str]]:
    """Start the org that a module fills and serves, stop it at the end; yield where it is and who may enter."""
    arguments = [sys.executable, "-m", module, json.dumps(size)]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


def measure(what: str, *places: Place) -> dict[str, Any]:
    """Run one measurement in a fresh process, so that its memory and its time are its own."""
    arguments = [sys.executable, "-m", "tests.bench.client", what, *(json.dumps(asdict(place)) for place in places)]
    done = subprocess.run(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def open_database() -> Iterator[str]:
    """Yield the URL of an empty, migrated database in a server of the run's own, as durable as an operator's."""
    with throwaway_server(durable=True) as admin_url:
        yield migrated_database(admin_url, "bench")

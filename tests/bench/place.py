"""Where a run takes place: a schema of its own in PostgreSQL, and an org in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import requests
from sqlalchemy import make_url, text

from service.config import ROOT, read_settings
from service.store.database import open_engine, start_embedded
from service.store.schema import upgrade
from tests.bench.size import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a process that measures has to know; it travels as JSON."""

    database_url: str
    url: str
    ca_file: str
    token: str
    size: Size

    @classmethod
    def read(cls, document: str) -> Place:
        """Return the place that a process was told."""
        told = json.loads(document)
        return cls(**{**told, "size": Size(**told["size"])})

    # The org's own view, which is the referee's: what it counts and what time it is.

    def calls(self) -> int:
        """Return the API calls that the org has counted so far."""
        return int(self._control("GET", "")["api_requests"]["used"])

    def now(self) -> datetime:
        """Return the org's time."""
        return datetime.fromisoformat(self._control("GET", "")["now"])

    def pass_time(self, *, seconds: float) -> datetime:
        """Move the org's clock and return its time."""
        return datetime.fromisoformat(self._control("POST", "/clock", {"advance_seconds": seconds})["now"])

    def _control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = requests.request(method, f"{self.url}/localorg{path}", json=body, verify=self.ca_file, timeout=60)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def open_place(database_url: str, size: Size) -> Iterator[Place]:
    """Start an org of a size and stop it at the end."""
    arguments = [sys.executable, "-m", "tests.bench.org", json.dumps(asdict(size))]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Place(database_url=database_url, size=size, **json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


def measure(place: Place, what: str) -> dict[str, Any]:
    """Run one measurement in a fresh process, so that its memory and its time are its own."""
    arguments = [sys.executable, "-m", "tests.bench.client", what, json.dumps(asdict(place))]
    done = subprocess.run(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@contextmanager
def open_database() -> Iterator[str]:
    """Yield the URL of an empty, migrated schema in the server of DATABASE_URL or an embedded one; drop it at the end."""
    with TemporaryDirectory(prefix="plansync-bench-") as folder:
        server = read_settings().database_url or start_embedded(Path(folder))
        schema = f"bench_{uuid4().hex[:8]}"
        url = make_url(server).set(drivername="postgresql")
        inside = url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
        engine = open_engine(inside)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        upgrade(engine)
        try:
            yield inside
        finally:
            with engine.begin() as connection:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            engine.dispose()

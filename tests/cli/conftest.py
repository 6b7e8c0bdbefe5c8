"""A command line, and an org behind a socket for it to talk to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import Engine

from service.cli.root import run
from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from service.store import orgs
from service.store.database import transaction
from service.store.records import RECORDS
from tests.filled import forget_orgs


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON line of standard output."""
        [line] = self.out.splitlines()
        return json.loads(line)


@dataclass
class Shell:
    """Runs commands in this process, as a shell would."""

    capture: pytest.CaptureFixture[str]
    folder: Path

    def __call__(self, *arguments: object) -> Ran:
        """Run one command."""
        self.capture.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = self.capture.readouterr()
        return Ran(code, out, err)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Shell]:
    """A shell whose environment names nothing but a data directory."""
    for name in ("DATABASE_URL", "SALESFORCE_INSTANCE_URL", "SALESFORCE_ACCESS_TOKEN", "PLANSYNC_CONSOLE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLANSYNC_DATA", str(tmp_path / "data"))
    yield Shell(capsys, tmp_path)
    structlog.reset_defaults()


@pytest.fixture
def shell(outside: Shell, monkeypatch: pytest.MonkeyPatch, database_url: str, engine: Engine) -> Iterator[Shell]:
    """A shell with a migrated database in which no org is connected."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    forget_orgs(engine)
    yield outside
    forget_orgs(engine)


@dataclass
class Crm:
    """An org behind a socket, on the machine's own clock, and the store beside it."""

    org: LocalOrg
    engine: Engine
    folder: Path
    url: str
    app: App = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.org)
        self.admin = self.org.admin()

    def token_file(self, token: str | None = None) -> Path:
        """A file with the integration user's token, or with another one."""
        path = self.folder / f"token-{uuid4()}"
        path.write_text(token or self.app.api.sessions.open(self.org.user_id(INTEGRATION)))
        return path

    def connect(self, shell: Shell, *others: object) -> Ran:
        """Connect the org."""
        return shell("connect", "--url", self.url, "--token-file", self.token_file(), *others)

    def create_there(self, sobject: str, **values: Any) -> str:
        """Create a record in the CRM."""
        return self.org.writer.create(self.admin, sobject, values)

    def create_here(self, noun: str, **values: Any) -> UUID:
        """Create a record in the store of the connected org."""
        our_id, org = uuid4(), orgs.named(self.engine, None)
        with transaction(self.engine, org.id) as connection:
            connection.execute(RECORDS[noun].insert().values(org_id=org.id, id=our_id, **values))
        return our_id


class Door:
    """A WSGI application that hands every request to the org of the moment: one socket serves all tests."""

    app: App
    url: str

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the org does."""
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    """A server on loopback, over plain HTTP."""
    door = Door()
    with Server(door) as server:
        door.url = server.url
        yield door


@pytest.fixture
def crm(door: Door, installed_org: LocalOrg, engine: Engine, tmp_path: Path) -> Crm:
    """An org that answers on loopback."""
    crm = Crm(installed_org.clone(Clock()), engine, tmp_path, door.url)
    door.app = crm.app
    return crm


@pytest.fixture
def connected(shell: Shell, crm: Crm) -> Crm:
    """The org, connected as `default`."""
    assert crm.connect(shell).code == 0
    return crm

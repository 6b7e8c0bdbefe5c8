"""Real processes of `plansync sync`, killed by SIGKILL anywhere, over real sockets and a database that syncs to disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from service.cli.exits import Exit
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from service.store import orgs
from service.store.database import open_engine
from tests.postgres import migrated_database, throwaway_server
from tests.simulation.people import People
from tests.simulation.process import start
from tests.simulation.promises import broken
from tests.simulation.trace import Trace
from tests.world import World

SEEDS = 12
LIVES = 4
"""How often the connector is killed in one run."""


@pytest.mark.req("P1")
@pytest.mark.req("P2")
@pytest.mark.req("P3")
@pytest.mark.req("P4")
@pytest.mark.req("P5")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_real_process_may_be_killed_anywhere(connector: Connector, seed: int) -> None:
    world, random = connector.world(seed), Random(seed)
    people = People(world, random, Trace())
    people.begin()
    killed = 0
    for _ in range(LIVES):
        for _ in range(3):
            people.act()
            world.pass_time(seconds=1)
        killed += connector.sync_and_kill(world, random)
    for _ in range(3):
        connector.sync(world)
    used = world.app.api.usage.used
    connector.sync(world)

    assert killed
    assert broken(world, people.memory, []) == []
    assert world.app.api.usage.used == used + 1 or world.parked()


class Connector:
    """One installation of Plansync, and the socket at which the org of the moment answers."""

    def __init__(self, org: LocalOrg, database_url: str, folder: Path) -> None:
        self.engine: Engine = open_engine(database_url)
        self._org, self._folder = org, folder
        self._app: Any = None
        self._process: BaseProcess | None = None
        self._calls_to_live = 0
        self._server = Server(self, tls=folder)
        self._environment = {
            "DATABASE_URL": database_url,
            "PLANSYNC_DATA": str(folder),
            "PLANSYNC_SECRET_KEYS": Fernet.generate_key().decode(),
        }

    def __enter__(self) -> Connector:
        self._server.__enter__()
        return self

    def __exit__(self, *broken: Any) -> None:
        self._server.__exit__(*broken)
        self.engine.dispose()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the org of the moment does; the process that asks may not live to hear it."""
        answer = self._app(environ, start_response)
        self._calls_to_live -= 1
        if self._process and self._calls_to_live == 0:
            self._process.kill()
        return answer

    def world(self, seed: int) -> World:
        """Connect an org that nobody has touched."""
        world = World(org=self._org, engine=self.engine, seed=seed)
        # Behind the machine's clock and moved by hand: nobody has to wait for a minute to pass.
        world.clock.set(datetime.now(UTC) - timedelta(hours=6))
        self._app = world.app
        token = self._folder / "token"
        token.write_text(world.app.api.sessions.open(world.org.user_id(INTEGRATION)))
        place = ("--url", self._server.url, "--ca-file", str(self._server.ca_file), "--token-file", str(token))
        self._finish("connect", "--name", f"run {seed}", *place)
        world.org_id = orgs.named(self.engine, f"run {seed}").id
        return world

    def sync(self, world: World) -> None:
        """Run a cycle to its end, two minutes later."""
        world.pass_time(seconds=120)
        self._finish("sync", "--org", self._name(world))

    def sync_and_kill(self, world: World, random: Random) -> bool:
        """Run a cycle that is killed after a while or at an answer; say whether it was before its end."""
        world.pass_time(seconds=61)
        self._calls_to_live = random.choice((0, 1, 2, 3))
        self._process = start(self._environment, "sync", "--org", self._name(world))
        self._process.join(timeout=None if self._calls_to_live > 0 else random.uniform(0, 0.7))
        self._process.kill()
        self._process.join()
        killed, self._process = self._process.exitcode == -SIGKILL, None
        return killed

    def _name(self, world: World) -> str:
        return next(org.name for org in orgs.every(self.engine) if org.id == world.org_id)

    def _finish(self, *arguments: str) -> None:
        process = start(self._environment, *arguments)
        process.join()
        assert process.exitcode in (Exit.OK, Exit.ATTENTION)


@pytest.fixture(scope="module")
def connector(installed_org: LocalOrg, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    """An installation with a database that waits for the disk."""
    with throwaway_server(durable=True) as admin_url:
        folder = tmp_path_factory.mktemp("connector")
        with Connector(installed_org, migrated_database(admin_url), folder) as connector:
            yield connector

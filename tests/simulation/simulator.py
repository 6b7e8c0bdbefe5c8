"""One seeded run: people act on both sides while the sync runs, and the sync is killed anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError as ConnectionBroken
from sqlalchemy import Engine, event

from service.errors import PlansyncError
from service.localorg.org import LocalOrg
from tests.simulation.people import People
from tests.simulation.trace import Trace
from tests.world import URL, World
from tests.wsgi_transport import WsgiAdapter


STEPS = 7
"""Cycles under faults in one run."""


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


class Simulator:
    """Run one seed; `trace` tells everything that happened, in order."""

    def __init__(self, org: LocalOrg, engine: Engine, seed: int, *, tell: Callable[[str], None] | None = None) -> None:
        self.random = Random(seed)
        self.world = World(org=org, engine=engine, seed=seed)
        self.people = People(self.world, self.random)
        self.trace = Trace(tell)
        self.running = self.dead = False
        self.faults = True
        self.kills = self.lost_answers = 0
        self._restart()

    def run(self, steps: int = STEPS) -> None:
        """Let people and the sync loose on each other, then let things calm down."""
        self.people.begin()
        with self._watching():
            for _ in range(steps):
                for _ in range(self.random.randint(0, 4)):
                    self.people.act()
                    self._time_passes()
                self.cycle()
            self.calm_down()

    def calm_down(self) -> None:
        """Stop the faults and grant P1 its three cycles; waits of parked records are long over."""
        self.faults = False
        for _ in range(3):
            self.world.pass_time(days=1)
            self.cycle()

    def cycle(self) -> None:
        """Run one cycle, starting the process anew if it was killed or broke off."""
        self.running = True
        try:
            report = self.world.cycle(after=self.random.choice((0, 1, 3, 61)))
            self.trace.note("report", sorted(report.counts.items()), report.api_calls)
        except (Killed, PlansyncError) as end:
            self.trace.note("end", type(end).__name__)
            if not self.faults:
                raise
        finally:
            self.running = False
            if self.dead:
                self._restart()

    # Between any two steps

    def between(self, what: str) -> None:
        """Die here, or let somebody act here, or let it pass."""
        if not self.running:
            return
        if self.dead:
            raise Killed
        self.trace.note(what)
        if not self.faults:
            return
        if self.random.random() < 0.03:
            self.dead = True
            self.kills += 1
            raise Killed
        if what != "commit" and self.random.random() < 0.1:
            # No lock of the sync is held between its transactions.
            self.running = False
            self.people.act()
            self._time_passes()
            self.running = True

    def _time_passes(self) -> None:
        self.world.pass_time(seconds=self.random.choice((0, 0.2, 0.7, 1, 2.5)))

    def _restart(self) -> None:
        self.dead = False
        self.world.sync = self.world.new_sync()
        self.world.sync.client.session.mount(URL, _Road(self))

    @contextmanager
    def _watching(self) -> Iterator[None]:
        engine = self.world.engine

        def begins(_connection: Any) -> None:
            self.between("begin")

        def commits(_connection: Any) -> None:
            self.between("commit")

        event.listen(engine, "begin", begins)
        event.listen(engine, "commit", commits)
        try:
            yield
        finally:
            event.remove(engine, "begin", begins)
            event.remove(engine, "commit", commits)


class _Road(WsgiAdapter):
    """The road to the org: answers may get lost, and things happen on the way."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator.world.app)
        self._simulator = simulator

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Carry a request to the org and its answer back, if it comes back."""
        simulator = self._simulator
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        simulator.between("call")
        simulator.trace.note(request.method, request.path_url, body)
        response = super().send(request, *args, **kwargs)
        simulator.between("answer")
        if simulator.running and simulator.faults and simulator.random.random() < 0.03:
            simulator.lost_answers += 1
            raise ConnectionBroken("the answer got lost")
        return response

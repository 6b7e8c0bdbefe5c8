"""One seeded run: people act on both sides while the sync runs, faults strike it, and it is killed anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

from sqlalchemy import Engine, event

from service.crm.client import Client
from service.crm.login import Grant, Post
from service.errors import PlansyncError
from service.localorg.org import INTEGRATION, LocalOrg
from service.sync.cycle import Full
from tests.simulation.mix import CALM, Mix
from tests.simulation.people import People
from tests.simulation.road import MOST_CALLS, Endless, Road
from tests.simulation.schema import SchemaAdmin
from tests.simulation.strangers import Strangers
from tests.simulation.trace import Trace
from tests.world import URL, World

STEPS = 7
"""Cycles under faults in one run."""


class Killed(BaseException):
    """The process is gone; nothing of it runs any more."""


class Simulator:
    """Run one seed; `trace` tells everything that happened, in order."""

    def __init__(self, org: LocalOrg, engine: Engine, seed: int, *, tell: Callable[[str], None] | None = None) -> None:
        self.random = Random(seed)
        self.mix = Mix.choose(self.random)
        self.trace = Trace(tell)
        self.world = World(org=org, engine=engine, seed=seed)
        self.people = People(self.world, self.random, self.trace)
        self.strangers = Strangers(self.world, self.people, self.random)
        self.schema_admin = SchemaAdmin(self.world, self.people, self.random)
        self.road = Road(self.world, self.between)
        self.running = self.dead = False
        self.points = self.kills = 0
        self.struck: Counter[str] = Counter()
        self._restart()
        self.trace.note("mix", str(self.mix))

    def run(self, steps: int = STEPS) -> None:
        """Let people and the sync loose on each other, then let things calm down."""
        self.people.begin()
        self.strangers.arrive(self.mix.automation)
        self.world.org.faults.set(
            seed=self.random.getrandbits(32), rates=self.mix.rates, rows_per_call=self.mix.rows_per_call
        )
        if self.mix.calls_left is not None:
            self.world.app.api.usage.reset(allowance=1_000, used=800 - self.mix.calls_left)
        with self._watching():
            for _ in range(steps):
                for _ in range(self.random.randint(0, 4)):
                    self._somebody_acts()
                self.cycle(
                    after=self.random.choice((0, 1, 3, 61, 61, 61, 3_700, 40_000)),
                    hurry=self.random.random() < 0.7,
                    full=Full() if self.random.random() < 0.04 else None,
                )
            self.calm_down()

    def calm_down(self) -> None:
        """Stop the faults and grant P1 its three cycles; waits of parked records are long over."""
        self.mix = CALM
        self.strangers.leave()
        missed = self.schema_admin.leave()
        self.struck.update(self.world.org.faults.counts)
        self.world.org.faults.clear()
        # What was undone before anybody looked shows in a full reading alone, as there is one every night.
        self.cycle(after=86_400, full=Full() if missed or self.people.memory.unseen else None)
        for _ in range(2):
            self.cycle(after=86_400)

    def cycle(self, *, after: float, **how: Any) -> None:
        """Run one cycle, starting the process anew if it was killed."""
        self.running = True
        self.road.begin_cycle()
        try:
            report = self.world.cycle(after=after, **how)
            self.trace.note("report", report.kind, sorted(report.counts.items()), report.api_calls)
        except (Killed, PlansyncError) as end:
            self.trace.note("end", type(end).__name__, str(end))
            if self.mix is CALM:
                raise
        except Endless:
            self.road.problems.append(f"P10 a cycle made more than {MOST_CALLS} calls")
        finally:
            self.running = False
            if self.dead:
                self.road.forget()
                self._restart()

    # Between any two steps

    def between(self, what: str, *details: object) -> None:
        """Die here, or let somebody act here, or let it pass: a point of the run with a number of its own."""
        if not self.running:
            return
        if self.dead:
            raise Killed
        self.points += 1
        self.trace.note(self.points, what, *details)
        if self.random.random() < self.mix.kills:
            self.dead = True
            self.kills += 1
            raise Killed
        if what != "commit" and self.random.random() < self.mix.bystanders:
            # No lock of the sync is held between its transactions.
            self.running = False
            self._somebody_acts()
            self.running = True

    def _somebody_acts(self) -> None:
        others = [(self.mix.strangers, self.strangers), (self.mix.schema, self.schema_admin)]
        self.people.act([act for among, one in others if among for act in one.acts])
        self.world.pass_time(seconds=self.random.choice((0, 0.2, 0.7, 1, 2.5)))

    def _restart(self) -> None:
        """Start the connector anew, as after a crash: only the database and the org remember."""
        self.dead = False
        clock = self.world.clock
        client = Client(_Renewing(self.world), sleep=self.world.waits.append, monotonic=lambda: clock.now().timestamp())
        client.session.mount(URL, self.road)
        self.world.sync = replace(self.world.sync, client=client)

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


class _Renewing:
    """A login that gets in again whenever its session has expired."""

    def __init__(self, world: World) -> None:
        self._world = world

    def sign_in(self, post: Post) -> Grant:
        """Return a grant with a fresh token."""
        del post
        world = self._world
        return Grant(token=world.app.api.sessions.open(world.org.user_id(INTEGRATION)), instance_url=URL)

"""The worker: does what the queue holds, one job at a time in each lane; any number of workers may run anywhere."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from uuid import UUID

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Taken
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from service.errors import PlansyncError
from service.jobs.perform import perform
from service.jobs.table import Job, table
from service.store import queue
from service.sync.sides import Sides
from service.wiring import Services

log = structlog.get_logger()


class QueueLost(PlansyncError):  # noqa: N818 - named for what happened
    """The worker can no longer reach the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a worker works: lanes side by side, the silence that means death, the seconds it gets to end."""

    lanes: int = 2
    silence: timedelta = queue.SILENCE
    grace: float = 25.0

    @property
    def heartbeat(self) -> float:
        """Return the seconds between two signs of life."""
        return self.silence.total_seconds() / 4

    @property
    def watch(self) -> float:
        """Return the seconds between two looks for jobs of dead workers."""
        return self.silence.total_seconds() * 3 / 4


def run_worker(services: Services, stop: Event, pace: Pace) -> None:
    """Work until stopped; then let what is under way end, and leave without it when it takes too long."""
    sides = Sides(services.sync)
    try:
        asyncio.run(_Crew(services, sides, stop, pace).work())
    finally:
        sides.close()


class _Crew:
    """The lanes of one worker process: each takes the next job as soon as it ended one."""

    def __init__(self, services: Services, sides: Sides, stop: Event, pace: Pace) -> None:
        self._services, self._sides, self._stop, self._pace = services, sides, stop, pace
        self._lost = False
        connector = PsycopgConnector(conninfo=queue.address(services.engine.url), min_size=1, max_size=pace.lanes + 2)
        self._app = App(connector=connector)
        self._app.job_manager = _Strict(connector, self._give_up)
        for job in table(timedelta(seconds=services.settings.sync_seconds)):
            self._register(job)

    def _register(self, job: Job) -> None:
        @self._app.task(name=job.name, queue=queue.QUEUE)
        def do(org_id: str) -> None:
            perform(self._services, self._sides, job, UUID(org_id))

    async def work(self) -> None:
        """Work until stopped, or until the queue is lost."""
        # A thread for each lane, for the one that waits for the end, and for the watch.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._pace.lanes + 2))
        async with self._app.open_async():
            lanes = [asyncio.create_task(self._lane(number)) for number in range(1, self._pace.lanes + 1)]
            watch = asyncio.create_task(self._watch())
            told = asyncio.create_task(asyncio.to_thread(self._stop.wait))
            await asyncio.wait([*lanes, watch, told], return_when=asyncio.FIRST_COMPLETED)
            if not self._stop.is_set():
                self._give_up()
            for task in (*lanes, watch):
                task.cancel()
            await self._end(lanes)
            errors = await asyncio.gather(*lanes, watch, return_exceptions=True)
        if self._lost:
            cause = next((error for error in errors if isinstance(error, Exception)), None)
            raise QueueLost("The worker lost the queue: check that PostgreSQL runs, then start it again") from cause

    def _give_up(self) -> None:
        self._lost = True
        self._stop.set()

    async def _lane(self, number: int) -> None:
        name = f"{os.getpid()}.{number}"
        structlog.contextvars.bind_contextvars(worker=name)
        await self._app.run_worker_async(
            name=name,
            install_signal_handlers=False,
            delete_jobs="always",
            update_heartbeat_interval=self._pace.heartbeat,
            stalled_worker_timeout=self._pace.silence.total_seconds(),
        )

    async def _watch(self) -> None:
        """Put back what dead workers left, again and again."""
        while True:
            taken_over = await asyncio.to_thread(self._take_over)
            if taken_over:
                log.warning("Jobs of a worker that died were put back", jobs=taken_over)
            await asyncio.sleep(self._pace.watch)

    def _take_over(self) -> int:
        with self._services.engine.begin() as connection:
            return queue.take_over(connection, silence=self._pace.silence)

    async def _end(self, lanes: list[asyncio.Task[None]]) -> None:
        _, working = await asyncio.wait(lanes, timeout=self._pace.grace)
        if working:
            log.warning("The worker leaves a job behind; another one takes it over", lanes=len(working))
            # A thread cannot be ended otherwise, and every cycle bears it: it is what kill -9 does.
            os._exit(1 if self._lost else 0)


class _Strict(JobManager):
    """Gives up when it cannot say that a job is over: the job would count as under way for ever."""

    def __init__(self, connector: PsycopgConnector, give_up: Callable[[], None]) -> None:
        super().__init__(connector)
        self._give_up = give_up

    async def finish_job(self, job: Taken, status: Status, delete_job: bool) -> None:
        """Note that a job is over."""
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException:
            self._give_up()
            raise

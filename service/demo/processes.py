"""Plansync's own processes at work on the demo's data folder: started, killed, asked to stop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.errors import PlansyncError
from service.store.database import embedded_server

STARTING, STOPPING = 120.0, 40.0
"""Seconds that a process gets to begin and to end; a worker gets 25 to end its job."""
GLANCE = 0.1
"""Seconds between two looks."""


class ProcessFailed(PlansyncError):  # noqa: N818 - named for what happened
    """One of the processes did not do what it is there for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process at work on a data folder, where it keeps its log."""

    name: str
    data: Path
    popen: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        """Return where it writes."""
        return log_of(self.data, self.name)

    @property
    def running(self) -> bool:
        """Say whether it is still there."""
        return self.popen.poll() is None

    def first_word(self) -> dict[str, Any]:
        """Wait for the line by which it says that it is at work, and return that."""
        line, until = "", time.monotonic() + STARTING
        while not line and self.running and time.monotonic() < until:
            time.sleep(GLANCE)
            line, _, _ = self.log.read_text().rpartition("\n")
        said = json.loads(line.partition("\n")[0]) if line.startswith("{") else {}
        if not said or "error" in said:
            raise ProcessFailed(f"The process {self.name} did not start; see {self.log}")
        return dict(said)

    def kill(self) -> None:
        """End it as kill -9 does."""
        self.popen.kill()
        self.popen.wait()
        # It could not say that it left, and the embedded PostgreSQL would stay up for it.
        embedded_server(self.data / "postgres").global_process_id_list.get_and_remove(self.popen.pid)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code; one that does not listen is killed."""
        self.popen.terminate()
        try:
            self.popen.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.popen.returncode


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The processes of one data folder; `sync_seconds` is how often the clock lets them sync."""

    data: Path
    sync_seconds: int
    processes: list[Process] = field(default_factory=list)

    def start(self, name: str, *words: str) -> Process:
        """Start `plansync` with these words; PostgreSQL knows it by its name."""
        # Elsewhere the service manager would say so; what else is set in the environment stays.
        said = (f"PLANSYNC_DATA={self.data}", f"PLANSYNC_SYNC_SECONDS={self.sync_seconds}", f"PGAPPNAME={name}")
        command = ["/usr/bin/env", "-u", "DATABASE_URL", *said, sys.executable, "-m", "service", *words, "--json"]
        log_of(self.data, name).parent.mkdir(exist_ok=True)
        with log_of(self.data, name).open("wb") as out:
            popen = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)  # noqa: S603 - our own program
        self.processes.append(Process(name=name, data=self.data, popen=popen))
        return self.processes[-1]

    def stop(self) -> list[int]:
        """Ask all that run to stop, and return their exit codes."""
        return [process.stop() for process in self.processes if process.running]


def log_of(data: Path, name: str) -> Path:
    """Return where the process with a name writes."""
    return data / "logs" / f"{name}.log"


@contextmanager
def site(data: Path, *, sync_seconds: int) -> Iterator[Site]:
    """Keep a site whose processes end with the block, whatever happens in it."""
    made = Site(data=data.resolve(), sync_seconds=sync_seconds)
    with ExitStack() as stack:
        stack.callback(made.stop)
        yield made

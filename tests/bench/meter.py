"""Meters: what a stretch of work costs in API calls, time and memory, read from outside."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.place import Site


@dataclass(slots=True, kw_only=True)
class Cost:
    """What one stretch of work cost; `waited` seconds of it were spent asleep until a bulk job is done."""

    calls: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    waited: float = 0.0
    peak_mb: float = 0.0
    rows: int = 0

    def figures(self, **more: Any) -> dict[str, Any]:
        """Return the figures as they travel, with others beside them."""
        return {**asdict(self), **more}


@contextmanager
def metered(place: Site) -> Iterator[Cost]:
    """Measure a block: calls as the org counts them, time and peak memory as this process spends them."""
    cost = Cost()
    calls, seconds, cpu = place.calls(), time.perf_counter(), time.process_time()
    yield cost
    cost.seconds, cost.cpu_seconds = time.perf_counter() - seconds, time.process_time() - cpu
    cost.calls, cost.peak_mb = place.calls() - calls, peak_mb()


def peak_mb() -> float:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss where there is a choice: a child starts with its parent's peak.
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


@dataclass(slots=True)
class Nap:
    """Sleep, and remember how long."""

    slept: float = 0.0

    def __call__(self, seconds: float) -> None:
        self.slept += seconds
        time.sleep(seconds)

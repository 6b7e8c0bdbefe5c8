"""A connector in a process of its own, which can be killed."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

_FORKS = get_context("forkserver")
# Each process is a fork of one that has read the code already: it starts in no time, and dies as any other does.
_FORKS.set_forkserver_preload([__name__, "service.cli.root"])


def start(environment: Mapping[str, str], *arguments: str) -> BaseProcess:
    """Start a command of `plansync`."""
    process = _FORKS.Process(target=_run, args=(dict(environment), arguments))
    process.start()
    return process


def _run(environment: Mapping[str, str], arguments: tuple[str, ...]) -> None:
    from service.cli.root import run

    os.environ.update(environment)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - until the process ends
    sys.exit(run(arguments))

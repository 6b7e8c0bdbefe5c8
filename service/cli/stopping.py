"""Processes that run until they are asked to stop: Ctrl-C and SIGTERM set one event, and whoever works looks at it."""

from __future__ import annotations

import signal
from threading import Event

from service.cli.output import emit, say


def asked_to_stop() -> Event:
    """Return an event that Ctrl-C or SIGTERM sets."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def started(process: str, sentence: str, *, as_json: bool) -> None:
    """Say that a process is at work."""
    if as_json:
        emit({"started": process})
    else:
        say(sentence)

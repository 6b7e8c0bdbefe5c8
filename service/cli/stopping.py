"""Being asked to stop: Ctrl-C and SIGTERM set one event, and whoever works looks at it."""

from __future__ import annotations

import signal
from threading import Event


def asked_to_stop() -> Event:
    """Return an event that Ctrl-C or SIGTERM sets."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop

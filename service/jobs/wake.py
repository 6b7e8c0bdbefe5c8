"""Waking the sync: whoever writes to the store tells it, and the sync of that org starts at once."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.jobs.table import SYNC
from service.store import orgs, queue
from service.store.database import patience
from service.store.orgs import Org
from service.wiring import Services

CHANNEL = "plansync_changed"
PATIENCE = 0.5
"""Seconds after which a listener looks whether it is to stop."""
GATHERING = 0.1
"""Seconds in which a burst of writes becomes one wake-up."""
REST = 2.0
"""Seconds before the next attempt to listen, when the connection broke."""

log = structlog.get_logger()


def listen(services: Services, stop: Event) -> None:
    """Wake the sync of each org that somebody writes to, until stopped; a broken connection is made anew."""
    while not stop.is_set():
        try:
            _listen(services, stop)
        except (psycopg.OperationalError, SQLAlchemyError) as error:
            log.error("The clock does not hear of changes for now", reason=str(error).partition("\n")[0])
            stop.wait(REST)


def _listen(services: Services, stop: Event) -> None:
    with _connection(services) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        # What was written while nobody listened is not known: so everybody is woken once.
        _wake(services, orgs.every(services.engine))
        while not stop.is_set():
            changed = {heard.payload for heard in connection.notifies(timeout=PATIENCE, stop_after=1)}
            if changed:
                changed |= {heard.payload for heard in connection.notifies(timeout=GATHERING)}
                _wake(services, [org for org in orgs.every(services.engine) if str(org.id) in changed])


def _connection(services: Services) -> psycopg.Connection[tuple[object, ...]]:
    # Nothing is ever sent on it: only by its patience is it noticed that nobody is there to be heard.
    url = services.engine.url.set(drivername="postgresql")
    address = url.update_query_dict({name: str(value) for name, value in patience(url).items()})
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


def _wake(services: Services, woken: Iterable[Org]) -> None:
    with services.engine.begin() as connection:
        for org in woken:
            queue.put(connection, org.id, SYNC)

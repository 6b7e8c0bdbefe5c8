"""The figures of each org and of the queue as Prometheus reads them, taken from the store when it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.crm.session import OUR_BUDGET
from service.store import orgs, queue
from service.store.database import transaction
from service.store.metrics import Figures, figures
from service.wiring import Services

GAUGES = {
    "read_lag_seconds": "How long ago the CRM stood as it was last read.",
    "write_lag_seconds": "How long the oldest edit made here waits to be pushed.",
    "unpushed_records": "Records edited here that wait to be pushed.",
    "last_run_timestamp_seconds": "When the last run began.",
    "last_run_duration_seconds": "How long the last run took; absent while it is under way.",
    "last_run_failed": "1 when the last run broke off.",
    "runs_last_24_hours": "Runs that began in the last 24 hours.",
    "failed_runs_last_24_hours": "Runs of the last 24 hours that broke off.",
    "api_calls_last_24_hours": "API calls of our runs in the last 24 hours.",
    "api_calls_used": "API calls of everybody in 24 hours, as the org last told.",
    "api_calls_allowed": "API calls that the org allows in 24 hours.",
    "api_calls_budget": "API calls of everybody at which we stop; the rest is for people.",
    "paused_until_timestamp_seconds": "Until when we leave the org alone.",
}
"""Every gauge of an org and what it says."""


class Gauges(Collector):
    """Takes the figures from the store at each scrape: whichever process is asked, the answer is the same."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge with its values."""
        now = self._services.clock()
        known = {org.name: self._figures(org.id, now) for org in orgs.every(self._services.engine)}
        values = {name: dict(_values(found, now)) for name, found in known.items()}
        for gauge, says in GAUGES.items():
            given = [((name,), each[gauge]) for name, each in values.items() if gauge in each]
            yield _family(gauge, says, ("org",), given)
        parked = [((name, kind), count) for name, found in known.items() for kind, count in found.parked.items()]
        yield _family("parked", "What is parked, by kind; conflicts are one kind.", ("org", "kind"), parked)
        yield from self._queue()

    def _figures(self, org_id: UUID, now: datetime) -> Figures:
        with transaction(self._services.engine, org_id) as connection:
            return figures(connection, org_id, now=now)

    def _queue(self) -> Iterator[GaugeMetricFamily]:
        with self._services.engine.connect() as connection:
            state = queue.state(connection)
        jobs = [(("waiting",), state.waiting), (("running",), state.running)]
        yield _family("queue_jobs", "Jobs in the queue, by state.", ("state",), jobs)
        oldest = state.oldest.total_seconds() if state.oldest else 0.0
        yield _family("queue_oldest_seconds", "How long the oldest waiting job has waited.", (), [((), oldest)])
        yield _family("workers", "Lanes of workers that gave a sign of life.", (), [((), state.workers)])


def _values(found: Figures, now: datetime) -> Iterator[tuple[str, float]]:
    """Yield the values of an org's gauges, as far as they are known."""
    yield "unpushed_records", found.unpushed
    yield "write_lag_seconds", (now - found.unpushed_since).total_seconds() if found.unpushed_since else 0.0
    yield "runs_last_24_hours", found.runs
    yield "failed_runs_last_24_hours", found.failed_runs
    yield "api_calls_last_24_hours", found.api_calls
    if found.read_up_to:
        yield "read_lag_seconds", (now - found.read_up_to).total_seconds()
    yield from _of_last_run(found)
    yield from _of_allowance(found)


def _of_last_run(found: Figures) -> Iterator[tuple[str, float]]:
    run = found.last_run
    if run is None:
        return
    yield "last_run_timestamp_seconds", run.started_at.timestamp()
    yield "last_run_failed", float(found.last_run_failed)
    if run.duration is not None:
        yield "last_run_duration_seconds", run.duration.total_seconds()


def _of_allowance(found: Figures) -> Iterator[tuple[str, float]]:
    known = found.allowance
    if known.used is not None and known.allowed is not None:
        yield "api_calls_used", known.used
        yield "api_calls_allowed", known.allowed
        yield "api_calls_budget", known.allowed * OUR_BUDGET
    if known.paused_until:
        yield "paused_until_timestamp_seconds", known.paused_until.timestamp()


def _family(
    name: str, says: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"plansync_{name}", says, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family

"""For machines that watch: is the process alive, can it work, and the figures of each org."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.pages.door import let_in
from service.pages.gauges import Gauges
from service.store import queue, schema
from service.wiring import Services


def health(services: Services) -> Blueprint:
    """Return the pages that monitoring asks; they show no record and no name but the orgs'."""
    pages = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(Gauges(services))

    @pages.get("/healthz")
    def healthz() -> Response:
        """Say that the process is alive, without asking the database."""
        return Response("ok\n", mimetype="text/plain")

    @pages.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Say whether the process can work, and if not, why."""
        reasons = _obstacles(services)
        return jsonify(ready=not reasons, reasons=reasons), 503 if reasons else 200

    @pages.get("/metrics")
    def metrics() -> Response:
        """Show the figures in the form that Prometheus reads."""
        let_in(services.settings.console_token)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return pages


def _obstacles(services: Services) -> list[str]:
    try:
        if schema.current(services.engine) != schema.head():
            return ["the database is not at the revision that this program needs: run `plansync db upgrade`"]
        with services.engine.connect() as connection:
            queue.state(connection)
    except OperationalError:
        return ["the database does not answer"]
    except ProgrammingError:
        return ["the work queue has no tables: run `plansync db upgrade`"]
    return []

"""The first page: every org and its health at a glance, the gravest first."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, g, render_template, request

from service.pages.gate import admin
from service.store import orgs, parked_list
from service.store.database import transaction
from service.sync.overview import Health, Overview, overview
from service.sync.park import ASKED
from service.wiring import Services

RELOAD_SECONDS = 5
GRAVITY = (
    Health.FAILED, Health.ATTENTION, Health.LATE, Health.PAUSED, Health.NEW, Health.RUNNING, Health.IN_STEP
)  # fmt: skip
"""What wants to be seen first."""


def console(services: Services) -> Blueprint:
    """Return the first page, and the files that all pages share."""
    pages = Blueprint("console", __name__, template_folder="templates", static_folder="static")

    @pages.get("/")
    def home() -> str:
        """Show the orgs; while one syncs, the page asks for itself again."""
        g.zone = admin().time_zone or "UTC"
        views = sorted(_views(services), key=lambda pair: (GRAVITY.index(pair[0].verdict.health), pair[0].org.name))
        running = any(view.verdict.health is Health.RUNNING for view, _ in views)
        return render_template(
            "orgs.html", views=views, now=services.clock(), running=running, reload=reload_seconds(running=running)
        )

    return pages


def reload_seconds(*, running: bool) -> int | None:
    """Return how soon a page loads itself again: while a sync runs, unless the viewer wants it still."""
    return RELOAD_SECONDS if running and request.args.get("reload") != "off" else None


def _views(services: Services) -> Iterator[tuple[Overview, int]]:
    for org in orgs.every(services.engine):
        with transaction(services.engine, org.id) as connection:
            conflicts = parked_list.count(connection, ASKED)
        yield overview(services.engine, org, now=services.clock(), runs=1, parked=0), conflicts

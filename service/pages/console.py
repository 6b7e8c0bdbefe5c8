"""The first page: every org with its health, its records by state, its last runs and what is parked."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from service.store import orgs
from service.sync.overview import Health, overview
from service.wiring import Services

RELOAD_SECONDS = 5


def console(services: Services) -> Blueprint:
    """Return the pages of the console."""
    pages = Blueprint("console", __name__, template_folder="templates", static_folder="static")

    @pages.get("/")
    def home() -> str:
        """Show the orgs; while one syncs, the page asks for itself again."""
        now = services.clock()
        views = [overview(services.engine, org, now=now) for org in orgs.every(services.engine)]
        running = any(view.verdict.health is Health.RUNNING for view in views)
        stays = request.args.get("reload") == "off"
        reload = RELOAD_SECONDS if running and not stays else None
        return render_template("console.html", views=views, now=now, running=running, reload=reload)

    @pages.get("/healthz")
    def healthz() -> Response:
        """Say that the process is alive, without asking the database."""
        return Response("ok\n", mimetype="text/plain")

    return pages

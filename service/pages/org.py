"""One org: its health, its last day or week in two charts, its records by state, and what can be done at once."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from service.pages import (
    asked,
    audit,
    clones,
    conflicts,
    decisions,
    doctor,
    jobs,
    parked,
    records,
    runs,
    templates,
    view_as,
)
from service.pages.here import here, settle
from service.pages.orgs import reload_seconds
from service.sync.history import history
from service.sync.overview import Health, overview
from service.wiring import Services

SPANS = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}


def org(services: Services) -> Blueprint:
    """Return the pages of one org."""
    pages = Blueprint("org", __name__, url_prefix="/orgs/<uuid:org_id>")
    settle(pages, services)

    @pages.get("/")
    def glance() -> str:
        """Show how the org is doing."""
        name = asked.choice("span", SPANS) or "24h"
        view = overview(services.engine, here().org, now=here().now)
        with here().transaction() as connection:
            slices = history(connection, now=here().now, span=SPANS[name])
        running = view.verdict.health is Health.RUNNING
        reload = reload_seconds(running=running)
        return render_template("org.html", view=view, slices=slices, span=name, running=running, reload=reload)

    for noun in (records, templates, clones, parked, conflicts, runs, decisions, audit, doctor, jobs, view_as):
        noun.add_to(pages)
    return pages

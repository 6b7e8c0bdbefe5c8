"""The last audit of an org: whether both sides hold the same, and what does not."""

from __future__ import annotations

from flask import Blueprint, render_template

from service.pages.here import here
from service.store import queue, reports
from service.sync.audit import KIND


def add_to(pages: Blueprint) -> None:
    """Add the page of the audit."""

    @pages.get("/audit")
    def audit() -> str:
        """Show what the last audit found; a new one is a job."""
        with here().transaction() as connection:
            last = reports.last(connection, KIND)
            under_way = queue.of_org(connection, here().org.id).get(KIND)
        return render_template("audit.html", report=last, under_way=under_way)

"""The doctor's last report on an org, and a new one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.pages.here import here
from service.store import reports
from service.sync import doctor
from service.sync.findings import State


def add_to(pages: Blueprint) -> None:
    """Add the pages of the doctor."""

    @pages.get("/doctor", endpoint="doctor")
    def report() -> str:
        """Show what the doctor found last, the gravest first."""
        with here().transaction() as connection:
            last = reports.last(connection, doctor.KIND)
        groups = [] if last is None else _groups(last.body["findings"])
        return render_template("doctor.html", report=last, groups=groups)

    @pages.post("/doctor", endpoint="examine")
    def examine() -> Response:
        """Examine the org now: it takes some seconds and about eight API calls."""
        found = doctor.examine(here().services.patient(here().org.name), progress=lambda _name: None)
        flash("Examined: nothing keeps the sync from working." if found.healthy else "Examined: something is wrong.")
        return redirect(url_for("org.doctor"), 303)


def _groups(findings: list[dict[str, str]]) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the findings by state, the gravest first; a state without findings is left out."""
    order = (State.FAILURE, State.WARNING, State.SKIPPED, State.OK)
    groups = [(state.value, [each for each in findings if each["state"] == state]) for state in order]
    return [(state, found) for state, found in groups if found]

"""The jobs of an org: when each is due, how it went, and asking for one now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from service.pages import asked
from service.pages.gate import way_on
from service.pages.here import here
from service.store import queue, schedule
from service.sync.detect import look_again

ABOUT = {
    "sync": "bring both sides into step",
    "retry": "let the parked records go that were tried longest ago",
    "kept": "make the clones that were asked for while the org did not answer",
    "progress": "compute the progress of playbooks, objectives and plans",
    "refresh": "read again what the CRM computes",
    "rights": "read who holds which right, and how objects are shared",
    "full": "read and compare everything",
    "sweep": "find what vanished without a trace",
    "prune": "drop what was kept long enough",
    "audit": "prove that both sides are equal",
}
"""What each job is for; a guard holds it against the table of the jobs."""


def add_to(pages: Blueprint) -> None:
    """Add the pages of the jobs."""

    @pages.get("/jobs")
    def jobs() -> str:
        """List the jobs with their last and next run."""
        with here().transaction() as connection:
            states, under_way = schedule.states(connection), queue.of_org(connection, here().org.id)
            tick, state = schedule.last_tick(connection), queue.state(connection)
        return render_template("jobs.html", about=ABOUT, states=states, under_way=under_way, tick=tick, queue=state)

    @pages.post("/jobs")
    def run_job() -> Response:
        """Ask a worker for one job."""
        job = asked.choice("job", ABOUT)
        with here().transaction() as connection:
            for sentence in _put(connection, job or "sync"):
                flash(sentence)
        return redirect(way_on(request.form.get("next")), 303)


def _put(connection: Connection, job: str) -> list[str]:
    # A person who asks for it wants it to look at the CRM, however lately one did.
    look_again(connection)
    new = queue.put(connection, here().org.id, job)
    told = [f"The job {job} is asked for." if new else f"The job {job} waits already."]
    if not queue.state(connection).workers:
        told.append("No worker is running that could do it: start one with `plansync worker`.")
    return told

"""The runs of an org, and one run with what it decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, render_template

from service.pages import decisions
from service.pages.here import here
from service.pages.paging import SIZE, Page, begin, cut
from service.store import lock, run_log
from service.store.decision_log import Wanted
from service.store.overview import Run, last_runs
from service.sync.overview import RunShown, outcome


def add_to(pages: Blueprint) -> None:
    """Add the pages of the runs."""

    @pages.get("/runs")
    def runs() -> str:
        """List the runs, newest first."""
        return render_template("runs.html", page=_page())

    @pages.get("/runs/<uuid:run_id>")
    def run(run_id: UUID) -> str:
        """Show one run with its decisions."""
        with here().transaction() as connection:
            found = run_log.one(connection, run_id) or abort(404, "No run of that id is kept.")
            [newest] = last_runs(connection, limit=1)
            under_way = newest.id == run_id and lock.is_taken(connection, here().org.id)
        shown = RunShown(run=found, outcome=outcome(found, under_way=under_way))
        return render_template("run.html", shown=shown, page=decisions.page(Wanted(run_id=run_id)))


def _page() -> Page[RunShown]:
    before = begin(lambda place: (datetime.fromisoformat(place[0]), UUID(place[1])))
    with here().transaction() as connection:
        found = run_log.page(connection, before=before, limit=SIZE + 1)
        syncing = before is None and lock.is_taken(connection, here().org.id)
    shown = [
        RunShown(run=run, outcome=outcome(run, under_way=syncing and place == 0)) for place, run in enumerate(found)
    ]
    return cut(shown, lambda last: _place(last.run))


def _place(run: Run) -> tuple[str, str]:
    return run.started_at.isoformat(), str(run.id)

"""What is parked in an org, and trying it again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.pages import asked
from service.pages.here import WAITING, here
from service.pages.paging import SIZE, Page, begin, cut
from service.store import parked_list, record_list
from service.store.overview import ParkedRecord
from service.sync.behind import behind, told
from service.sync.park import retry_now


def add_to(pages: Blueprint) -> None:
    """Add the pages of what is parked."""

    @pages.get("/parked")
    def parked() -> str:
        """List what waits for a correction or another try, longest first."""
        page, names = _page()
        with here().transaction() as connection:
            waiters = {record: told(waiters) for record, waiters in behind(connection, here().mappings).items()}
        return render_template("parked.html", page=page, names=names, waiters=waiters)

    @pages.post("/parked/retry")
    def retry() -> Response:
        """Let what was ticked, or all of it, go with the next sync."""
        ticked = asked.ids("record")
        if not ticked and asked.word("all") != "yes":
            flash("Nothing was ticked.")
            return redirect(url_for("org.parked"), 303)
        with here().transaction() as connection:
            freed = retry_now(connection, now=here().now, ids=ticked or None)
        flash(f"{freed} to be tried with the next sync." if freed else "Nothing of that waits for another try.")
        return redirect(url_for("org.parked"), 303)


def _page() -> tuple[Page[ParkedRecord], dict[UUID, str]]:
    after = begin(lambda place: (datetime.fromisoformat(place[0]), UUID(place[1]), place[2]))
    with here().transaction() as connection:
        found = parked_list.page(connection, kinds=WAITING, after=after, limit=SIZE + 1)
        names = record_list.names_of(connection, {item.link_id for item in found})
    return cut(found, lambda last: (last.first_at.isoformat(), str(last.link_id), last.field)), names

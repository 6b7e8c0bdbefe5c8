"""The records of an org, and one record with everything that is known of it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template

from service.pages import asked, decisions
from service.pages.here import here
from service.pages.paging import SIZE, Page, begin, cut
from service.store import decision_log, parked_list, record_list
from service.store import overview as ledger
from service.store.record_list import Found, State, Wanted


def add_to(pages: Blueprint) -> None:
    """Add the pages of the records."""

    @pages.get("/records")
    def records() -> str:
        """List the records of an object, in a state, or of a name or id; before anything is asked, how many there are."""
        with here().transaction() as connection:
            tallies = ledger.tallies(connection)
        state = asked.choice("state", [state.value for state in State])
        wanted = Wanted(
            object=asked.choice("object", tallies), state=State(state) if state else None, text=asked.word("text")
        )
        page = _page(wanted) if wanted != Wanted() else None
        return render_template("records.html", tallies=tallies, wanted=wanted, page=page, states=list(State))

    @pages.get("/records/<uuid:record_id>")
    def record(record_id: UUID) -> str:
        """Show why one record is as it is."""
        with here().transaction() as connection:
            found = record_list.one(connection, record_id) or abort(404, "No record of that id is known.")
            waits = parked_list.of_record(connection, record_id)
        log = decisions.page(decision_log.Wanted(link_id=record_id))
        return render_template("record.html", record=found, waits=waits, page=log)


def _page(wanted: Wanted) -> Page[Found]:
    after = begin(lambda place: (place[0], UUID(place[1])))
    with here().transaction() as connection:
        return cut(record_list.find(connection, wanted, after=after, limit=SIZE + 1), record_list.place)

"""The records of an org, and one record: why it did, or did not, sync."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, render_template

from service.pages import asked, decisions
from service.pages.here import here
from service.pages.paging import SIZE, Page, begin, cut
from service.store import decision_log, record_list
from service.store import overview as ledger
from service.store.record_list import CRM_ID, Found, State, Wanted
from service.sync.park import ASKED
from service.sync.why import explain


def add_to(pages: Blueprint) -> None:
    """Add the pages of the records."""

    @pages.get("/records")
    def records() -> str:
        """List the records of an object, in a state, or of a name or id; before anything is asked, how many there are."""
        with here().transaction() as connection:
            tallies = ledger.tallies(connection)
        state = asked.choice("state", [state.value for state in State])
        noun = asked.choice("object", record_list.NOUNS)
        wanted = Wanted(object=noun, state=State(state) if state else None, text=asked.word("text"))
        page = _page(wanted) if wanted != Wanted() else None
        told = _never_seen(wanted.text) if page is not None and not page.rows else ()
        return render_template("records.html", tallies=tallies, wanted=wanted, page=page, told=told, states=list(State))

    @pages.get("/records/<uuid:record_id>")
    def record(record_id: UUID) -> str:
        """Say why one record is as it is, from Plansync's own records."""
        return _why(record_id, ask_org=False)

    @pages.post("/records/<uuid:record_id>", endpoint="ask")
    def ask(record_id: UUID) -> str:
        """Say it once more, and ask the CRM what it holds: one API call."""
        return _why(record_id, ask_org=True)


def _page(wanted: Wanted) -> Page[Found]:
    after = begin(lambda place: (place[0], UUID(place[1])))
    with here().transaction() as connection:
        return cut(record_list.find(connection, wanted, after=after, limit=SIZE + 1), record_list.place)


def _never_seen(text: str) -> Sequence[str]:
    """Say why a record of the CRM is not here, if it is its id that was looked for."""
    if not CRM_ID.fullmatch(text):
        return ()
    with here().sync() as sync:
        return explain(sync, text, now=here().now).sentences


def _why(record_id: UUID, *, ask_org: bool) -> str:
    with here().transaction() as connection:
        found = record_list.one(connection, record_id) or abort(404, "No record of that id is known.")
    with here().sync() as sync:
        why = explain(sync, str(record_id), now=here().now, ask_org=ask_org)
    log = decisions.page(decision_log.Wanted(link_id=record_id))
    undecided = any(item.kind in ASKED for item in why.parked)
    return render_template("record.html", record=found, why=why, page=log, undecided=undecided)

"""The conflict inbox of an org: what waits for a person, with both values, and the decision about one or many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from service.mirror import links
from service.pages import asked
from service.pages.gate import admin
from service.pages.here import here
from service.store import parked_list
from service.store.record_list import NOUNS, names_of
from service.sync.decide import Changed, Choice, Side, Undecidable, decide
from service.sync.inbox import Conflict, conflicts
from service.sync.park import ASKED

SHOWN = 50
"""How many conflicts one page shows; the others follow as these are decided."""


def add_to(pages: Blueprint) -> None:
    """Add the pages of the conflicts."""

    @pages.get("/conflicts", endpoint="conflicts")
    def inbox() -> str:
        """List what waits for a decision, longest first."""
        noun = asked.choice("object", NOUNS)
        with here().transaction() as connection:
            shown = conflicts(connection, here().mappings, noun=noun or None, limit=SHOWN)
            count, people = parked_list.count(connection, ASKED), _people(connection, shown)
        return render_template("conflicts.html", conflicts=shown, count=count, people=people)

    @pages.post("/conflicts", endpoint="decide")
    def settle() -> Response:
        """Carry out the decision about one conflict, or about all that are ticked; all of it or nothing."""
        choices = list(_choices())
        flash(_decided(choices) if choices else "Nothing was ticked.")
        return redirect(url_for("org.conflicts"), 303)


def _people(connection: Connection, shown: Sequence[Conflict]) -> dict[str, str]:
    """Return the name of each CRM user who is known here, by the CRM's id."""
    known = links.our_ids(connection, {each.theirs_by for each in shown if each.theirs_by})
    names = names_of(connection, [UUID(our_id) for our_id in known.values()])
    return {crm_id: names.get(UUID(our_id), crm_id) for crm_id, our_id in known.items()}


def _decided(choices: list[Choice]) -> str:
    try:
        with here().sync() as sync:
            count = decide(sync, choices, by=admin().email, now=here().now)
    except (Changed, Undecidable) as error:
        return f"{error}. Nothing was decided."
    return f"{count} decided; the next sync brings both sides in step. What lost stands in the decisions."


def _choices() -> Iterator[Choice]:
    """Yield what was decided: the button of one conflict names it, those for many go with what is ticked."""
    one = request.form.get("one")
    take, picked = one.split("|", 1) if one and "|" in one else (request.form.get("take", ""), None)
    for place in [picked] if picked else request.form.getlist("pick"):
        record, _, field = place.partition("|")
        try:
            yield Choice(id=UUID(record), field=field, take=Side(take), seen=request.form.get(f"seen|{place}", ""))
        except ValueError as error:
            raise BadRequest("This decision cannot be read; load the page again.") from error

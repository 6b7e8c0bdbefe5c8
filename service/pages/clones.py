"""Cloning a template at the console: what to choose, what would come of it, and making it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access.view_as import Unanswerable
from service.domain.cloning import Clone
from service.pages import asked
from service.pages.desks import acting_as, found_template, reading
from service.plans import clone as cloning
from service.plans.accounts import account_called
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.keeping import Kept
from service.plans.refusals import Refusal
from service.plans.template_finding import Named
from service.plans.versions import standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a clone would be, or why it cannot be decided; and the key under which it is made only once."""

    clone: Clone | None = None
    refusal: str = ""
    key: str = ""

    @property
    def off(self) -> Mapping[tuple[UUID, str], str]:
        """Return what keeps people from working on a new date, by record and column."""
        return {(day.record, day.column): day.name for day in self.clone.off_days} if self.clone else {}


def add_to(pages: Blueprint) -> None:
    """Add the pages of the clones."""

    @pages.get("/templates/<uuid:template_id>/clone")
    def clone(template_id: UUID) -> str:
        """Ask for what a clone needs, and show what it would be once that is given."""
        with reading() as desk:
            named = found_template(desk, template_id)
            stands = standing(desk, named.noun, named.id)
        preview = _preview(named) if asked.word("account") else None
        return render_template("clone.html", named=named, standing=stands, preview=preview)

    @pages.post("/templates/<uuid:template_id>/clone", endpoint="make_clone")
    def make(template_id: UUID) -> Response:
        """Make the clone that was previewed."""
        told, made = _made(template_id)
        flash(told)
        again: dict[str, Any] = {n: v for n, v in request.form.items() if n not in ("csrf_token", "key", "seen")}
        endpoint, given = ("org.template", {}) if made else ("org.clone", again)
        url = url_for(endpoint, template_id=template_id, **given)
        return redirect(url, 303)


def _preview(named: Named) -> Preview:
    try:
        with acting_as(asked.word("as")) as desk:
            return Preview(clone=cloning.preview(desk, _request(desk, named)), key=str(uuid4()))
    except (Refusal, Unanswerable) as error:
        return Preview(refusal=str(error))


def _made(template_id: UUID) -> tuple[str, bool]:
    """Make the clone; return what came of it, and whether it is made or will be."""
    try:
        with acting_as(asked.word("as")) as desk:
            named = found_template(desk, template_id)
            made = cloning.clone(desk, _request(desk, named), key=asked.word("key"))
    except (Refusal, Unanswerable) as error:
        return f"{error}. Nothing was made.", False
    if isinstance(made, Kept):
        return f"The org does not answer; the request is kept as {made.id} and tried again every minute.", True
    return f"Made: {len(made.ids)} records.", True


def _request(desk: Desk, named: Named) -> CloneRequest:
    name, start = asked.word("name"), asked.day("start")
    values: dict[str, Any] = {"account_id": str(account_called(desk, asked.word("account")))}
    return CloneRequest(
        noun=named.noun,
        template_id=named.id,
        seen=asked.word("seen") or None,
        values=values | ({"name": name} if name else {}),
        start=start,
        calendar=asked.word("calendar") or None,
        working_days=asked.word("working_days") == "yes",
        move_kpis=asked.word("move_kpis") == "yes",
    )

"""The templates of an org: the list, and one with its content, its versions, and what differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from service.access.view_as import Unanswerable
from service.crm.errors import CrmError
from service.mapping.model import Mappings
from service.pages import asked
from service.pages.desks import acting_as, found_template, reading
from service.plans.blueprint import Blueprint as Content
from service.plans.blueprint import Piece, walk
from service.plans.refusals import Refusal
from service.plans.template_diff import Difference, compare
from service.plans.template_document import write
from service.plans.template_files import dump
from service.plans.template_list import every_template
from service.plans.versions import Standing, blueprint_of, publish, standing, versions
from service.store.template_versions import Version

LIVE = "live"
"""How an address calls the template as it stands now, beside the numbers of its versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two states of a template by what an address calls them, and what differs."""

    old: str
    new: str
    differences: Sequence[Difference]


def add_to(pages: Blueprint) -> None:
    """Add the pages of the templates."""

    @pages.get("/templates")
    def templates() -> str:
        """List the templates with what they hold and the version that was published last."""
        with reading() as desk:
            return render_template("templates.html", entries=every_template(desk))

    @pages.get("/templates/<uuid:template_id>")
    def template(template_id: UUID) -> str:
        """Show a template: its content, its versions, and what differs between two states of it."""
        with reading() as desk:
            named = found_template(desk, template_id)
            state = standing(desk, named.noun, named.id)
            known = versions(desk, named.noun, named.id)
            compared = _compared(state, known, desk.org.mappings)
        pieces = _pieces(state.told.blueprint.root)
        return render_template(
            "template.html", named=named, state=state, versions=known, pieces=pieces, compared=compared
        )

    @pages.get("/templates/<uuid:template_id>/file")
    def template_file(template_id: UUID) -> Response:
        """Return a template as its file."""
        with reading() as desk:
            named = found_template(desk, template_id)
            told = standing(desk, named.noun, named.id).told.blueprint
            text = dump(write(told, desk.org.mappings))
        disposition = {"Content-Disposition": f'attachment; filename="{told.root.key}.yaml"'}
        return Response(text, mimetype="application/yaml", headers=disposition)

    @pages.post("/templates/<uuid:template_id>", endpoint="publish")
    def publish_one(template_id: UUID) -> Answer:
        """Publish what a template says now, in the name of a user of the CRM."""
        flash(_published(template_id))
        return redirect(url_for("org.template", template_id=template_id), 303)


def _published(template_id: UUID) -> str:
    try:
        with acting_as(asked.word("as")) as desk:
            named = found_template(desk, template_id)
            published = publish(desk, named.noun, named.id, note=asked.word("note"))
    except (Refusal, Unanswerable, CrmError) as error:
        return f"{error}. Nothing was published."
    return f"Version {published.version} {'is published.' if published.new else 'stands: nothing has changed.'}"


def _pieces(root: Piece) -> list[tuple[int, Piece]]:
    """Return every record with how deep it stands; a path names a section and a key for each level."""
    return [((path.count(".") + 1) // 2 if path else 0, piece) for path, piece in walk(root)]


def _compared(state: Standing, known: Sequence[Version], mappings: Mappings) -> Compared | None:
    """Compare the two states that were chosen: without a choice, the newest version and the live template."""
    if not known:
        return None
    states: Mapping[str, Content | None] = {
        LIVE: state.told.blueprint,
        **{str(version.version): blueprint_of(version, mappings) for version in known},
    }
    old = asked.choice("old", states) or str(known[0].version)
    new = asked.choice("new", states) or LIVE
    before, after = states[old], states[new]
    if before is None or after is None:
        abort(400, "A version says what the mappings have no place for any more; it cannot be compared.")
    return Compared(old=old, new=new, differences=compare(before, after, mappings))

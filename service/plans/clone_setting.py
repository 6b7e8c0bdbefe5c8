"""What a clone depends on beside its template: the people and parents that are named, and what the CRM knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from service.domain import drawing
from service.domain.drawing import Setting
from service.domain.faults import Fault
from service.domain.templates import Choices, Template
from service.mapping.model import Mappings
from service.mirror import links, ours
from service.plans import rules
from service.plans.calendars import calendar
from service.plans.desk import Desk
from service.plans.references import Draft, pointed_by
from service.plans.rules import Pointed
from service.store import days_off

Chosen = Mapping[UUID, Pointed]
"""What was chosen for records of the template points at, by record and column."""


def setting(
    connection: Connection,
    desk: Desk,
    template: Template,
    choices: Choices,
    chosen: Chosen,
    *,
    calendar_name: str | None,
) -> Setting:
    """Read the rows that the template and the choices name."""
    noun, pointed = template.root.noun, chosen[template.root.id]
    people = ours.read_rows(connection, desk.org.mappings["cs_resource"], _people(template, choices))
    return Setting(
        acting=desk.user,
        now=desk.now,
        today=desk.today,
        resources={str(person): row for person, row in people.items()},
        parents={column: pointed[column] for column in rules.PARENTS.get(noun, ()) if column in pointed},
        calendar=calendar(calendar_name, days_off.every(connection)),
    )


def chosen_references(desk: Desk, template: Template, choices: Choices) -> Chosen:
    """Read what the choices point at, as the acting user sees it (OB-05)."""
    edited = {child: row for child, row in choices.edits.items() if str(child) in template.by_id}
    rows = {template.root.id: choices.values, **edited}
    drafts = [Draft(noun=template.by_id[str(source)].noun, row=row) for source, row in rows.items()]
    return dict(zip(rows, pointed_by(desk, drafts), strict=True))


def hidden_references(chosen: Chosen, choices: Choices) -> Iterator[Fault]:
    """Name the references that were chosen and are not there, or not for the acting user."""
    for source, pointed in chosen.items():
        row = choices.edits.get(source) or choices.values
        for column, one in pointed.items():
            if one is None:
                yield replace(rules.missing(column, row), record=str(source))


def unknown_references(connection: Connection, mappings: Mappings, drafts: Sequence[drawing.Draft]) -> Iterator[Fault]:
    """Name references to records that the CRM does not hold: nothing can be made that points at them."""
    made = {str(draft.id) for draft in drafts}
    pointing = [
        (draft, field, str(draft.values[field.column]))
        for draft in drafts
        for field in mappings[draft.noun].references
        if draft.values.get(field.column)
    ]
    pointed = {target for _, _, target in pointing} - made
    there = links.standing(connection, pointed) & links.crm_ids(connection, pointed).keys()
    for draft, field, target in pointing:
        if target not in there | made:
            message = f"The CRM has no record {target} (yet) for {field.column}; choose another one or try in a minute"
            yield Fault(field=field.column, code="missing", message=message, record=str(draft.source))


def _people(template: Template, choices: Choices) -> set[UUID]:
    rows = [choices.values, *choices.edits.values(), *(record.row for record in template)]
    named = {UUID(str(row["resource_id"])) for row in rows if row.get("resource_id")}
    return named.union(*choices.resources.values())

"""What a clone depends on beside its template: the people and parents that are named, and what the CRM knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection

from service.domain.drawing import Draft, Setting
from service.domain.faults import Fault
from service.domain.templates import STANDS_AT, Choices, Template
from service.domain.values import Row
from service.mapping.model import Mappings
from service.mirror import links, ours
from service.plans import rules
from service.plans.calendars import calendar
from service.plans.desk import Desk
from service.store import days_off


def setting(
    connection: Connection, desk: Desk, template: Template, choices: Choices, *, calendar_name: str | None
) -> Setting:
    """Read the rows that the template and the choices name."""
    noun, mappings = template.root.noun, desk.org.mappings
    place: Row = {column: choices.values.get(column) for column in STANDS_AT[noun]}
    (pointed,) = rules.pointed_at(connection, mappings, noun, [place])
    people = ours.read_rows(connection, mappings["cs_resource"], _people(template, choices))
    return Setting(
        acting=desk.user,
        now=desk.now,
        today=desk.today,
        resources={str(person): row for person, row in people.items()},
        parents={column: pointed[column] for column in rules.PARENTS.get(noun, ()) if column in pointed},
        calendar=calendar(calendar_name, days_off.every(connection)),
    )


def unknown_references(connection: Connection, mappings: Mappings, drafts: Sequence[Draft]) -> Iterator[Fault]:
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

"""Finding a template by what people call it: its id, its key, or its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, exists, false, or_, select

from service.domain.permissions import Action
from service.mapping.model import Mappings
from service.mirror import ours
from service.plans.blueprint import PARTS, ROOTS
from service.plans.desk import Desk
from service.plans.refusals import Missing
from service.plans.template_telling import slug
from service.store import template_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A template with its name, and the key that its newest version carries."""

    noun: str
    id: UUID
    name: str
    key: str | None = None


def named_templates(connection: Connection, desk: Desk, noun: str) -> list[Named]:
    """Return all templates of a noun with what they are called; what is a part of another template is none."""
    table = ours.table(desk.org.mappings[noun])
    query = select(table.c.id, table.c.name).where(table.c.template, ~or_(*_within(desk.org.mappings, noun)))
    live = connection.execute(query.order_by(table.c.name)).all()
    published = template_versions.newest(connection, [row.id for row in live])
    keys = {template_id: version.document["key"] for template_id, version in published.items()}
    return [Named(noun=noun, id=row.id, name=row.name or "", key=keys.get(row.id)) for row in live]


def _within(mappings: Mappings, noun: str) -> Iterator[ColumnElement[bool]]:
    """Yield for each kind of template whether a record stands under one: its parts are ticked, too."""
    table = ours.table(mappings[noun])
    yield false()
    for above, parts in PARTS.items():
        if above in ROOTS and noun in parts.values():
            over = ours.table(mappings[above]).alias()
            yield exists().where(over.c.id == table.c[f"{above}_id"], over.c.template)


def with_key(found: list[Named], key: str) -> list[Named]:
    """Return those that were published under a key, else those never published whose name reads like it."""
    return [each for each in found if each.key == key] or [
        each for each in found if each.key is None and slug(each.name) == key
    ]


def find_template(desk: Desk, called: str) -> Named:
    """Return the one template of this id, key or name; Missing where there is none, or more than one."""
    found = []
    with desk.org.writing(by=desk.by) as connection:
        for noun in ROOTS:
            desk.allow(Action.VIEW, noun)
            found += named_templates(connection, desk, noun)
    meant = [each for each in found if called in (str(each.id), each.key)] or [
        each for each in found if called.lower() == each.name.lower()
    ]
    if not meant:
        raise Missing(f"No template is called {called}; `plansync templates list` shows what there is")
    if len(meant) > 1:
        which = ", ".join(f"{each.noun} {each.id}" for each in meant)
        raise Missing(f"{len(meant)} templates are called {called}; name one by its id: {which}")
    return meant[0]

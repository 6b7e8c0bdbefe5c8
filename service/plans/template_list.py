"""The templates of an org as a list: with what they hold, and which version was published last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from service.domain.permissions import Action
from service.plans.blueprint import PARTS, ROOTS
from service.plans.desk import Desk
from service.plans.template_finding import named_templates
from service.plans.templates import tree_ids
from service.store import template_versions
from service.store.template_versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One template of the list; `newest` is None as long as it was never published."""

    noun: str
    id: UUID
    name: str
    children: Mapping[str, int]
    newest: Version | None


def every_template(desk: Desk) -> list[Entry]:
    """Return all templates by kind and name, without those that are a part of another one."""
    with desk.org.writing(by=desk.by) as connection:
        return [entry for noun in ROOTS for entry in _entries(connection, desk, noun)]


def _entries(connection: Connection, desk: Desk, noun: str) -> list[Entry]:
    desk.allow(Action.VIEW, noun)
    named = named_templates(connection, desk, noun)
    ids = [each.id for each in named]
    newest = template_versions.newest(connection, ids)
    trees = tree_ids(connection, desk.org.mappings, noun, ids)
    counts = {child: Counter(roots.values()) for child, roots in trees.items() if child in PARTS}
    return [
        Entry(
            noun=noun,
            id=each.id,
            name=each.name,
            children={child: counted[each.id] for child, counted in counts.items() if counted[each.id]},
            newest=newest.get(each.id),
        )
        for each in named
    ]

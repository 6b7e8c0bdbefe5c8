"""The templates of an org as a list: with what they hold, and which version was published last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from service.plans.blueprint import PARTS, ROOTS
from service.plans.desk import Desk
from service.plans.template_finding import named_templates
from service.plans.templates import Listed, templates
from service.store import template_versions
from service.store.template_versions import Version

_AT_ONCE = 200


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
        alone = {named.id for noun in ROOTS for named in named_templates(connection, desk, noun)}
        newest = template_versions.newest(connection, alone)
    listed = [(noun, each) for noun in ROOTS for each in _pages(desk, noun) if each.found.id in alone]
    return [
        Entry(
            noun=noun,
            id=each.found.id,
            name=str(each.found.row["name"] or ""),
            children={child: count for child, count in each.children.items() if count and child in PARTS},
            newest=newest.get(each.found.id),
        )
        for noun, each in listed
    ]


def _pages(desk: Desk, noun: str) -> Iterator[Listed]:
    page = templates(desk, noun, limit=_AT_ONCE)
    yield from page.templates
    while page.end is not None:
        page = templates(desk, noun, limit=_AT_ONCE, after=page.end)
        yield from page.templates

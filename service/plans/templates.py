"""Templates: the list to pick from, and one of them with everything that a clone of it may take (OB-24, OB-25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from uuid import UUID

from sqlalchemy import Connection, or_, select

from service.domain.permissions import Action
from service.domain.templates import ASSIGNMENT, DATES, DEPENDENCY, NOUNS, ROOTS, Record, Template
from service.domain.values import Kind
from service.mapping.model import Mappings
from service.mirror import ours
from service.plans import rules
from service.plans.blueprint import told
from service.plans.desk import Desk
from service.plans.listing import Place, Wanted, listing
from service.plans.records import Found, hidden, records, said, visible
from service.plans.refusals import Missing
from service.store.database import among

PARENTS: Mapping[str, tuple[str, ...]] = {
    **rules.PARENTS,
    "objective_kpi": ("objective_id",),
    "playbook_task_dependency": ("playbook_task_id",),
    "playbook_task_assignment": ("playbook_task_id",),
}
"""The columns by which a record belongs to a tree, nearest first."""
JOINS = (DEPENDENCY, ASSIGNMENT)
"""What the CRM shares as it shares the task that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One template to pick, with how many children of each noun it has."""

    found: Found
    children: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """Some templates, and where the next page begins; None when there is none."""

    templates: tuple[Listed, ...]
    end: Place | None


def templates(desk: Desk, noun: str, *, search: str = "", limit: int = 50, after: Place | None = None) -> TemplatePage:
    """Return a page of the templates of a noun by name, and of nothing that is not ticked as one; archived ones rest."""
    _templated(noun)
    standing = {"template": True, **({"archived": False} if noun == "objective" else {})}
    page = listing(desk, noun, Wanted(equal=standing, search=search, sort="name", limit=limit, after=after))
    with desk.org.writing(by=desk.by) as connection:
        trees = tree_ids(connection, desk.org.mappings, noun, [found.id for found in page.records])
    unseen = _unseen(desk, trees)
    counts = {
        child: Counter(root for our_id, root in roots.items() if our_id not in unseen) for child, roots in trees.items()
    }
    listed = [
        Listed(found=found, children={child: counted[found.id] for child, counted in counts.items()})
        for found in page.records
    ]
    return TemplatePage(templates=tuple(listed), end=page.end)


def _unseen(desk: Desk, trees: Mapping[str, Mapping[UUID, UUID]]) -> set[UUID]:
    """Return what of these trees sharing keeps from the acting user: a join goes with its task."""
    unseen = hidden(desk, Action.VIEW, {our_id for noun in trees.keys() - {*JOINS} for our_id in trees[noun]})
    tables = [ours.table(desk.org.mappings[join]) for join in JOINS if unseen]
    with desk.org.writing(by=desk.by) as connection:
        joins = [connection.execute(select(t.c.id).where(among(t.c.playbook_task_id, unseen))) for t in tables]
        return unseen.union(*(found.scalars() for found in joins))


def template(desk: Desk, noun: str, template_id: UUID) -> Template:
    """Return a template with its children as it stands now; Missing when it is not there, or not ticked as one."""
    _templated(noun)
    found = tree(desk, noun, template_id)
    if not found.root.row["template"]:
        raise _missing(noun, template_id)
    return found


def tree(desk: Desk, noun: str, root_id: UUID) -> Template:
    """Return a record with its children, template or not, as far as the acting user may see them.

    Missing when it is not there, or not for this user.
    """
    desk.allow(Action.VIEW, noun)
    mappings = desk.org.mappings
    with desk.org.writing(by=desk.by) as connection:
        trees = {noun: [root_id], **tree_ids(connection, mappings, noun, [root_id])}
        found = {each: records(connection, mappings[each], list(ids)) for each, ids in trees.items()}
    seen = visible(desk, chain(*(found[each] for each in trees if each not in JOINS)))
    ids = {str(one.id) for one in seen}
    # A join has no sharing of its own: it is its task's.
    seen += [one for join in JOINS for one in found.get(join, ()) if str(one.row["playbook_task_id"]) in ids]
    of_noun = {each: [_record(one) for one in seen if one.mapping.name == each] for each in trees}
    if not of_noun[noun]:
        raise _missing(noun, root_id)
    [root] = of_noun.pop(noun)
    return Template(root=root, children=tuple(chain(*map(in_order, of_noun.values()))), dates=_dates(mappings))


def tree_ids(
    connection: Connection, mappings: Mappings, noun: str, root_ids: Iterable[UUID]
) -> dict[str, dict[UUID, UUID]]:
    """Return what belongs to these roots, by noun, parents first: the root of each child, read in one query a noun."""
    homes: dict[str, dict[UUID, UUID]] = {noun: {root_id: root_id for root_id in root_ids}}
    for child in NOUNS[NOUNS.index(noun) + 1 :]:
        table = ours.table(mappings[child])
        pointers = [(c, homes[c.removesuffix("_id")]) for c in PARENTS[child] if c.removesuffix("_id") in homes]
        if pointers:
            belongs = or_(*(among(table.c[column], parents) for column, parents in pointers))
            rows = connection.execute(select(table.c.id, *(table.c[column] for column, _ in pointers)).where(belongs))
            homes[child] = {
                our_id: next(
                    home[parent] for parent, (_, home) in zip(parents, pointers, strict=True) if parent in home
                )
                for our_id, *parents in rows
            }
    del homes[noun]
    return homes


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records of one noun as people read them: by number, by date, by name."""
    return sorted(records, key=_place)


def _dates(mappings: Mappings) -> dict[str, tuple[str, ...]]:
    """Return the date columns that move with a template: those of each noun, and those that the org added (G6)."""
    return {
        noun: (*columns, *(f.column for f in told(mappings[noun]) if f.kind is Kind.DATE and f.column not in columns))
        for noun, columns in DATES.items()
    }


def _record(found: Found) -> Record:
    return Record(noun=found.mapping.name, id=found.id, row=found.row)


def _place(record: Record) -> tuple[Decimal, str, str, str]:
    dates = (record.row.get(column) for column in DATES.get(record.noun, ()))
    first = next((str(day) for day in dates if day), "")
    return Decimal(str(record.row.get("sequence") or 0)), first, record.title, str(record.id)


def _templated(noun: str) -> None:
    if noun not in ROOTS:
        raise Missing(f"A {said(noun)} is no template; templates are success plans, objectives and playbooks")


def _missing(noun: str, record_id: UUID) -> Missing:
    return Missing(f"There is no {said(noun)} template {record_id} (any more); load the templates again")

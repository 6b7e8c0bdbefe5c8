"""Versions of templates: publishing one that changed, and telling whether the live template is what was published."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from service.domain.permissions import Action
from service.domain.templates import Template
from service.mapping.model import Mappings
from service.mirror.amending import Update, amend
from service.plans.blueprint import Blueprint
from service.plans.desk import Desk
from service.plans.refusals import Changed, Denied
from service.plans.template_diff import Difference, compare
from service.plans.template_document import write
from service.plans.template_people import People, people
from service.plans.template_schema import read
from service.plans.template_telling import Told, slug, tell
from service.plans.templates import template
from service.store import template_versions
from service.store.template_versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A live template beside its newest version, and what differs between the two."""

    template: Template
    told: Told
    newest: Version | None
    differences: tuple[Difference, ...] = ()

    @property
    def draft(self) -> bool:
        """Say whether the live template is something else than its newest version, or was never published."""
        return self.newest is None or bool(self.differences)

    @property
    def label(self) -> str:
        """Return which version a clone of the live template is of."""
        if self.newest is None:
            return "draft of version 1"
        return f"draft of version {self.newest.version + 1}" if self.draft else f"version {self.newest.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of publishing: the version that the template has now, and whether it is a new one."""

    version: int
    new: bool
    differences: tuple[Difference, ...]


def standing(desk: Desk, noun: str, template_id: UUID, *, known: People | None = None) -> Standing:
    """Return a live template beside its newest version."""
    live = template(desk, noun, template_id)
    called = known or people(desk.org)
    with desk.org.writing(by=desk.by) as connection:
        newest = template_versions.newest(connection, [template_id]).get(template_id)
    mappings = desk.org.mappings
    key = str(newest.document["key"]) if newest else slug(live.root.title)
    told = tell(live, mappings, names=called.names, known=newest.records if newest else {}, key=key)
    published = newest and blueprint_of(newest, mappings)
    differences = compare(published, told.blueprint, mappings) if published else []
    return Standing(template=live, told=told, newest=newest, differences=tuple(differences))


def blueprint_of(version: Version, mappings: Mappings) -> Blueprint | None:
    """Return what a version said; nothing where the mappings have no place any more for what it said."""
    return read(version.document, mappings)[0]


def versions(desk: Desk, noun: str, template_id: UUID) -> list[Version]:
    """Return the versions of a template, newest first."""
    desk.allow(Action.VIEW, noun)
    with desk.org.writing(by=desk.by) as connection:
        return template_versions.of(connection, template_id)


def publish(desk: Desk, noun: str, template_id: UUID, *, note: str = "") -> Published:
    """Keep what a template says now as its next version, unless its newest version says the same."""
    desk.allow(Action.PUBLISH, noun)
    found = standing(desk, noun, template_id)
    return keep_version(desk, found.told, found, template_id, note=note)


def keep_version(desk: Desk, told: Told, found: Standing | None, template_id: UUID, *, note: str) -> Published:
    """Keep what a template says as its next version and stamp it with the number; `found` is how it stood before.

    The CRM first, since it may refuse: a number that was stamped and not written down is taken by the next publishing.
    """
    mappings, newest = desk.org.mappings, found.newest if found else None
    published = newest and blueprint_of(newest, mappings)
    differences = compare(published, told.blueprint, mappings) if published else []
    last, new = newest.version if newest else 0, newest is None or bool(differences)
    # A new template was made with its first number.
    carried = int(str(found.template.root.row["template_version"] or 0)) if found else 1
    number = max(carried, last + new)
    if number != carried:
        _stamp(desk, told.blueprint.root.noun, template_id, number)
    if new:
        _write_down(desk, told, template_id, number, note=note)
    return Published(version=number, new=new, differences=tuple(differences))


def _stamp(desk: Desk, noun: str, template_id: UUID, number: int) -> None:
    """Let the template carry its version on both sides; the CRM may refuse it."""
    [amended] = amend(
        desk.org, [Update(noun=noun, id=template_id, values={"template_version": str(number)})], by=desk.by
    )
    if amended.error is not None:
        raise Denied(f"The CRM refuses the new version of the template: {amended.error}; correct the template there")
    if not amended.done:
        raise Changed("The template was changed in the CRM just now; let it be synced, then publish it again")


def _write_down(desk: Desk, told: Told, template_id: UUID, number: int, *, note: str) -> None:
    version = Version(
        template_id=template_id,
        version=number,
        document=write(told.blueprint, desk.org.mappings),
        records=told.records,
        published_at=desk.now,
        published_by=desk.user.name or desk.user.crm_id,
        note=note,
    )
    with desk.org.writing(by=desk.by) as connection:
        added = template_versions.add(connection, desk.org.org_id, version)
    if not added:
        raise Changed(f"Somebody published version {number} at the same moment; look at it, then publish yours again")

"""The mirror of rights: who holds our custom permissions in the org, through what, and how objects are shared there.

It serves "view as" and the console; what somebody may do at a live request, the token says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.crm.answers import Page, Record, moment
from service.crm.errors import HIDDEN, Refused
from service.crm.requests import next_page, query
from service.crm.soql import compare, select
from service.domain.permissions import Right
from service.mirror.connected import Connected
from service.store import reports
from service.store.assignments import REPORT, Assignment, replace_assignments, replace_sharing
from service.store.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the org shows of its rights; `shown` says whether it shows permission sets at all."""

    assignments: Sequence[Assignment]
    sharing: Mapping[str, str]
    shown: bool


def refresh(org: Connected, *, now: datetime) -> Found:
    """Read the rights of all users and the sharing of all objects, and keep them in place of what was known."""
    found = _read(org)
    body = {"shown": found.shown, "assignments": len(found.assignments), "objects": len(found.sharing)}
    with org.writing(by=REPORT) as connection:
        replace_assignments(connection, org.org_id, found.assignments)
        replace_sharing(connection, org.org_id, found.sharing)
        reports.keep(connection, org.org_id, Report(kind=REPORT, at=now, body=body))
    return found


@dataclass(frozen=True, slots=True)
class _Grant:
    """A permission set by its label, and which of our custom permissions it carries."""

    label: str
    permissions: frozenset[str]


def _read(org: Connected) -> Found:
    """Ask once for all that is small, and then for the assignments of the sets and groups that matter."""
    pages = org.client.composite([query(text) for text in (_PERMISSIONS, _ACCESSES, _PARTS, _entities(org))])
    shown = not any(isinstance(page, Refused) and page.code in HIDDEN for page in pages[:3])
    permissions, accesses, parts, entities = (list(_rows(org, page)) for page in pages)
    nouns = {mapping.sobject: mapping.name for mapping in org.mappings}
    sharing = {nouns[row["QualifiedApiName"]]: row["InternalSharingModel"] for row in entities}
    sets = _sets(permissions, accesses)
    return Found(assignments=_assignments(org, sets, _groups(parts, sets)), sharing=sharing, shown=shown)


_PERMISSIONS = select("CustomPermission", ["Id", "DeveloperName"], where=[compare("DeveloperName", "IN", list(Right))])
_ACCESSES = select(
    "SetupEntityAccess",
    ["ParentId", "SetupEntityId", "Parent.Label", "Parent.Profile.Name"],
    where=[compare("SetupEntityType", "=", "CustomPermission")],
)
_PARTS = select(
    "PermissionSetGroupComponent", ["PermissionSetGroupId", "PermissionSetGroup.MasterLabel", "PermissionSetId"]
)


def _entities(org: Connected) -> str:
    named = compare("QualifiedApiName", "IN", [mapping.sobject for mapping in org.mappings])
    return select("EntityDefinition", ["QualifiedApiName", "InternalSharingModel"], where=[named])


def _rows(org: Connected, page: Page | Refused) -> Iterator[Record]:
    """Yield the rows of a query, its further pages, too; none of what the org does not show."""
    if isinstance(page, Refused):
        if page.code in HIDDEN:
            return
        raise page
    yield from page.rows
    while page.next:
        page = org.client.call(next_page(page.next))
        yield from page.rows


def _sets(permissions: Sequence[Record], accesses: Sequence[Record]) -> dict[str, _Grant]:
    """Return the permission sets, and the profiles, that carry one of our custom permissions, by their ids."""
    names = {row["Id"]: row["DeveloperName"] for row in permissions}
    sets: dict[str, _Grant] = {}
    for row in accesses:
        if row["SetupEntityId"] in names:
            profile = row["Parent"]["Profile"]
            label = f"the profile {profile['Name']}" if profile else row["Parent"]["Label"]
            known = sets.get(row["ParentId"], _Grant(label, frozenset()))
            sets[row["ParentId"]] = _Grant(label, known.permissions | {names[row["SetupEntityId"]]})
    return sets


def _groups(parts: Sequence[Record], sets: Mapping[str, _Grant]) -> dict[str, _Grant]:
    """Return the groups of sets in which one of these sets is, by their ids."""
    groups: dict[str, _Grant] = {}
    for row in parts:
        if row["PermissionSetId"] in sets:
            label = f"the group {row['PermissionSetGroup']['MasterLabel']}"
            known = groups.get(row["PermissionSetGroupId"], _Grant(label, frozenset()))
            carried = known.permissions | sets[row["PermissionSetId"]].permissions
            groups[row["PermissionSetGroupId"]] = _Grant(label, carried)
    return groups


def _assignments(org: Connected, sets: Mapping[str, _Grant], groups: Mapping[str, _Grant]) -> tuple[Assignment, ...]:
    """Return who holds what of active users; a group's own set, where the org has one, knows what is muted in it."""
    wanted = {"PermissionSetId": sets, "PermissionSetGroupId": groups}
    asked = [(column, grants) for column, grants in wanted.items() if grants]
    pages = org.client.composite([query(_holders(column, sorted(grants))) for column, grants in asked]) if asked else []
    found: dict[tuple[str, str, str], Assignment] = {}
    for (column, grants), page in zip(asked, pages, strict=True):
        for row in _rows(org, page):
            if column == "PermissionSetId" or row["PermissionSetId"] not in sets:
                for each in _held(row, grants[row[column]]):
                    found[each.user_id, each.permission, each.through] = each
    return tuple(found.values())


def _holders(column: str, ids: Sequence[str]) -> str:
    fields = ["AssigneeId", "PermissionSetId", "PermissionSetGroupId", "ExpirationDate"]
    return select(
        "PermissionSetAssignment", fields, where=[compare(column, "IN", ids), compare("Assignee.IsActive", "=", True)]
    )


def _held(row: Record, grant: _Grant) -> Iterator[Assignment]:
    ends = moment(row["ExpirationDate"]) if row["ExpirationDate"] else None
    for permission in sorted(grant.permissions):
        yield Assignment(user_id=row["AssigneeId"], permission=permission, through=grant.label, expires_at=ends)

"""What the doctor reads of the org's setup: our permission sets, who has them, and what the user's sets grant.

Salesforce shows these to users with View Setup and Configuration only; without it they are skipped, and nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.crm.answers import moment
from service.crm.client import Client, Identity
from service.crm.errors import HIDDEN_TO_TOOLING, Refused
from service.crm.soql import compare, select
from service.domain.merging import Direction
from service.errors import PlansyncError
from service.sync.context import Sync
from service.sync.doctor_store import Patient
from service.sync.findings import NotShown

INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")
PEOPLE_SETS = ("CSC_Customer_Success", "CSC_Participant_User")
SETS = (*PEOPLE_SETS, *INTEGRATION_SETS)
_VIEW_SETUP = "look in Setup, or give the integration user View Setup and Configuration in a permission set of yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One active user who has one of our permission sets, by itself or in a group of sets, and until when."""

    user_id: str
    username: str
    permission_set: str
    ends: datetime | None

    def ended(self, now: datetime) -> bool:
        """Say whether it is over."""
        return self.ends is not None and self.ends <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Our permission sets in the org, who has them, and what the integration user's sets grant on objects."""

    now: datetime
    identity: Identity
    present: frozenset[str]
    assignments: tuple[Assignment, ...]
    modify_all: frozenset[str]
    objects: tuple[str, ...]
    """The objects of the package that we write."""

    def holders(self, name: str) -> list[Assignment]:
        """Return who has a permission set now."""
        return [each for each in self.assignments if each.permission_set == name and not each.ended(self.now)]

    def of_ours(self) -> list[Assignment]:
        """Return what the user has that we sign in as."""
        return [each for each in self.assignments if each.user_id == self.identity.user_id and not each.ended(self.now)]


def look_at_setup(given: tuple[Patient, Sync, Identity]) -> Setup:
    """Read the permission sets and who has them."""
    patient, sync, identity = given
    client, now = sync.client, patient.clock()
    named = compare("Name", "IN", SETS)
    present = _ask(client, select("PermissionSet", ["Name"], where=[named]))
    return Setup(
        now=now,
        identity=identity,
        present=frozenset(row["Name"] for row in present),
        assignments=(*_direct(client), *_through_groups(client)),
        modify_all=_modify_all(client, identity.user_id, now),
        objects=tuple(
            mapping.sobject
            for mapping in sync.mappings
            if mapping.direction is not Direction.PULL and mapping.sobject.endswith("__c")
        ),
    )


def _direct(client: Client) -> Iterator[Assignment]:
    where = [compare("PermissionSet.Name", "IN", SETS), _ACTIVE]
    for row in _ask(client, select("PermissionSetAssignment", [*_WHO, "PermissionSet.Name"], where=where)):
        yield _assignment(row, row["PermissionSet"]["Name"])


def _through_groups(client: Client) -> Iterator[Assignment]:
    """Yield who has our sets through a group of sets; an assignment to a group does not name the sets in it."""
    named = compare("PermissionSet.Name", "IN", SETS)
    fields = ["PermissionSetGroupId", "PermissionSet.Name"]
    parts = _ask(client, select("PermissionSetGroupComponent", fields, where=[named]))
    groups = sorted({part["PermissionSetGroupId"] for part in parts})
    if not groups:
        return
    where = [compare("PermissionSetGroupId", "IN", groups), _ACTIVE]
    for row in _ask(client, select("PermissionSetAssignment", [*_WHO, "PermissionSetGroupId"], where=where)):
        for part in parts:
            if part["PermissionSetGroupId"] == row["PermissionSetGroupId"]:
                yield _assignment(row, part["PermissionSet"]["Name"])


_WHO = ("AssigneeId", "Assignee.Username", "ExpirationDate")
_ACTIVE = compare("Assignee.IsActive", "=", True)


def _assignment(row: dict[str, Any], name: str) -> Assignment:
    who, ends = row["Assignee"]["Username"], row["ExpirationDate"]
    return Assignment(user_id=row["AssigneeId"], username=who, permission_set=name, ends=moment(ends) if ends else None)


def _modify_all(client: Client, user_id: str, now: datetime) -> frozenset[str]:
    """Return the objects on which one of the user's sets grants Modify All."""
    fields = ["PermissionSetId", "PermissionSetGroupId", "ExpirationDate"]
    rows = _ask(client, select("PermissionSetAssignment", fields, where=[compare("AssigneeId", "=", user_id)]))
    live = [row for row in rows if not row["ExpirationDate"] or moment(row["ExpirationDate"]) > now]
    groups = {row["PermissionSetGroupId"] for row in live} - {None}
    sets = {row["PermissionSetId"] for row in [*live, *_parts_of(client, groups)]} - {None}
    if not sets:
        return frozenset()
    granted = [compare("ParentId", "IN", sorted(sets)), compare("PermissionsModifyAllRecords", "=", True)]
    return frozenset(
        row["SobjectType"] for row in _ask(client, select("ObjectPermissions", ["SobjectType"], where=granted))
    )


def _parts_of(client: Client, groups: set[str]) -> list[dict[str, Any]]:
    if not groups:
        return []
    chosen = compare("PermissionSetGroupId", "IN", sorted(groups))
    return _ask(client, select("PermissionSetGroupComponent", ["PermissionSetId"], where=[chosen]))


def _ask(client: Client, soql: str) -> list[dict[str, Any]]:
    try:
        return list(client.query(soql))
    except Refused as refused:
        raise hidden("permission sets", refused) from refused


def hidden(what: str, refused: Refused) -> PlansyncError:
    """Return what a refusal means: what the user may not see is not there for him, and anything else is an error."""
    if refused.code in HIDDEN_TO_TOOLING:
        return NotShown(f"The org does not show {what} to this user ({refused.code})", _VIEW_SETUP)
    return refused

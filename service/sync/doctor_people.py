"""What the doctor looks at in the org's setup: permission sets, who has them, what they grant, and field sets.

Salesforce shows these to users with View Setup and Configuration only; without it they are skipped, and nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from service.crm.answers import Answer, moment, read_page
from service.crm.client import Client, Identity
from service.crm.errors import Refused
from service.crm.requests import Request
from service.crm.soql import compare, select
from service.domain.merging import Direction
from service.sync.context import Sync
from service.sync.doctor_store import Patient
from service.sync.findings import NotShown, Station, Verdict, failure, ok, warning

INTEGRATION_SETS = ("Plansync_Integration", "Plansync_Standard_Objects")
PEOPLE_SETS = ("CSC_Customer_Success", "CSC_Participant_User")
SETS = (*PEOPLE_SETS, *INTEGRATION_SETS)
FIELD_SET = "Create_And_Edit"
WITH_FIELD_SET = ("cs_activity", "objective", "playbook", "playbook_task", "success_plan")
"""The objects whose windows the package fills from a field set."""
SOON = timedelta(days=14)
"""So long before an assignment ends, it is worth a word."""
_VIEW_SETUP = "look in Setup, or give the integration user View Setup and Configuration in a permission set of yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One user who has one of our permission sets, until when, and whether through a group of sets."""

    user_id: str
    permission_set: str
    ends: datetime | None
    by_group: bool


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

    def holders(self, name: str) -> set[str]:
        """Return the users who have a permission set now."""
        return {each.user_id for each in self.assignments if each.permission_set == name and not self._ended(each)}

    def of_ours(self) -> list[Assignment]:
        """Return what the user has that we sign in as."""
        return [each for each in self.assignments if each.user_id == self.identity.user_id]

    def _ended(self, assignment: Assignment) -> bool:
        return assignment.ends is not None and assignment.ends <= self.now


def look_at_setup(given: tuple[Patient, Sync, Identity]) -> Setup:
    """Read the permission sets and who has them."""
    patient, sync, identity = given
    client = sync.client
    named = compare("Name", "IN", SETS)
    present = _ask(client, select("PermissionSet", ["Name"], where=[named]))
    return Setup(
        now=patient.clock(),
        identity=identity,
        present=frozenset(row["Name"] for row in present),
        assignments=(*_direct(client), *_through_groups(client)),
        modify_all=_modify_all(client, identity.user_id),
        objects=tuple(
            mapping.sobject
            for mapping in sync.mappings
            if mapping.direction is not Direction.PULL and mapping.sobject.endswith("__c")
        ),
    )


def _direct(client: Client) -> Iterator[Assignment]:
    fields = ["AssigneeId", "PermissionSet.Name", "ExpirationDate"]
    named, active = compare("PermissionSet.Name", "IN", SETS), compare("Assignee.IsActive", "=", True)
    for row in _ask(client, select("PermissionSetAssignment", fields, where=[named, active])):
        yield _assignment(row, row["PermissionSet"]["Name"], by_group=False)


def _through_groups(client: Client) -> Iterator[Assignment]:
    """Yield who has our sets through a group of sets; an assignment to a group does not name the sets in it."""
    named = compare("PermissionSet.Name", "IN", SETS)
    fields = ["PermissionSetGroupId", "PermissionSet.Name"]
    parts = _ask(client, select("PermissionSetGroupComponent", fields, where=[named]))
    if not parts:
        return
    grouped = compare("PermissionSetGroupId", "IN", sorted({part["PermissionSetGroupId"] for part in parts}))
    active = compare("Assignee.IsActive", "=", True)
    fields = ["AssigneeId", "PermissionSetGroupId", "ExpirationDate"]
    for row in _ask(client, select("PermissionSetAssignment", fields, where=[grouped, active])):
        for part in parts:
            if part["PermissionSetGroupId"] == row["PermissionSetGroupId"]:
                yield _assignment(row, part["PermissionSet"]["Name"], by_group=True)


def _assignment(row: dict[str, Any], name: str, *, by_group: bool) -> Assignment:
    ends = row.get("ExpirationDate")
    return Assignment(
        user_id=row["AssigneeId"], permission_set=name, ends=moment(ends) if ends else None, by_group=by_group
    )


def _modify_all(client: Client, user_id: str) -> frozenset[str]:
    """Return the objects on which one of the user's sets grants Modify All."""
    sets = _ask(
        client, select("PermissionSetAssignment", ["PermissionSetId"], where=[compare("AssigneeId", "=", user_id)])
    )
    theirs = compare("ParentId", "IN", sorted({row["PermissionSetId"] for row in sets}) or [""])
    everything = compare("PermissionsModifyAllRecords", "=", True)
    rows = _ask(client, select("ObjectPermissions", ["SobjectType"], where=[theirs, everything]))
    return frozenset(row["SobjectType"] for row in rows)


def _ask(client: Client, soql: str) -> list[dict[str, Any]]:
    try:
        return list(client.query(soql))
    except Refused as refused:
        raise NotShown(f"The org does not show permission sets to this user ({refused.code})", _VIEW_SETUP) from refused


def judge_sets(setup: Setup) -> Iterator[Verdict]:
    """Judge whether the permission sets are there, and who has them."""
    for name in SETS:
        if name not in setup.present:
            yield failure(
                f"The permission set {name} is not there",
                "deploy the package; Plansync_Standard_Objects is made by hand behind a managed one (docs/install.md, step 3)",
            )
    for name in PEOPLE_SETS:
        if name in setup.present and not setup.holders(name):
            yield warning(
                f"Nobody has the permission set {name}", "assign it to those who work with plans, if any are to"
            )
    counts = [f"{name}: {_people(len(setup.holders(name)))}" for name in SETS if name in setup.present]
    if counts:
        yield ok("; ".join(counts))


def judge_user(setup: Setup) -> Iterator[Verdict]:
    """Judge what the integration user has: both sets, for long, and every record of the package."""
    for name in INTEGRATION_SETS:
        if setup.identity.user_id not in setup.holders(name):
            yield warning(
                f"{setup.identity.username} does not have the permission set {name}: its rights come from elsewhere",
                f"assign {name} to the user, and take away what it does not need",
            )
    for each in setup.of_ours():
        if each.ends and each.ends - setup.now < SOON:
            yield warning(
                f"{each.permission_set} of {setup.identity.username} ends on {each.ends:%Y-%m-%d}",
                "assign it without an end",
            )
    partly = [name for name in setup.objects if name not in setup.modify_all]
    if partly:
        yield failure(
            f"{setup.identity.username} has no Modify All on {', '.join(partly)}: it may not see or write every record",
            "assign Plansync_Integration, which has it",
        )
    else:
        yield ok(f"{setup.identity.username} has Modify All on {len(setup.objects)} objects of the package")


def look_at_field_sets(sync: Sync) -> dict[str, bool]:
    """Look which objects have the field set that their windows are filled from."""
    soql = select("FieldSet", ["EntityDefinition.QualifiedApiName"], where=[compare("DeveloperName", "=", FIELD_SET)])
    path = f"tooling/query?{urlencode({'q': soql})}"
    request = Request(method="GET", path=path, parse=_objects, repeatable=True)
    try:
        there = sync.client.call(request)
    except Refused as refused:
        raise NotShown(f"The org does not show field sets to this user ({refused.code})", _VIEW_SETUP) from refused
    return {sync.mappings[noun].sobject: sync.mappings[noun].sobject in there for noun in WITH_FIELD_SET}


def _objects(answer: Answer) -> frozenset[str]:
    return frozenset(row["EntityDefinition"]["QualifiedApiName"] for row in read_page(answer).rows)


def judge_field_sets(there: dict[str, bool]) -> Iterator[Verdict]:
    """Judge whether the windows of the package find their fields."""
    for sobject in (name for name, is_there in there.items() if not is_there):
        yield warning(
            f"{sobject} has no field set {FIELD_SET}", "deploy the package again: its windows show these fields"
        )
    if all(there.values()):
        yield ok(f"{len(there)} objects have the field set {FIELD_SET}")


def _people(count: int) -> str:
    return "1 user" if count == 1 else f"{count} users"


PEOPLE = Station(
    name="permission sets",
    look=look_at_setup,
    checks={"permission sets": judge_sets, "integration user": judge_user},
    fix="wait a while, then run `plansync doctor` again",
)
FIELD_SETS = Station(
    name="field sets",
    look=look_at_field_sets,
    checks={"field sets": judge_field_sets},
    fix="wait a while, then run `plansync doctor` again",
)

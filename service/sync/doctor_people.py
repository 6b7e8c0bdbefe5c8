"""What the doctor makes of the org's setup: permission sets, who has them, what they grant, and field sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from service.crm.answers import Answer, read_page
from service.crm.errors import Refused
from service.crm.requests import Request
from service.crm.soql import compare, select
from service.sync.context import Sync
from service.sync.doctor_setup import INTEGRATION_SETS, PEOPLE_SETS, SETS, Assignment, Setup, hidden, look_at_setup
from service.sync.findings import Station, Verdict, failure, ok, warning

NAMED = 5
"""Users that are named of those who have a permission set."""
FIELD_SET = "Create_And_Edit"
WITH_FIELD_SET = ("cs_activity", "objective", "playbook", "playbook_task", "success_plan")
"""The objects whose windows the package fills from a field set."""
SOON = timedelta(days=14)
"""So long before an assignment ends, it is worth a word."""


def judge_sets(setup: Setup) -> Iterator[Verdict]:
    """Judge whether the permission sets are there, and who has them."""
    for name in SETS:
        if name not in setup.present:
            yield failure(
                f"The permission set {name} is not there",
                "deploy the package; Plansync_Standard_Objects is made by hand behind a managed one (docs/install.md, step 3)",
            )
        elif setup.holders(name):
            yield ok(f"{name}: {_names(setup.holders(name))}")
        elif name in PEOPLE_SETS:
            yield warning(f"Nobody has the permission set {name}", "assign it to those who work with plans")


def _names(holders: list[Assignment]) -> str:
    """Return who they are, and how many more than can be named."""
    named = [f"{each.username} (until {each.ends:%Y-%m-%d})" if each.ends else each.username for each in holders]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    return ", ".join(named[:NAMED]) + more


def judge_user(setup: Setup) -> Iterator[Verdict]:
    """Judge what the integration user has: both sets, for long, and every record of the package."""
    for name in INTEGRATION_SETS:
        if name not in {each.permission_set for each in setup.of_ours()}:
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
        raise hidden("field sets", refused) from refused
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

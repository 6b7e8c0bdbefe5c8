"""What the rules cost: clones, cascades from either side, and decisions; a peer beside them where there is one."""

from __future__ import annotations

import time
from itertools import product
from typing import Any
from uuid import UUID

from service.domain.permissions import RULES, Action, Right, decide
from service.plans.clone import Cloned, clone
from service.plans.clone_requests import CloneRequest
from service.plans.edit import Edit, edit_many
from service.plans.listing import several
from service.plans.refusals import Invalid
from tests.bench.meter import metered
from tests.bench.peers import salesforce
from tests.bench.rules_office import Office
from tests.bench.rules_org import AFTER, BEFORE, REFUSED, TEMPLATE
from tests.bench.sides import cycle

FOLLOWING = ("playbook", "playbook_task")
"""The children that follow their objective into another plan."""


def clones(office: Office) -> dict[str, Any]:
    """Measure clones of the template, and that one whose last task the org refuses leaves nothing on either side."""
    template = office.named("objective", TEMPLATE)
    made = [_clone(office, template, str(number)) for number in range(office.size.clones)]
    best = min(made, key=lambda figures: figures["seconds"])
    return {**best, "most_calls": max(figures["calls"] for figures in made), "left_over": _left_over(office, template)}


def _clone(office: Office, template: UUID, key: str) -> dict[str, Any]:
    desk = office.desk()
    with metered(office.site) as cost:
        made = clone(desk, CloneRequest(noun="objective", template_id=template), key=key)
    assert isinstance(made, Cloned)
    cost.rows = len(made.ids)
    return cost.figures()


def _left_over(office: Office, template: UUID) -> int:
    """Return how many records a refused clone leaves, on both sides together."""
    last = office.below("playbook_task", "objective_id", [template])[-1]
    request = CloneRequest(noun="objective", template_id=template, edits={last: {"name": REFUSED}})
    before = office.counts()
    try:
        clone(office.desk(), request, key="refused")
    except Invalid:
        after = office.counts()
        return sum(here + there - sum(before[noun]) for noun, (here, there) in after.items())
    raise AssertionError("the org should have refused the clone")


def singles(office: Office) -> dict[str, Any]:
    """Measure the same objective and children made one by one with simple-salesforce."""
    client, children = salesforce(office.site), office.size.children
    account = client.query("SELECT Id FROM Account LIMIT 1")["records"][0]["Id"]
    with metered(office.site) as cost:
        made = client.Objective__c.create({"Name": "By hand", "Title__c": "By hand", "Account__c": account})
        for number in range(children):
            client.Playbook_Task__c.create(
                {"Name": f"Task {number}", "Objective__c": made["id"], "Account__c": account}
            )
        cost.rows = 1 + children
    return cost.figures()


def cascade_of_ours(office: Office) -> dict[str, Any]:
    """Measure moving objectives into another plan by an edit here, until the CRM shows it in all their children."""
    before, after = office.named("success_plan", BEFORE), office.named("success_plan", AFTER)
    objectives = office.below("objective", "success_plan_id", [before])
    followers = _followers(office, objectives)
    office.site.pass_time(seconds=120)
    with metered(office.site) as editing:
        seen = several(office.desk(), "objective", objectives)
        given = {"success_plan_id": str(after)}
        edits = [Edit(id=our_id, version=found.version, given=given) for our_id, found in seen.items()]
        refused = [edited for edited in edit_many(office.desk(), "objective", edits) if edited.refusal]
    return {
        "edit_calls": editing.calls,
        "edit_seconds": editing.seconds,
        "refused": len(refused),
        **_followed(office, after, objectives=len(objectives), followers=followers),
    }


def cascade_of_theirs(office: Office) -> dict[str, Any]:
    """Measure the same way back by an edit in the CRM, from when the sync meets it."""
    before, after = office.named("success_plan", BEFORE), office.named("success_plan", AFTER)
    objectives = office.below("objective", "success_plan_id", [after])
    followers = _followers(office, objectives)
    client = salesforce(office.site)
    [plan] = client.query(f"SELECT Id FROM Success_Plan__c WHERE Name = '{BEFORE}'")["records"]
    rows = client.query_all(f"SELECT Id FROM Objective__c WHERE Success_Plan__r.Name = '{AFTER}'")["records"]
    records = [{"attributes": {"type": "Objective__c"}, "id": row["Id"], "Success_Plan__c": plan["Id"]} for row in rows]
    saved = client.restful("composite/sobjects", method="PATCH", json={"allOrNone": True, "records": records})
    refused = [answer for answer in saved if not answer["success"]]
    return {
        "refused": len(refused),
        **_followed(office, before, objectives=len(objectives), followers=followers),
    }


def _followers(office: Office, objectives: list[UUID]) -> int:
    return sum(len(office.below(noun, "objective_id", objectives)) for noun in FOLLOWING)


def _followed(office: Office, plan: UUID, *, objectives: int, followers: int) -> dict[str, Any]:
    """Run the cycle that carries a cascade over, and count what the CRM shows in the plan afterwards."""
    office.site.pass_time(seconds=120)
    with metered(office.site) as cost:
        cycle(office.site, office.sync)
    [row] = several(office.desk(), "success_plan", [plan]).values()
    client = salesforce(office.site)
    there = {
        noun: client.query(f"SELECT COUNT() FROM {sobject} WHERE Success_Plan__c = '{row.crm_id}'")["totalSize"]
        for noun, sobject in (("objective", "Objective__c"), ("playbook", "Playbook__c"), ("task", "Playbook_Task__c"))
    }
    cost.rows = followers
    return cost.figures(objectives=objectives, missing=objectives + followers - sum(there.values()))


def decisions(office: Office) -> dict[str, Any]:
    """Measure decisions, of all kinds of users about all actions and nouns in turn."""
    holders = [frozenset[Right](), frozenset({Right.PARTICIPANT}), frozenset({Right.CUSTOMER_SUCCESS})]
    cases = list(product([*holders, office.user.rights], Action, RULES))
    rounds = max(1, office.size.decisions // len(cases))
    started = time.perf_counter()
    for _ in range(rounds):
        for rights, action, noun in cases:
            decide(rights, action, noun)
    return {"rows": rounds * len(cases), "seconds": time.perf_counter() - started}

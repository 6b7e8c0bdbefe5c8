"""The org of the rules in a process of its own: `python -m tests.bench.rules_org SIZE` serves it until its input ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from service.localorg.automation.model import Automation, Reject, When
from service.localorg.org import LocalOrg
from tests.bench.org import serve
from tests.bench.size import RulesSize

MANAGER = "manager@example.com"
TEMPLATE = "A template"
BEFORE, AFTER, TREE, TWIG = "The plan before", "The plan after", "The plan with a tree", "The plan with one objective"
REFUSED = "Refused by the org"
"""A task with this name is refused by the customer's own automation."""
BRANCH = 20
"""Records of one objective in the tree, with itself."""


def main() -> None:
    """Serve an org of the size that is asked for."""
    size = RulesSize(**json.loads(sys.argv[1]))
    serve(lambda org: fill(org, size))


def fill(org: LocalOrg, size: RulesSize) -> None:
    """Add a manager, a customer with plans, a template, and objectives that stand alone."""
    org.add_user(MANAGER, name="Bench Manager", permission_sets=["CSC_Customer_Success"])
    [account] = _add(org, "Account", [{"Name": "A customer"}])
    plans = [{"Name": name, "Account__c": account} for name in (BEFORE, AFTER, TREE, TWIG)]
    before, _, planned, small = _add(org, "Success_Plan__c", plans)
    template = {"Template__c": True, "Start_Date__c": "2026-01-01"}
    _grow(org, _objectives(org, [TEMPLATE], account, **template), account, size.children)
    moved = [f"Moved {number}" for number in range(size.moved)]
    _grow(org, _objectives(org, moved, account, before), account, size.followers, plan=before, kpis=False)
    branches = [f"Branch {number}" for number in range(size.planned // BRANCH)]
    for plan, names in ((planned, branches), (small, ["Twig"])):
        _grow(org, _objectives(org, names, account, plan), account, BRANCH - 1, plan=plan)
    rest = size.listed - 2 - len(moved) - len(branches)
    _objectives(org, [f"Objective {number}" for number in range(rest)], account)
    org.automation.add(Automation("Playbook_Task__c", When.BEFORE, Reject(f'Name = "{REFUSED}"', "Not like this.")))


def _objectives(org: LocalOrg, names: Sequence[str], account: str, plan: str | None = None, **values: Any) -> list[str]:
    standing = {"Account__c": account, "Success_Plan__c": plan, "Priority__c": "High", **values}
    return _add(org, "Objective__c", [{"Name": name, "Title__c": name, **standing} for name in names])


def _grow(
    org: LocalOrg, objectives: Sequence[str], account: str, children: int, *, plan: str | None = None, kpis: bool = True
) -> None:
    """Give each objective so many children: a tenth each are playbooks and KPIs, the rest tasks of a playbook."""
    tenth = max(1, children // 10)
    standing = {"Account__c": account, "Success_Plan__c": plan}
    playbooks = _add(org, "Playbook__c", _below(objectives, tenth, "Playbook", **standing))
    if kpis:
        _add(org, "Objective_KPI__c", _kpis(objectives, tenth))
    tasks = list(_below(objectives, children - tenth - (tenth if kpis else 0), "Task", **standing))
    for number, task in enumerate(tasks):
        task["Playbook__c"] = playbooks[number * len(playbooks) // len(tasks)]
    _add(org, "Playbook_Task__c", tasks)


def _below(objectives: Sequence[str], count: int, name: str, **values: Any) -> Iterator[dict[str, Any]]:
    for objective in objectives:
        for number in range(count):
            days = {"Start_Date__c": "2026-01-05", "End_Date__c": f"2026-02-{number % 28 + 1:02}"}
            yield {"Name": f"{name} {number}", "Objective__c": objective, **days, **values}


def _kpis(objectives: Sequence[str], count: int) -> Iterator[dict[str, Any]]:
    for objective in objectives:
        for number in range(count):
            yield {
                "Objective__c": objective,
                "Description__c": f"KPI {number}",
                "Target_Date__c": "2026-03-31",
                "Baseline_Value__c": number,
                "Target_Value__c": number + 100,
            }


def _add(org: LocalOrg, sobject: str, rows: Sequence[dict[str, Any]] | Iterator[dict[str, Any]]) -> list[str]:
    return org.insert_many(org.admin(), sobject, rows)


if __name__ == "__main__":
    main()

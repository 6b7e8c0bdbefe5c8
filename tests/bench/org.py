"""The org of a run in a process of its own: `python -m tests.bench.org SIZE` serves it until its input ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.localorg.http.app import create_app
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.server import Server
from tests.bench.behind import Behind
from tests.bench.size import Size
from tests.world import installed

ALLOWANCE = 10_000_000
"""So many API calls a day that no measurement is slowed down for people's sake."""


def main() -> None:
    """Serve an org of the size that is asked for."""
    size = Size(**json.loads(sys.argv[1]))
    serve(lambda org: fill(org, size))


def serve(filling: Callable[[LocalOrg], None]) -> None:
    """Install the package, fill the org, say where it is, serve."""
    org = installed()
    filling(org)
    # What was written months ago is cold: no window of a detection reaches back to it. The hour is for those who move
    # the clock before others let it run.
    org.clock.set(datetime.now(UTC) - timedelta(hours=1))
    app = create_app(org)
    app.api.usage.reset(allowance=ALLOWANCE)
    with TemporaryDirectory() as folder, Server(Behind(app), tls=Path(folder)) as server:
        token = app.api.sessions.open(org.user_id(INTEGRATION))
        print(json.dumps({"url": server.url, "ca_file": str(server.ca_file), "token": token}), flush=True)
        sys.stdin.read()


def fill(org: LocalOrg, size: Size) -> None:
    """Add accounts with a success plan and an objective each, and KPIs dealt out to the objectives."""
    admin = org.admin()
    accounts = org.insert_many(admin, "Account", _accounts(size.parents))
    plans = org.insert_many(admin, "Success_Plan__c", _below(accounts, "Plan", Account__c=accounts))
    objectives = org.insert_many(
        admin, "Objective__c", _below(accounts, "Objective", Account__c=accounts, Success_Plan__c=plans)
    )
    org.insert_many(admin, "Objective_KPI__c", _kpis(size.kpis, objectives))


def _accounts(count: int) -> Iterator[dict[str, Any]]:
    return ({"Name": f"Account {n}", "Industry": "Technology", "CSM_Pulse__c": 3} for n in range(count))


def _below(accounts: list[str], name: str, **parents: list[str]) -> Iterator[dict[str, Any]]:
    for n in range(len(accounts)):
        yield {"Name": f"{name} {n}", "Health__c": 3, **{field: ids[n] for field, ids in parents.items()}}


def _kpis(count: int, objectives: list[str]) -> Iterator[dict[str, Any]]:
    """Make KPIs with every field filled that a person fills, so that a row weighs what it weighs in real life."""
    for n in range(count):
        yield {
            "Objective__c": objectives[n % len(objectives)],
            "Category__c": "Product Adoption",
            "Description__c": f"Weekly active users of module {n % 40}, as agreed in the quarterly review",
            "Target_Date__c": "2026-12-31",
            "Unit__c": "Percent",
            "Baseline_Value__c": n % 40,
            "Current_Value__c": n % 40 + 12.5,
            "Target_Value__c": 80,
            "Direction__c": "Increase",
            "Source_Attribute__c": f"usage.module_{n % 40}.weekly_active",
        }


if __name__ == "__main__":
    main()

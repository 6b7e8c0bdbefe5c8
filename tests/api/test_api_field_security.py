"""Field-level security through the API: what the org hides from a caller stands in no answer, and what it locks is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.api.conftest import Somebody
from tests.desks import close_field, employ, mirror_sharing, see_setup
from tests.world import World

pytestmark = pytest.mark.req("OB-51", "OB-52")
Close = Callable[..., None]


@pytest.fixture
def cleo(world: World, app: Flask) -> Somebody:
    """A customer success manager of an org that shows its setup."""
    employ(world, "cleo_csm@example.com", "CSC_Customer_Success")
    see_setup(world)
    return Somebody(app, "cleo_csm")


@pytest.fixture
def close(world: World, cleo: Somebody) -> Close:
    """Close fields before anybody has asked for them."""

    def closing(noun: str, *columns: str, readable: bool = False) -> None:
        for column in columns:
            close_field(world, noun, column, readable=readable)

    return closing


@pytest.fixture
def plan(world: World, account: UUID) -> UUID:
    """A plan with an objective, its KPI and a playbook of one task; all of them are templates but the KPI."""
    plan = world.create_here("success_plan", name="2026", account_id=account, template=True)
    stands = {"account_id": account, "success_plan_id": plan, "template": True, "start_date": "2025-01-06"}
    root = world.create_here("objective", name="Adopt", title="Adopt", priority="High", risk_level="Low", **stands)
    world.create_here("objective_kpi", description="Seats", objective_id=root, baseline_value=1, target_value=3)
    playbook = world.create_here("playbook", name="Launch", objective_id=root, **stands)
    days = {"start_date": "2025-01-07", "end_date": "2025-01-12"}
    world.create_here("playbook_task", name="Call", playbook_id=playbook, template=True, account_id=account, **days)
    world.settle()
    assert world.parked() == []
    mirror_sharing(world)
    return plan


def objective(world: World) -> UUID:
    (our_id,) = world.here("objective")
    return our_id


def every(body: Any, noun: str) -> list[dict[str, Any]]:
    """Return the records of a noun in a tree."""
    own = [body["record"]] if body["noun"] == noun else []
    return own + [record for under in body["under"] for record in every(under, noun)]


def test_what_is_hidden_stands_in_no_answer(world: World, cleo: Somebody, plan: UUID, close: Close) -> None:
    close("objective", "risk_level")
    close("playbook_task", "end_date")
    root = f"/objectives/{objective(world)}"

    (listed,) = cleo.read("/objectives?template=true")["items"]
    (picked,) = cleo.read("/templates/objectives")["items"]
    whole = cleo.read(f"/templates{root}")
    tree = cleo.read(f"/success-plans/{plan}/tree")
    shown = [cleo.read(root), listed, picked["template"], whole["root"]["values"], *every(tree, "objective")]
    tasks = [
        *every(tree, "playbook_task"),
        *cleo.read(f"{root}/related")["playbook_tasks"],
        *(child["values"] for child in whole["children"] if child["noun"] == "playbook_task"),
    ]

    assert [("risk_level" in each, each["priority"]) for each in shown] == [(False, "High")] * 5
    assert [("end_date" in each, each["start_date"]) for each in tasks] == [(False, "2025-01-07")] * 3


def test_what_was_written_is_shown_without_what_is_hidden(cleo: Somebody, account: UUID, close: Close) -> None:
    close("objective", "risk_level")

    made = cleo.post("/objectives", {"title": "Adopt", "account_id": str(account)})
    path = f"/objectives/{made.json['id']}"
    changed = cleo.send("PATCH", path, {"priority": "High"}, If_Match=made.headers["ETag"])
    row = {"id": changed.json["id"], "version": changed.json["version"], "changes": {"priority": "Low"}}
    (edited,) = cleo.send("POST", "/objectives/bulk-edit", {"edits": [row]}).json["rows"]

    assert ["risk_level" in each for each in (made.json, changed.json, edited["record"])] == [False] * 3
    assert (edited["outcome"], edited["record"]["priority"]) == ("done", "Low")


def test_what_is_locked_is_refused_at_its_field(cleo: Somebody, account: UUID, close: Close) -> None:
    close("objective", "priority", readable=True)
    made = cleo.post("/objectives", {"title": "Adopt", "account_id": str(account)})
    path = f"/objectives/{made.json['id']}"

    refused = cleo.send("PATCH", path, {"priority": "High"}, If_Match=made.headers["ETag"])

    assert refused.status_code == 422
    (fault,) = refused.json["errors"]
    assert (fault["field"], fault["code"]) == ("priority", "read_only")
    assert "field-level security" in fault["message"]
    assert "priority" in cleo.read(path)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("risk_level=Low", "risk_level"),
        ("sort=risk_level", "sort"),
        ("sort=-risk_level", "sort"),
        ("archived=true", "archived"),
        ("status=archived", "status"),
    ],
)
def test_a_list_is_not_asked_by_what_is_hidden(
    cleo: Somebody, plan: UUID, close: Close, query: str, field: str
) -> None:
    close("objective", "risk_level", "archived")

    refused = cleo.get(f"/objectives?{query}")

    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json["errors"]] == [field]
    assert cleo.read("/objectives?template=true&sort=-name&status=")["next"] is None


@pytest.mark.parametrize("column", ["baseline_value", "target_date"])
def test_how_a_kpi_stands_is_not_told_to_who_may_not_read_what_it_stands_on(
    world: World, cleo: Somebody, plan: UUID, close: Close, column: str
) -> None:
    (before,) = cleo.read("/objective-kpis")["items"]
    close("objective_kpi", column)
    world.pass_time(hours=2)
    (after,) = cleo.read("/objective-kpis")["items"]

    assert {"progress", "status", column} <= set(before)
    assert not {"progress", "status", column} & set(after)


def test_the_dates_of_another_start_are_foreseen_as_far_as_they_may_be_read(
    world: World, cleo: Somebody, plan: UUID, close: Close
) -> None:
    close("playbook_task", "end_date")
    root = f"objectives/{objective(world)}"

    moved = cleo.send("POST", f"/{root}/start/preview", {"start": "2025-01-07"}).json
    cloned = cleo.send("POST", f"/templates/{root}/preview", {"start": "2025-01-07"}).json

    for foreseen in (moved, cloned):
        ends = {(each["noun"], each["column"]) for each in foreseen["shifts"]}
        assert ("playbook_task", "start_date") in ends
        assert ("playbook_task", "end_date") not in ends
    off = cleo.send("POST", f"/{root}/start/preview", {"start": "2025-01-05"}).json["off_days"]
    # The task would begin on a Monday and end on a Saturday.
    assert {each["title"] for each in off} == {"Adopt", "Launch"}
    drafts = [each["values"] for each in cloned["creates"] if each["noun"] == "playbook_task"]
    assert [("end_date" in each, "start_date" in each) for each in drafts] == [(False, True)]


@pytest.mark.parametrize("column", ["status", "completed_on", "end_date"])
def test_what_a_task_waits_for_is_not_told_to_who_may_not_read_what_that_follows_from(
    world: World, cleo: Somebody, plan: UUID, close: Close, column: str
) -> None:
    (task,) = world.here("playbook_task")
    assert cleo.read(f"/playbook-tasks/{task}/waiting") == {"waits": [], "earliest_start": None}
    close("playbook_task", column)
    world.pass_time(hours=2)

    refused = cleo.get(f"/playbook-tasks/{task}/waiting")

    assert (refused.status_code, column in refused.json["detail"]) == (403, True)


def test_the_first_look_costs_a_call_and_the_next_ones_none(world: World, cleo: Somebody, plan: UUID) -> None:
    client = world.sync.client
    before = client.api_calls

    taken = []
    for _ in range(2):
        cleo.read("/objectives?template=true")
        taken.append(client.api_calls - before)

    assert taken == [1, 1]


def test_reading_goes_on_without_the_org_where_it_has_spoken_before(
    world: World, cleo: Somebody, plan: UUID, close: Close
) -> None:
    close("objective", "risk_level")
    cleo.read("/objectives")
    world.org.faults.set(rates={"unavailable": 1.0})
    world.pass_time(hours=2)

    (listed,) = cleo.read("/objectives?template=true")["items"]
    assert "risk_level" not in listed
    assert cleo.get("/playbooks").status_code == 503

"""Lists through the API: filters, order, pages, and what belongs to single objects."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from flask import Flask

from tests.api.conftest import Somebody
from tests.desks import employ, make_private
from tests.world import World

SOMEBODY = str(UUID(int=7, version=4))
"""The id of no record. The same in every process, for the names of tests."""


@pytest.fixture
def objectives(world: World) -> World:
    """Objectives in a plan and without, one of them archived, one a template."""
    plan = world.create_here("success_plan", name="Plan")
    world.create_here("objective", name="A", success_plan_id=plan, status="Paused", end_date="2026-05-01", tags="X;Y")
    world.create_here("objective", name="B", status="In Progress", end_date="2026-04-01", health="3", tags="W")
    world.create_here("objective", name="C", status="Paused", archived=True)
    world.create_here("objective", name="D", template=True)
    return world


def names(csm: Somebody, query: str) -> list[str]:
    """Return the names of the objectives that a query finds."""
    return [one["name"] for one in csm.read(f"/objectives{query}")["items"]]


@pytest.mark.req("CO-21", "CO-27", "D14")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A", "B"]),
        ("?archived=any", ["A", "B", "C"]),
        ("?archived=true", ["C"]),
        ("?status=Archived", ["C"]),
        ("?status=Paused", ["A"]),
        ("?status=Paused&archived=any", ["A", "C"]),
        ("?template=true", ["D"]),
        ("?sort=-end_date", ["A", "B"]),
        ("?sort=end_date", ["B", "A"]),
        ("?success_plan_id=", ["B"]),
        ("?search=b", ["B"]),
        ("?tags=y", ["A"]),
        ("?sort=tags&archived=any", ["B", "A", "C"]),
        ("?sort=-tags&archived=any", ["A", "B", "C"]),
        ("?sort=status&archived=any", ["C", "B", "A"]),
        ("?sort=-status&archived=any", ["A", "B", "C"]),
        ("?end_date=2026-04-01", ["B"]),
        ("?limit=1", ["A"]),
    ],
)
def test_a_list_shows_what_its_query_asks_for(objectives: World, csm: Somebody, query: str, found: list[str]) -> None:
    assert names(csm, query) == found


def test_the_children_of_a_plan_are_found_by_it(objectives: World, csm: Somebody) -> None:
    (plan,) = csm.read("/success-plans")["items"]

    assert names(csm, f"?success_plan_id={plan['id']}") == ["A"]


@pytest.mark.parametrize("sort", ["name", "-end_date", "-health", "archived", "id", "tags", "-status"])
def test_a_cursor_leads_through_all_pages(objectives: World, csm: Somebody, sort: str) -> None:
    found, cursor = [], ""
    while cursor is not None:
        page = csm.read(f"/objectives?limit=1&archived=any&template=any&sort={sort}&cursor={cursor}")
        found += [one["name"] for one in page["items"]]
        cursor = page["next"]

    assert sorted(found) == ["A", "B", "C", "D"]


def forged(*parts: object) -> str:
    """Return a cursor of somebody's own making."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "sort=description",
        "nonsense=1",
        "archived=perhaps",
        "end_date=someday",
        "success_plan_id=7",
        "search=%00",
        "status=" + "x" * 256,
        "cursor=x",
        "cursor=é",
        "cursor=" + forged("name", "A", SOMEBODY),
    ],
)
def test_a_query_that_cannot_be_read_is_refused(objectives: World, csm: Somebody, query: str) -> None:
    answer = csm.get(f"/objectives?{query}")

    assert answer.status_code == 422, answer.text
    assert answer.json["errors"][0]["field"] in query


@pytest.mark.parametrize(
    ("who", "path"), [("csm", "/objectives?sort=-name"), ("csm", "/success-plans?"), ("ana_csm", "/objectives?")]
)
def test_a_cursor_is_good_for_its_own_list_order_and_caller_only(
    objectives: World, app: Flask, csm: Somebody, who: str, path: str
) -> None:
    cursor = csm.read("/objectives?limit=1")["next"]

    answer = Somebody(app, who).get(f"{path}&cursor={cursor}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "cursor")


@pytest.fixture
def ana(world: World, app: Flask, account: UUID) -> Somebody:
    """A participant in an org that shows objectives and plans to their owners only; she has four of each.

    Before, between and behind them stand those of others.
    """
    ana = employ(world, "ana_participant@example.com", "CSC_Participant_User")
    for noun in ("objective", "success_plan"):
        titled = {"Title__c": "Title"} if noun == "objective" else {}
        rows = [(f"{number} Hers", ana) for number in (2, 4, 5, 7)]
        rows += [(f"{number} Secret", world.admin.user_id) for number in (1, 3, 6, 8, 9)]
        for name, owner in rows:
            values = {"Name": name, "OwnerId": owner, "Account__c": world.crm_id(account), "Template__c": True}
            world.create_there(noun, **values, **titled)
    world.cycle()
    make_private(world, "objective", "success_plan")
    return Somebody(app, "ana_participant")


SEEN = ["2 Hers", "4 Hers", "5 Hers", "7 Hers"]


def walked(who: Somebody, path: str) -> tuple[list[int], list[str], list[str]]:
    """Return the sizes of the pages of a list, the names in it, and its cursors."""
    sizes, found, cursors, cursor = [], [], [], ""
    while cursor is not None:
        page = who.read(f"{path}&cursor={cursor}")
        items = [item["template"] if "children" in item else item for item in page["items"]]
        sizes.append(len(items))
        found += [item["name"] for item in items]
        cursor = page["next"]
        cursors += [cursor] if cursor else []
    return sizes, found, cursors


@pytest.mark.parametrize(
    "path", ["/objectives?template=true", "/success-plans?template=true", "/templates/objectives?"]
)
@pytest.mark.parametrize(("limit", "sizes"), [(1, [1, 1, 1, 1]), (3, [3, 1]), (4, [4])])
def test_pages_are_filled_with_what_the_caller_sees_and_end_with_it(
    ana: Somebody, path: str, limit: int, sizes: list[int]
) -> None:
    assert walked(ana, f"{path}&limit={limit}")[:2] == (sizes, SEEN)


def test_whether_a_page_follows_tells_nothing_of_hidden_records(ana: Somebody) -> None:
    found = ana.read("/objectives?template=true&search=secret&limit=1")

    assert found == {"items": [], "next": None}


def test_a_cursor_shows_nothing_of_where_a_page_ends(
    ana: Somebody, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With no further round every page ends where it looked last, which is a hidden record as often as not.
    monkeypatch.setattr("service.plans.listing.FURTHER", ())
    sizes, found, cursors = walked(ana, "/objectives?template=true&limit=1")

    assert found == SEEN
    assert 0 in sizes
    secrets = [str(our_id) for our_id in world.here("objective")] + ["Secret", "Hers"]
    for cursor in cursors:
        read = urlsafe_b64decode(cursor)
        assert not [secret for secret in secrets if secret.encode() in read or secret in cursor]


def test_behind_very_many_hidden_records_a_page_stops_where_it_looked_last(
    ana: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.plans.listing.FURTHER", (1, 1))

    sizes, found, _ = walked(ana, "/objectives?template=true&limit=3")
    assert (sizes, found) == ([3, 1], SEEN)
    assert walked(ana, "/objectives?template=true&search=secret&limit=1")[:2] == ([0, 0], [])


@pytest.mark.parametrize("path", ["accounts", "contacts", "users", "cs-resources"])
def test_what_is_the_crms_own_is_looked_at_and_not_changed(csm: Somebody, account: UUID, path: str) -> None:
    assert csm.read(f"/{path}")["next"] is None
    for method in ("POST", "PATCH", "DELETE"):
        answer = csm.send(method, f"/{path}" if method == "POST" else f"/{path}/{account}", {})
        assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)


@pytest.mark.req("OB-81")
def test_a_kpi_shows_its_values_over_time(world: World, csm: Somebody) -> None:
    kpi = world.create_here("objective_kpi", description="Seats", current_value="1.5")
    world.edit_here("objective_kpi", kpi, current_value="2")

    (change,) = csm.read(f"/objective-kpis/{kpi}/history")["values"]
    assert (change["was"], change["value"]) == ("1.5000", "2.0000")


@pytest.mark.req("AG-18", "AG-20")
def test_tasks_wait_for_each_other_and_never_in_a_circle(world: World, csm: Somebody, account: UUID) -> None:
    objective = csm.post("/objectives", {"name": "Adopt", "title": "Adopt", "account_id": str(account)}).json
    first, second = (
        csm.post("/playbook-tasks", {"name": name, "objective_id": objective["id"]}).json
        for name in ("First", "Second")
    )
    made = csm.post("/playbook-task-dependencies", {"playbook_task_id": second["id"], "predecessor_id": first["id"]})
    circle = csm.post("/playbook-task-dependencies", {"playbook_task_id": first["id"], "predecessor_id": second["id"]})

    assert made.status_code == 201, made.text
    assert csm.read(f"/playbook-tasks/{first['id']}/waiting") == {"waits": [], "earliest_start": None}
    (wait,) = csm.read(f"/playbook-tasks/{second['id']}/waiting")["waits"]
    world.settle()
    now = csm.get(f"/playbook-tasks/{second['id']}").headers["ETag"]
    asked, confirmed = (
        csm.send("PATCH", f"/playbook-tasks/{second['id']}{said}", {"status": "Completed"}, If_Match=now)
        for said in ("", "?confirmed=true")
    )
    assert (asked.status_code, asked.json["errors"][0]["code"]) == (422, "waiting")
    assert (confirmed.status_code, confirmed.json["status"]) == (200, "Completed")
    assert (wait["reason"], wait["until"]) == ("First, which is not completed", None)
    assert (circle.status_code, "First" in circle.json["detail"]) == (422, True)


@pytest.mark.req("OB-60")
def test_a_resource_shows_what_it_would_leave_behind(world: World, csm: Somebody) -> None:
    ana = world.create_here("cs_resource", name="Ana", active=True)
    world.create_here("objective", name="Adopt", title="Adopt", resource_id=ana, status="In Progress")

    (left,) = csm.read(f"/cs-resources/{ana}/deactivation")["open_objectives"]

    assert (left["title"], left["status"]) == ("Adopt", "In Progress")

"""Records through the API: looked at, made, changed and deleted on both sides."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from service.crm.composite import MOST_PARTS
from tests.api.conftest import Somebody
from tests.desks import make_private
from tests.interruptions import lose_after_booking
from tests.world import World


@pytest.fixture
def objective(csm: Somebody, account: UUID) -> dict[str, object]:
    """An objective that both sides hold, as the API shows it."""
    given = {"name": "Adopt", "title": "Adopt the product", "account_id": str(account), "target_value": "12.5000"}
    made = csm.post("/objectives", {**given, "tags": []})
    assert made.status_code == 201, made.text
    return made.json


def address(record: dict[str, object]) -> str:
    """Return where an objective is found."""
    return f"/objectives/{record['id']}"


def tag(record: dict[str, object]) -> str:
    """Return the ETag of a record."""
    return f'"{record["version"]}"'


@pytest.mark.req("OB-03")
def test_what_is_made_stands_on_both_sides_and_is_found_again(
    world: World, csm: Somebody, objective: dict[str, object]
) -> None:
    assert objective["crm_id"] in world.there("objective")
    assert objective["target_value"] == "12.5"
    assert objective["tags"] == []
    assert objective["url"] == f"https://org.test/{objective['crm_id']}"
    assert csm.read(address(objective)) == objective
    assert csm.read("/objectives")["items"] == [objective]


def test_what_is_made_says_where_it_is_and_under_which_tag(csm: Somebody, account: UUID) -> None:
    made = csm.post("/success-plans", {"name": "Plan", "account_id": str(account)})

    assert made.location == f"/success-plans/{made.json['id']}"
    assert made.headers["ETag"] == tag(made.json)
    assert csm.get(made.location, If_None_Match=tag(made.json)).status_code == 304


@pytest.mark.req("OB-76")
def test_an_objective_is_made_together_with_its_kpis(csm: Somebody, account: UUID) -> None:
    kpis = [{"description": "Seats", "target_value": "10"}, {"description": "Logins", "target_value": "5"}]
    made = csm.post("/objectives", {"name": "Adopt", "title": "Adopt", "account_id": str(account), "kpis": kpis})

    related = csm.read(f"/objectives/{made.json['id']}/related")
    assert {kpi["description"] for kpi in related["objective_kpis"]} == {"Seats", "Logins"}


@pytest.mark.req("OB-53")
def test_a_change_lands_on_both_sides_and_moves_the_tag(
    world: World, csm: Somebody, objective: dict[str, object]
) -> None:
    world.settle(1)
    seen = csm.read(address(objective))
    changed = csm.send("PATCH", address(objective), {"status": "In Progress"}, If_Match=tag(seen))

    assert changed.status_code == 200, changed.text
    assert changed.json["status"] == "In Progress"
    assert changed.headers["ETag"] == tag(changed.json) != tag(seen)
    assert world.there("objective")[str(objective["crm_id"])]["Status__c"] == "In Progress"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 428, "version_missing"),
        ({"If_Match": "*"}, 428, "version_missing"),
        ({"If_Match": '"99"'}, 412, "changed"),
        ({"If_Match": '"old"'}, 412, "changed"),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_record_changes_only_for_who_saw_it_as_it_is(
    csm: Somebody, objective: dict[str, object], method: str, asked: dict[str, str], status: int, code: str
) -> None:
    answer = csm.send(method, address(objective), {"status": "Paused"}, **asked)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert csm.read(address(objective)) == objective


@pytest.mark.req("OB-61")
def test_a_deleted_record_is_gone_from_both_sides(world: World, csm: Somebody, objective: dict[str, object]) -> None:
    gone = csm.send("DELETE", address(objective), If_Match=tag(objective))

    assert (gone.status_code, gone.data) == (204, b"")
    assert world.there("objective") == {}
    missing = csm.get(address(objective))
    assert (missing.status_code, missing.json["code"]) == (404, "missing")


@pytest.mark.req("OB-62")
def test_an_objective_with_kpis_is_held_and_the_api_says_so_before_and_after(
    csm: Somebody, objective: dict[str, object]
) -> None:
    csm.post("/objective-kpis", {"description": "Seats", "objective_id": objective["id"]})

    assert csm.read(f"{address(objective)}/deletion")["held_by"] == {"objective_kpi": 1}
    held = csm.send("DELETE", address(objective), If_Match=tag(csm.read(address(objective))))
    assert (held.status_code, held.json["code"]) == (409, "held")
    assert "KPI" in held.json["detail"]


@pytest.mark.req("G9", "OB-54")
def test_what_would_follow_a_change_is_told_before_it_is_made(
    csm: Somebody, account: UUID, objective: dict[str, object]
) -> None:
    plan = csm.post("/success-plans", {"name": "Plan", "account_id": str(account)}).json
    playbook = csm.post("/playbooks", {"name": "Onboard", "objective_id": objective["id"]})
    assert playbook.status_code == 201, playbook.text

    told = csm.post(f"{address(objective)}/impact", {"success_plan_id": plan["id"]})

    assert told.status_code == 200, told.text
    (followed,) = [one for one in told.json["followed"] if one["column"] == "success_plan_id"]
    assert (followed["id"], followed["new"]) == (playbook.json["id"], plan["id"])
    assert told.json["unseen"] == 0
    assert csm.read(address(objective)) == objective


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"health": "much"}, "health"),
        ({"nonsense": 1}, "nonsense"),
        ({"progress": "10"}, "progress"),
        ({"name": "x" * 10_000}, "name"),
        ({"extra": []}, "extra"),
        ({"account_id": str(uuid4())}, "account_id"),
        ({"kpis": [{"description": "x" * 256}]}, "description"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field(
    world: World, csm: Somebody, account: UUID, given: dict[str, object], field: str
) -> None:
    whole = {"name": "Adopt", "title": "Adopt", "account_id": str(account)}
    answer = csm.post("/objectives", {**whole, **given})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert answer.content_type == "application/problem+json"
    assert field in [fault["field"] for fault in answer.json["errors"]]
    assert world.there("objective") == {}


@pytest.mark.req("CO-22", "CO-23", "CO-24", "CO-26")
def test_rows_are_changed_each_for_itself(world: World, csm: Somebody, account: UUID) -> None:
    whole = {"title": "Adopt", "account_id": str(account)}
    made = [csm.post("/objectives", {**whole, "name": f"Row {number}"}).json for number in range(4)]
    world.settle(1)
    rows = [csm.read(f"/objectives/{one['id']}") for one in made]
    changes = [{"status": "Completed", "health": "4"}, {"health": "9"}, {"priority": "High"}, {"status": "Paused"}]
    edits = [
        {"id": row["id"], "version": row["version"], "changes": change}
        for row, change in zip(rows, changes, strict=True)
    ]
    edits[3]["version"] += 1

    told = csm.send("POST", "/objectives/bulk-edit", {"edits": edits}).json["rows"]

    assert [row["outcome"] for row in told] == ["done", "refused", "done", "refused"]
    assert [row["status"] for row in told] == [None, 422, None, 412]
    assert told[1]["errors"][0]["field"] == "health"
    assert told[0]["record"]["status"] == "Completed"
    assert world.there("objective")[rows[2]["crm_id"]]["Priority__c"] == "High"


@pytest.mark.req("CO-22")
def test_one_record_in_two_rows_is_refused_by_its_id(csm: Somebody, objective: dict[str, object]) -> None:
    row = {"id": objective["id"], "version": objective["version"], "changes": {"title": "Two"}}

    answer = csm.send("POST", "/objectives/bulk-edit", {"edits": [row, {**row, "changes": {"priority": "High"}}]})

    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert (error["field"], error["code"], error["record"]) == ("id", "twice", objective["id"])
    assert csm.read(address(objective)) == objective


@pytest.mark.req("CO-22", "P4")
def test_rows_behind_a_lost_call_can_be_sent_again_and_those_before_it_are_told(
    world: World, csm: Somebody, account: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"title": "Adopt", "account_id": str(account)}
    made = [csm.post("/objectives", {**given, "name": f"Row {number}"}).json for number in range(MOST_PARTS + 2)]
    world.settle()
    make_private(world, "objective")
    rows = [{**csm.read(address(one)), "changes": {"priority": "High"}} for one in made]
    edits = [{key: row[key] for key in ("id", "version", "changes")} for row in rows]
    lose_after_booking(world, monkeypatch, "not_sent")

    told = csm.send("POST", "/objectives/bulk-edit", {"edits": edits}).json["rows"]
    world.org.faults.clear()
    monkeypatch.undo()

    assert [row["status"] for row in told] == [None] * MOST_PARTS + [503, 503]
    # Nobody could say who may see the records now.
    assert {row["record"] and row["record"]["id"] for row in told} == {None}
    again = csm.send("POST", "/objectives/bulk-edit", {"edits": edits[MOST_PARTS:]}).json["rows"]
    assert [row["outcome"] for row in again] == ["done", "done"]


def test_the_tree_of_a_plan_is_shown_with_what_stands_under_it(csm: Somebody, account: UUID) -> None:
    plan = csm.post("/success-plans", {"name": "Plan", "account_id": str(account)}).json
    given = {"name": "Adopt", "title": "Adopt", "success_plan_id": plan["id"]}
    made = csm.post("/objectives", given).json

    tree = csm.read(f"/success-plans/{plan['id']}/tree")

    assert tree["record"] == plan
    assert tree["under"] == [{"noun": "objective", "record": made, "under": []}]


@pytest.mark.req("CO-21", "D14")
def test_the_tree_of_a_plan_shows_archived_objectives_when_it_is_asked_for_them(
    world: World, csm: Somebody, account: UUID
) -> None:
    plan = csm.post("/success-plans", {"name": "Plan", "account_id": str(account)}).json
    for name, archived in (("Old", True), ("New", False)):
        world.create_here("objective", name=name, success_plan_id=plan["id"], archived=archived)
    road = f"/success-plans/{plan['id']}/tree"

    def names(query: str) -> list[str]:
        return [under["record"]["name"] for under in csm.read(f"{road}{query}")["under"]]

    assert names("") == names("?archived=false") == ["New"]
    assert names("?archived=true") == ["Old"]
    assert names("?archived=any") == ["New", "Old"]
    assert csm.get(f"{road}?archived=perhaps").json["errors"][0]["field"] == "archived"

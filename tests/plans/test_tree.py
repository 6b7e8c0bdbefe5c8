"""The tree of a plan and what is related to an objective: everything once, under what it belongs to most closely."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from service.plans.refusals import Missing
from service.plans.tree import Branch, related, tree
from tests.plans.test_listing import desk
from tests.world import World


def outline(branch: Branch) -> list[object]:
    """Return the names of a tree, each with what stands under it."""
    name = branch.record.row.get("name") or branch.record.row.get("description")
    return [name, *(outline(under) for under in branch.under)]


def objective(world: World, name: str) -> UUID:
    """Return our id of the objective of a name."""
    (found,) = [our_id for our_id, row in world.here("objective").items() if row["name"] == name]
    return found


@pytest.fixture
def plan(world: World) -> UUID:
    """A plan with an objective, a playbook of its own, and one objective beside it that belongs to nobody."""
    plan = world.create_here("success_plan", name="Plan")
    first = world.create_here("objective", name="First", success_plan_id=plan)
    other = world.create_here("objective", name="Beside")
    world.create_here("objective_kpi", description="Seats", objective_id=first)
    world.create_here("objective_kpi", description="Beside", objective_id=other)
    playbook = world.create_here("playbook", name="Playbook", objective_id=first, success_plan_id=plan)
    world.create_here("playbook", name="Own", success_plan_id=plan)
    world.create_here("playbook", name="Beside", objective_id=other)
    for number, place in enumerate(({"playbook_id": playbook}, {"objective_id": first}, {"success_plan_id": plan})):
        world.create_here("playbook_task", name=f"Task {number}", sequence=str(number), **place)
    world.create_here("playbook_task", name="Task 9", sequence="0", playbook_id=playbook, objective_id=first)
    world.create_here("playbook_task", name="Beside", objective_id=other)
    return plan


def test_each_record_of_a_plan_stands_under_what_it_belongs_to_most_closely(world: World, plan: UUID) -> None:
    assert outline(tree(desk(world), plan)) == [
        "Plan",
        ["First", ["Seats"], ["Playbook", ["Task 0"], ["Task 9"]], ["Task 1"]],
        ["Own"],
        ["Task 2"],
    ]


@pytest.mark.req("CO-21", "D14")
def test_archived_objectives_and_what_hangs_on_them_are_in_a_tree_only_when_they_are_asked_for(
    world: World, plan: UUID
) -> None:
    world.edit_here("objective", objective(world, "First"), archived=True)
    kept = world.create_here("objective", name="Second", success_plan_id=plan)
    world.create_here("playbook_task", name="Of both", objective_id=kept, success_plan_id=plan)
    first = ["First", ["Seats"], ["Playbook", ["Task 0"], ["Task 9"]], ["Task 1"]]
    second = ["Second", ["Of both"]]
    beside = [["Own"], ["Task 2"]]

    assert outline(tree(desk(world), plan)) == ["Plan", second, *beside]
    assert outline(tree(desk(world), plan, archived=True)) == ["Plan", first, *beside]
    assert outline(tree(desk(world), plan, archived=None)) == ["Plan", first, second, *beside]


def test_a_tree_costs_as_many_queries_however_many_records_it_has(world: World, plan: UUID) -> None:
    def queries() -> int:
        said: list[str] = []
        event.listen(world.engine, "before_cursor_execute", lambda *args: said.append(args[2]), named=False)
        tree(desk(world), plan)
        return len(said)

    before = queries()
    for number in range(30):
        objective = world.create_here("objective", name=f"More {number}", success_plan_id=plan)
        world.create_here("playbook_task", name="Task", objective_id=objective)

    assert queries() == before


@pytest.mark.req("OB-11", "OB-12")
def test_an_objective_is_related_to_its_playbooks_kpis_and_all_of_its_tasks(world: World, plan: UUID) -> None:
    found = related(desk(world), objective(world, "First"))

    assert [record.row["name"] for record in found.playbooks] == ["Playbook"]
    assert [record.row["name"] for record in found.playbook_tasks] == ["Task 0", "Task 9", "Task 1"]
    assert [record.row["description"] for record in found.objective_kpis] == ["Seats"]


def test_what_is_not_there_has_neither_a_tree_nor_anything_related(world: World) -> None:
    with pytest.raises(Missing):
        tree(desk(world), uuid4())
    with pytest.raises(Missing):
        related(desk(world), uuid4())

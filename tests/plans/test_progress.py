"""Progress of an org's work: computed from its parts, written where it is another one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from service.plans.progress import refresh
from service.store.ledger import links
from tests.world import World


@pytest.fixture
def tree(world: World) -> dict[str, UUID]:
    """A plan with two objectives, one with KPIs and one with a playbook and tasks, synced."""
    acme = world.create_there("account", Name="Acme")
    at = {"Account__c": acme}
    plan = world.create_there("success_plan", Name="2026", **at)
    under = {**at, "Success_Plan__c": plan}
    measured = world.create_there("objective", Name="Measured", **under)
    worked = world.create_there("objective", Name="Worked", **under)
    kpi = world.create_there(
        "objective_kpi",
        Objective__c=measured,
        Description__c="Seats",
        Baseline_Value__c="0",
        Current_Value__c="1",
        Target_Value__c="3",
    )
    playbook = world.create_there("playbook", Name="Launch", Objective__c=worked, **under)
    inside = {"Objective__c": worked, "Playbook__c": playbook, **under}
    done = world.create_there("playbook_task", Name="Kick-off", Status__c="Completed", **inside)
    half = world.create_there("playbook_task", Name="Training", Percent_Complete__c="50", **inside)
    world.create_there("playbook_task", Name="Dropped", Status__c="Canceled", **inside)
    direct = world.create_there("playbook_task", Name="Call", Objective__c=worked, **under)
    world.settle()
    made = {
        "plan": plan,
        "measured": measured,
        "worked": worked,
        "kpi": kpi,
        "playbook": playbook,
        "done": done,
        "half": half,
        "direct": direct,
    }
    return {name: world.our_id(crm_id) for name, crm_id in made.items()}


def there(world: World, noun: str, our_id: UUID, field: str = "Progress__c") -> Any:
    return world.there(noun)[world.crm_id(our_id)][field]


@pytest.mark.req("D6")
def test_progress_is_computed_from_tasks_and_kpis_up_to_the_plan_and_reaches_the_crm(
    world: World, tree: dict[str, UUID]
) -> None:
    counts = refresh(world.sync)
    world.cycle()

    assert counts == {"playbook": 1, "objective": 2, "success_plan": 1, "objective_kpi": 0}
    assert there(world, "playbook", tree["playbook"]) == 75
    assert there(world, "objective", tree["measured"]) == 33.33
    assert there(world, "objective", tree["measured"], "Progress_Basis__c") == "Objective KPIs"
    assert there(world, "objective", tree["worked"]) == 37.5
    assert there(world, "objective", tree["worked"], "Progress_Basis__c") == "Playbooks and Tasks"
    assert there(world, "success_plan", tree["plan"]) == 35.42


@pytest.mark.req("D6", "D14")
@pytest.mark.parametrize("put_away", [{"archived": True}, {"status": "Abandoned"}])
def test_an_objective_that_was_put_away_keeps_its_progress_and_counts_in_no_plan(
    world: World, tree: dict[str, UUID], put_away: dict[str, Any]
) -> None:
    world.edit_here("objective", tree["worked"], **put_away)

    refresh(world.sync)

    assert world.here("objective")[tree["worked"]]["progress"] == "37.5"
    assert world.here("success_plan")[tree["plan"]]["progress"] == "33.33"


@pytest.mark.req("P6")
@pytest.mark.req("P8")
def test_what_is_the_same_is_neither_written_nor_sent_again(world: World, tree: dict[str, UUID]) -> None:
    refresh(world.sync)
    world.settle()

    assert not any(refresh(world.sync).values())
    assert not world.settle().counts.get("landed")


def test_only_what_a_change_reaches_is_written(world: World, tree: dict[str, UUID]) -> None:
    refresh(world.sync)

    world.edit_here("playbook_task", tree["direct"], status="Completed")

    assert refresh(world.sync) == {"playbook": 0, "objective": 1, "success_plan": 1, "objective_kpi": 0}
    assert world.here("objective")[tree["worked"]]["progress"] == "87.5"


def test_without_parts_no_progress_is_left(world: World, tree: dict[str, UUID]) -> None:
    refresh(world.sync)

    world.delete_here("objective_kpi", tree["kpi"])

    refresh(world.sync)
    row = world.here("objective")[tree["measured"]]
    assert (row["progress"], row["progress_basis"]) == (None, None)


@pytest.mark.req("CO-19")
def test_an_objective_without_parts_shows_its_own_values(world: World) -> None:
    acme = world.create_there("account", Name="Acme")
    values = {"Baseline_Value__c": "8", "Current_Value__c": "5", "Target_Value__c": "3", "Direction__c": "Decrease"}
    churn = world.create_there("objective", Name="Churn", Account__c=acme, **values)
    world.cycle()

    refresh(world.sync)
    world.cycle()

    assert world.there("objective")[churn]["Progress__c"] == 60
    assert world.there("objective")[churn]["Progress_Basis__c"] == "Own Values"
    assert not world.parked()


def test_templates_have_no_progress(world: World) -> None:
    ours = world.create_here("playbook", name="Onboarding", template=True)
    world.create_here("playbook_task", name="Kick-off", playbook_id=ours, template=True)

    assert not any(refresh(world.sync).values())
    assert world.here("playbook")[ours]["progress"] is None


def test_what_it_writes_may_wait_behind_what_people_write(world: World, tree: dict[str, UUID]) -> None:
    refresh(world.sync)

    with world.transaction() as connection:
        query = select(links.c.bulk, links.c.edited_by).where(links.c.id == tree["plan"])
        assert connection.execute(query).one() == (True, "progress")


@pytest.mark.req("OB-81")
def test_a_changed_current_value_is_dated_on_the_kpi_on_both_sides(world: World, tree: dict[str, UUID]) -> None:
    world.edit_there("objective_kpi", str(world.crm_id(tree["kpi"])), Current_Value__c="2")
    world.cycle()

    assert refresh(world.sync)["objective_kpi"] == 1
    world.cycle()

    assert there(world, "objective_kpi", tree["kpi"], "Last_Progress_Update__c")
    assert refresh(world.sync)["objective_kpi"] == 0
    assert not world.settle().counts.get("landed")


def test_many_objectives_take_no_more_queries_than_one(world: World, statements: list[str]) -> None:
    refresh(world.sync)
    few = len(statements)
    acme = world.create_here("account", name="Acme")
    rows = [{"org_id": world.org_id, "id": world.new_id(), "name": f"O{n}", "account_id": acme} for n in range(300)]
    with world.transaction() as connection:
        connection.execute(world.table("objective").insert(), [{**row, **VALUES} for row in rows])
    statements.clear()

    assert refresh(world.sync)["objective"] == 300
    assert len(statements) == few


VALUES = {"baseline_value": Decimal(0), "current_value": Decimal(1), "target_value": Decimal(2)}


@pytest.fixture
def statements(world: World) -> Any:
    """Every statement that is sent to the database from now on."""
    from sqlalchemy import event

    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(world.engine, "before_cursor_execute", note)
    yield sent
    event.remove(world.engine, "before_cursor_execute", note)

"""Cascades: children take over what changed in their parent, whoever changed it, and nobody else's do."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest

from service.mirror import cascade
from tests.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Two accounts, a plan of the second, an objective of the first with a playbook, its task and a direct task."""

    acme: str
    globex: str
    plan: str
    objective: str
    playbook: str
    task: str
    direct: str
    stranger: str


@pytest.fixture
def family(world: World) -> Family:
    make = world.create_there
    acme, globex = make("account", Name="Acme"), make("account", Name="Globex")
    objective = make("objective", Name="Adopt", Account__c=acme)
    playbook = make("playbook", Name="Launch", Account__c=acme, Objective__c=objective)
    made = Family(
        acme=acme,
        globex=globex,
        plan=make("success_plan", Name="2026", Account__c=globex),
        objective=objective,
        playbook=playbook,
        task=make("playbook_task", Name="Call", Account__c=acme, Playbook__c=playbook),
        direct=make("playbook_task", Name="Mail", Account__c=acme, Objective__c=objective),
        stranger=make(
            "playbook", Name="Other", Account__c=acme, Objective__c=make("objective", Name="X", Account__c=acme)
        ),
    )
    world.settle()
    return made


@pytest.mark.req("OB-54", "OB-55", "OB-56")
def test_what_the_crm_changes_in_an_objective_follows_on_its_playbooks_and_all_its_tasks(
    world: World, family: Family
) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex, Success_Plan__c=family.plan)
    world.settle()
    for noun, crm_id in (
        ("playbook", family.playbook),
        ("playbook_task", family.task),
        ("playbook_task", family.direct),
    ):
        record = world.there(noun)[crm_id]
        assert (record["Account__c"], record["Success_Plan__c"]) == (family.globex, family.plan)
        assert world.here(noun)[world.our_id(crm_id)]["account_id"] == str(world.our_id(family.globex))


@pytest.mark.req("OB-57")
def test_records_of_other_objectives_stay_as_they_are(world: World, family: Family) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex)
    world.settle()
    assert world.there("playbook")[family.stranger]["Account__c"] == family.acme


@pytest.mark.req("OB-54")
def test_a_plan_that_is_cleared_is_cleared_on_the_children(world: World, family: Family) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex, Success_Plan__c=family.plan)
    world.settle()
    world.edit_there("objective", family.objective, Success_Plan__c=None)
    world.settle()
    assert world.there("playbook_task")[family.task]["Success_Plan__c"] is None


@pytest.mark.req("OB-55")
def test_a_plan_that_moves_to_another_account_takes_its_objectives_and_theirs_along(
    world: World, family: Family
) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex, Success_Plan__c=family.plan)
    world.settle()
    world.edit_there("success_plan", family.plan, Account__c=family.acme)
    world.settle()
    assert world.there("objective")[family.objective]["Account__c"] == family.acme
    assert world.there("playbook_task")[family.task]["Account__c"] == family.acme


@pytest.mark.req("OB-12")
def test_a_task_belongs_to_the_objective_that_its_playbook_moves_to(world: World, family: Family) -> None:
    other = world.there("playbook")[family.stranger]["Objective__c"]
    world.edit_there("playbook", family.playbook, Objective__c=other)
    world.settle()
    assert world.there("playbook_task")[family.task]["Objective__c"] == other


@pytest.mark.req("P2", "G3")
def test_the_log_says_whom_a_child_followed(world: World, family: Family) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex)
    world.cycle()
    told = {(line["link_id"], line["reason"]) for line in world.decisions() if line["action"] == "follow"}
    assert (world.our_id(family.playbook), "follows its objective") in told


@pytest.mark.req("OB-56")
def test_200_objectives_that_change_at_once_cost_no_call_more_than_their_records_need(world: World) -> None:
    acme, globex = world.create_there("account", Name="Acme"), world.create_there("account", Name="Globex")
    objectives = [world.create_there("objective", Name=f"O{n}", Account__c=acme) for n in range(200)]
    for objective in objectives:
        world.create_there("playbook_task", Name="T", Account__c=acme, Objective__c=objective)
    world.settle()
    for objective in objectives:
        world.edit_there("objective", objective, Account__c=globex)
    world.settle()
    assert {task["Account__c"] for task in world.there("playbook_task").values()} == {globex}


@pytest.mark.req("G9")
def test_what_would_follow_is_foreseen_exactly_and_nothing_changes(world: World, family: Family) -> None:
    plan, objective = world.our_id(family.plan), world.our_id(family.objective)
    becomes = {"account_id": str(world.our_id(family.globex)), "success_plan_id": str(plan)}
    with world.transaction() as connection:
        foreseen = cascade.foresee(connection, world.sync.mappings, "objective", [objective], becomes)
    expected = {world.our_id(one) for one in (family.playbook, family.task, family.direct)}
    assert {(one.id, one.column) for one in foreseen} == {(i, c) for i in expected for c in becomes}
    assert {one.new for one in foreseen} == set(becomes.values())
    assert world.there("playbook")[family.playbook]["Account__c"] == family.acme


@pytest.mark.req("G9")
def test_nothing_follows_a_column_that_children_do_not_share(world: World, family: Family) -> None:
    objective: UUID = world.our_id(family.objective)
    with world.transaction() as connection:
        assert not cascade.foresee(connection, world.sync.mappings, "objective", [objective], {"name": "New"})


@pytest.mark.req("OB-55", "P2")
def test_the_children_of_a_customer_that_was_deleted_keep_the_account_they_have(world: World, family: Family) -> None:
    objective = world.our_id(family.objective)
    with world.transaction() as connection:
        assert not cascade.foresee(connection, world.sync.mappings, "objective", [objective], {"account_id": None})
    world.edit_there("success_plan", family.plan, Template__c=True, Account__c=None)
    world.settle()
    assert world.here("objective")[objective]["account_id"] == str(world.our_id(family.acme))


@pytest.mark.req("OB-55", "P2")
def test_a_plan_without_an_account_takes_none_from_its_objectives(world: World, family: Family) -> None:
    world.edit_there("objective", family.objective, Account__c=family.globex, Success_Plan__c=family.plan)
    world.settle()
    world.edit_there("success_plan", family.plan, Template__c=True, Account__c=None)
    world.settle()
    assert world.there("objective")[family.objective]["Account__c"] == family.globex

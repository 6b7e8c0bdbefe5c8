"""Repair: what an audit finds is mended as the mapping says, no value is lost, and the next audit finds nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete

from service.domain.merging import Policy
from service.mapping.model import Mappings
from service.store import lock
from service.store.ledger import links, runs
from service.sync.audit import Audit, audit
from service.sync.follow import FOLLOW
from service.sync.load import Vanished
from service.sync.look import Looked
from service.sync.repair import Mender, repair
from service.sync.run import Busy, running
from tests.sync import planting
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.sync.test_audit import plant
from tests.world import World


def run(world: World) -> Audit:
    """Repair a world a while after its last cycle."""
    world.pass_time(seconds=120)
    return repair(world.sync, now=world.clock.now(), clock=world.clock.now)


def clean(world: World) -> bool:
    """Say whether both sides hold the same and nothing is under way."""
    world.settle()
    made = audit(world.sync, now=world.clock.now())
    return not made.found and not made.waiting


def with_policy(world: World, noun: str, column: str, policy: Policy) -> None:
    """Let a field's conflicts be decided in another way."""
    assert world.mappings
    mapping = world.mappings[noun]
    fields = tuple(replace(f, conflict=policy) if f.column == column else f for f in mapping.fields)
    objects = tuple(replace(m, fields=fields) if m is mapping else m for m in world.mappings)
    world.mappings = Mappings(objects=objects)
    world.sync = world.new_sync()


def test_the_crms_value_is_taken_where_the_mapping_lets_it_win(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    planting.change_here(world, "objective", ours, title="Other")

    made = run(world)

    assert made.repaired == {"repair": 1}
    assert world.here("objective")[ours]["title"] is None
    assert clean(world)


@pytest.mark.req("OB-54")
def test_the_children_follow_what_is_taken_from_the_crm(world: World, customer: Customer) -> None:
    playbook = world.create_there(
        "playbook", Name="Launch", Account__c=customer.account, Objective__c=customer.objective
    )
    other = world.create_there("success_plan", Name="Renew", Account__c=customer.account)
    world.settle()
    planting.change_there(world, "objective", customer.objective, Success_Plan__c=other)

    run(world)

    assert world.here("playbook")[customer.here(playbook)]["success_plan_id"] == str(customer.here(other))
    assert [(line["link_id"], line["field"]) for line in world.decisions() if line["action"] == FOLLOW] == [
        (customer.here(playbook), "success_plan_id")
    ]
    assert clean(world)


def test_our_value_is_sent_where_the_mapping_lets_it_win(world: World, customer: Customer) -> None:
    with_policy(world, "objective", "title", Policy.OURS)
    planting.change_here(world, "objective", customer.here(customer.objective), title="Ours")

    run(world)

    assert clean(world)
    assert world.there("objective")[customer.objective]["Title__c"] == "Ours"


def test_what_only_one_side_writes_is_restored_from_it(world: World, customer: Customer) -> None:
    ours = customer.here(customer.account)
    world.edit_here("account", ours, mrr="10.5")
    world.settle()
    planting.change_there(world, "account", customer.account, MRR__c="11", Name="Acme Corp")

    run(world)

    assert clean(world)
    row = world.there("account")[customer.account]
    assert (str(row["MRR__c"]), world.here("account")[ours]["name"]) == ("10.5", "Acme Corp")


@pytest.mark.req("P2")
def test_a_field_that_asks_goes_into_the_inbox_and_nothing_is_overwritten(world: World, customer: Customer) -> None:
    planting.change_there(world, "objective_kpi", customer.kpi, Target_Value__c="30")

    run(world)

    [question] = world.parked()
    assert (question["kind"], question["field"]) == ("conflict", "target_value")
    assert question["details"] == {"base": "25.5", "ours": "25.5", "theirs": "30"}
    again = run(world)
    assert (again.found, [f.kind for f in again.waiting]) == ([], ["fields differ"])


def test_what_the_ledger_believed_wrongly_is_corrected_and_nothing_is_sent(world: World, customer: Customer) -> None:
    planting.misremember(world, customer.here(customer.objective), title="Never said")

    run(world)
    road = Road(world)

    assert clean(world)
    assert road.writes == []


def test_what_one_side_lost_is_taken_in_or_deleted(world: World, customer: Customer) -> None:
    plan = world.create_there("success_plan", Name="Second", Account__c=customer.account)
    world.settle()
    lost = world.our_id(plan)
    planting.lose_here(world, "objective_kpi", customer.here(customer.kpi))
    planting.lose_there(world, "success_plan", plan)

    run(world)

    assert customer.here(customer.kpi) in world.here("objective_kpi")
    assert lost not in world.here("success_plan")
    assert clean(world)


def test_a_record_without_a_link_is_created_there(world: World, customer: Customer) -> None:
    made = world.create_here("objective", name="Unheard", account_id=customer.here(customer.account))
    with world.transaction() as connection:
        connection.execute(delete(links).where(links.c.id == made))

    run(world)

    assert clean(world)
    assert world.crm_id(made) in world.there("objective")


def test_a_deletion_that_never_reached_the_crm_is_sent_again(world: World, customer: Customer) -> None:
    ours = customer.here(customer.kpi)
    world.delete_here("objective_kpi", ours)
    planting.believe_clean(world, ours)

    run(world)

    assert clean(world)
    assert world.there("objective_kpi") == {}


@pytest.mark.req("P2")
def test_every_repair_is_logged_with_all_three_values_in_a_run_of_its_own(world: World, customer: Customer) -> None:
    planting.change_here(world, "objective", customer.here(customer.objective), title="Other")

    run(world)

    line = world.decisions()[-1]
    assert (line["action"], line["field"], line["base"], line["ours"], line["theirs"]) == (
        "repair",
        "title",
        None,
        "Other",
        None,
    )
    assert line["reason"] == "an audit found it; the mapping lets the CRM win"
    with world.transaction() as connection:
        kind = connection.execute(runs.select().where(runs.c.id == line["run_id"])).one().kind
    assert kind == "repair"


def test_what_is_under_way_is_left_to_the_sync(world: World, customer: Customer) -> None:
    world.edit_here("objective", customer.here(customer.objective), title="Edited")

    made = run(world)

    assert made.repaired == {}
    assert clean(world)
    assert world.there("objective")[customer.objective]["Title__c"] == "Edited"


def test_a_record_edited_here_while_it_is_looked_at_is_left(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    planting.change_here(world, "objective", ours, title="Other")
    now = world.clock.now()

    with running(world.sync, "repair", now=now, clock=world.clock.now) as run:
        mender = Mender(sync=world.sync, journal=run.journal)

        def mend(looked: Sequence[Looked]) -> None:
            world.edit_here("objective", ours, title="Newest")
            mender.mend(looked)

        audit(world.sync, now=now, act=mend)

    assert run.journal.counts == {"left as it is": 1}
    assert world.here("objective")[ours]["title"] == "Newest"


def test_a_reference_to_what_is_not_here_is_left(world: World, customer: Customer) -> None:
    stranger = world.create_there("account", Name="Stranger")
    planting.change_there(world, "objective", customer.objective, Account__c=stranger)
    world.pass_time(seconds=120)

    made = run(world)

    assert made.repaired == {"left as it is": 1}


@pytest.mark.req("P3")
def test_a_landslide_is_not_believed(world: World) -> None:
    world.org.insert_many(world.admin, "Account", [{"Name": f"Account {n}"} for n in range(40)])
    world.settle()
    for crm_id in sorted(world.there("account"))[:30]:
        planting.lose_there(world, "account", crm_id)

    with pytest.raises(Vanished):
        run(world)

    assert len(world.here("account")) == 40


def test_no_sync_runs_beside_it(world: World, customer: Customer) -> None:
    with lock.held(world.engine, world.org_id), pytest.raises(Busy):
        run(world)


@pytest.mark.req("P1")
def test_fifty_planted_differences_are_mended(world: World, customer: Customer) -> None:
    rows = [{"Name": f"Objective {n}", "Account__c": customer.account} for n in range(300)]
    world.org.insert_many(world.admin, world.crm("objective"), rows)
    world.settle()
    for place, crm_id in enumerate(random.Random(7).sample(sorted(world.there("objective")), 50)):
        plant(world, place, crm_id)

    assert run(world).differences == 50

    assert clean(world)

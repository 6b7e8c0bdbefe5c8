"""Decide: the chosen value ends up on both sides, the other one in the log, and nothing is decided unseen."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from service.domain.merging import Policy
from service.mapping.model import Mappings
from service.sync.decide import Changed, Choice, Side, Undecidable, decide
from tests.sync.conftest import Customer
from tests.sync.test_inbox import asked, clash
from tests.sync.test_repair import with_policy
from tests.world import World


def choose(world: World, take: Side, **seen: str) -> int:
    """Decide everything that waits in the same way."""
    choices = [Choice(id=each.id, field=each.field, take=take, **seen) for each in asked(world)]
    return decide(world.sync, choices, by="eve@example.com", now=world.clock.now())


def kpi(world: World, customer: Customer) -> tuple[object, object]:
    """Return the target that each side holds, ours first."""
    here = world.here("objective_kpi")[customer.here(customer.kpi)]["target_value"]
    return here, str(world.there("objective_kpi")[customer.kpi]["Target_Value__c"]).removesuffix(".0")


def test_the_crms_value_becomes_ours_at_once_and_nothing_is_sent(world: World, customer: Customer) -> None:
    clash(world, customer)

    assert choose(world, Side.THEIRS) == 1

    assert kpi(world, customer) == ("30", "30")
    assert world.parked() == []
    assert world.cycle().counts == {}


@pytest.mark.req("OB-54")
def test_the_children_follow_the_value_that_was_chosen(world: World, customer: Customer) -> None:
    with_policy(world, "objective", "success_plan_id", Policy.ASK)
    playbook = world.create_there(
        "playbook", Name="Launch", Account__c=customer.account, Objective__c=customer.objective
    )
    other = world.create_there("success_plan", Name="Renew", Account__c=customer.account)
    world.settle()
    world.edit_there("objective", customer.objective, Success_Plan__c=other)
    world.edit_here("objective", customer.here(customer.objective), success_plan_id=None)
    world.cycle()

    assert choose(world, Side.THEIRS) == 1
    assert world.here("playbook")[customer.here(playbook)]["success_plan_id"] == str(customer.here(other))
    world.settle()
    assert world.there("playbook")[playbook]["Success_Plan__c"] == other


def test_our_value_goes_to_the_crm_with_the_next_sync(world: World, customer: Customer) -> None:
    clash(world, customer)

    choose(world, Side.OURS)
    world.settle()

    assert kpi(world, customer) == ("40", "40")
    assert world.parked() == []
    assert world.cycle().counts == {}


@pytest.mark.req("P2")
@pytest.mark.parametrize("take", list(Side))
def test_the_log_keeps_both_values_the_base_and_who_decided(world: World, customer: Customer, take: Side) -> None:
    clash(world, customer)

    choose(world, take)

    line = world.decisions()[-1]
    assert (line["action"], line["field"]) == (f"decided: {take} won", "target_value")
    assert (line["base"], line["ours"], line["theirs"]) == ("25.5", "40", "30")
    assert line["reason"].startswith("decided by eve@example.com; changed on both sides")


def test_another_edit_of_the_record_is_still_sent_after_the_crm_won(world: World, customer: Customer) -> None:
    clash(world, customer)
    world.edit_here("objective_kpi", customer.here(customer.kpi), description="Seats in use")

    choose(world, Side.THEIRS)
    world.settle()

    assert kpi(world, customer) == ("30", "30")
    assert world.there("objective_kpi")[customer.kpi]["Description__c"] == "Seats in use"


def test_what_changed_since_it_was_seen_is_not_decided(world: World, customer: Customer) -> None:
    clash(world, customer)
    [conflict] = asked(world)
    world.edit_here("objective_kpi", customer.here(customer.kpi), target_value=41)

    with pytest.raises(Changed, match=r"target_value of objective_kpi .* has changed since it was shown"):
        choose(world, Side.THEIRS, seen=conflict.seen)

    assert len(asked(world)) == 1


def test_what_waits_no_more_is_not_decided_and_neither_is_the_rest(world: World, customer: Customer) -> None:
    clash(world, customer)
    [conflict] = asked(world)
    choices = [Choice(id=conflict.id, field=field, take=Side.THEIRS) for field in ("target_value", "description")]

    with pytest.raises(Changed, match=r"Nothing is to be decided about .*description any more"):
        decide(world.sync, choices, by="eve", now=world.clock.now())

    assert len(asked(world)) == 1


def test_an_edit_there_after_our_value_was_chosen_is_asked_about_again(world: World, customer: Customer) -> None:
    clash(world, customer)
    choose(world, Side.OURS)
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=31)

    world.settle()

    [conflict] = asked(world)
    assert (conflict.ours, conflict.theirs) == ("40", "31")


def delete_there_and_edit_here(world: World, customer: Customer) -> UUID:
    """Let the CRM delete a record that was edited here."""
    ours = customer.here(customer.kpi)
    world.delete_there(customer.kpi)
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.cycle()
    return ours


def test_a_record_deleted_there_can_be_created_again_under_the_same_key(world: World, customer: Customer) -> None:
    ours = delete_there_and_edit_here(world, customer)

    choose(world, Side.OURS)
    world.settle()

    [(crm_id, row)] = world.there("objective_kpi").items()
    assert crm_id != customer.kpi
    assert (world.crm_id(ours), row["Plansync_Id__c"]) == (crm_id, str(ours))
    assert (row["Description__c"], row["Objective__c"]) == ("Seats in use", customer.objective)
    assert (world.parked(), world.cycle().counts) == ([], {})


@pytest.mark.req("P3")
def test_a_deletion_there_can_be_accepted_although_it_was_edited_here(world: World, customer: Customer) -> None:
    delete_there_and_edit_here(world, customer)

    choose(world, Side.THEIRS)

    assert (world.here("objective_kpi"), world.parked()) == ({}, [])
    assert world.cycle().counts == {}
    assert world.there("objective_kpi") == {}


def test_a_record_that_the_mapping_does_not_create_cannot_be_kept(world: World, customer: Customer) -> None:
    assert world.mappings
    ours = delete_there_and_edit_here(world, customer)
    kept = [replace(m, pushes_creates=False) if m.name == "objective_kpi" else m for m in world.mappings]
    world.mappings = Mappings(objects=tuple(kept))
    world.sync = world.new_sync()

    with pytest.raises(Undecidable, match="does not create objective_kpi records"):
        choose(world, Side.OURS)

    assert world.crm_id(ours) == customer.kpi


def delete_here_and_edit_there(world: World, customer: Customer) -> UUID:
    """Let us delete a record that was edited in the CRM."""
    ours = customer.here(customer.kpi)
    world.edit_there("objective_kpi", customer.kpi, Description__c="Seats sold")
    world.delete_here("objective_kpi", ours)
    world.cycle()
    return ours


def test_a_record_deleted_here_can_be_deleted_there_too(world: World, customer: Customer) -> None:
    delete_here_and_edit_there(world, customer)

    choose(world, Side.OURS)
    world.settle()

    assert (world.there("objective_kpi"), world.parked()) == ({}, [])


def test_a_record_deleted_here_can_be_taken_back(world: World, customer: Customer) -> None:
    ours = delete_here_and_edit_there(world, customer)

    choose(world, Side.THEIRS)

    row = world.here("objective_kpi")[ours]
    assert (row["description"], row["objective_id"]) == ("Seats sold", str(customer.here(customer.objective)))
    assert (world.parked(), world.cycle().counts) == ([], {})
    world.edit_here("objective_kpi", ours, description="Seats again")
    world.settle()
    assert world.there("objective_kpi")[customer.kpi]["Description__c"] == "Seats again"


def test_a_record_whose_parent_is_not_here_cannot_be_taken_back(world: World, customer: Customer) -> None:
    delete_here_and_edit_there(world, customer)
    world.delete_here("objective", customer.here(customer.objective))

    with pytest.raises(Undecidable, match=r"points at .* which is not here"):
        choose(world, Side.THEIRS)


def test_a_field_of_a_record_deleted_here_meanwhile_is_not_decided(world: World, customer: Customer) -> None:
    clash(world, customer)
    world.delete_here("objective_kpi", customer.here(customer.kpi))

    with pytest.raises(Undecidable, match="was deleted here meanwhile"):
        choose(world, Side.OURS)

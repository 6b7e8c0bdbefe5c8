"""Inbox: each question with what both sides hold, what they had agreed on, and who wrote."""

from __future__ import annotations

from service.store.database import transaction
from service.sync.inbox import Conflict, conflicts
from tests.sync.conftest import Customer
from tests.world import World


def asked(world: World, **which: object) -> list[Conflict]:
    """Return what waits for a person."""
    assert world.mappings
    with world.transaction() as connection:
        return conflicts(connection, world.mappings, **which)  # type: ignore[arg-type]


def clash(world: World, customer: Customer) -> None:
    """Let both sides change a field whose mapping says ask."""
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=30)
    with transaction(world.engine, world.org_id, by="ada@example.com") as connection:
        table = world.table("objective_kpi")
        connection.execute(table.update().where(table.c.id == customer.here(customer.kpi)).values(target_value=40))
    world.cycle()


def test_a_field_conflict_shows_all_three_values_and_who_wrote_here(world: World, customer: Customer) -> None:
    clash(world, customer)

    [conflict] = asked(world)

    assert (conflict.object, conflict.id, conflict.crm_id) == (
        "objective_kpi",
        customer.here(customer.kpi),
        customer.kpi,
    )
    assert (conflict.field, conflict.base, conflict.ours, conflict.theirs) == ("target_value", "25.5", "40", "30")
    assert conflict.name
    assert conflict.ours_by == "ada@example.com"
    assert conflict.ours_at is not None


def test_who_wrote_there_is_told_by_name_and_when(world: World, customer: Customer) -> None:
    clash(world, customer)

    [conflict] = asked(world)

    [admin] = [row["name"] for row in world.here("user").values() if row["name"] != "Integration User"]
    assert conflict.theirs_by == admin
    assert conflict.theirs_at is not None


def test_what_stands_here_now_is_shown_and_the_token_changes_with_it(world: World, customer: Customer) -> None:
    clash(world, customer)
    [before] = asked(world)
    world.edit_here("objective_kpi", customer.here(customer.kpi), target_value=41)

    [after] = asked(world)

    assert after.ours == "41"
    assert before.seen != after.seen
    assert [conflict.seen for conflict in asked(world)] == [after.seen]


def test_a_record_deleted_there_shows_what_was_edited_here(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)
    world.edit_here("objective_kpi", customer.here(customer.kpi), description="Seats in use")
    world.cycle()

    [conflict] = asked(world)

    assert (conflict.field, conflict.code) == ("", "DELETED_THERE")
    assert (conflict.base, conflict.ours, conflict.theirs) == (
        {"description": "Seats"},
        {"description": "Seats in use"},
        None,
    )


def test_a_record_deleted_here_shows_what_was_edited_there(world: World, customer: Customer) -> None:
    world.edit_there("objective_kpi", customer.kpi, Description__c="Seats sold")
    world.delete_here("objective_kpi", customer.here(customer.kpi))
    world.cycle()

    [conflict] = asked(world)

    assert (conflict.code, conflict.ours, conflict.theirs) == ("EDITED_THERE", None, {"description": "Seats sold"})


def test_questions_can_be_narrowed_to_an_object_or_a_record(world: World, customer: Customer) -> None:
    clash(world, customer)

    assert asked(world, noun="objective") == []
    assert len(asked(world, noun="objective_kpi", ids=[customer.here(customer.kpi)], limit=1)) == 1


def test_what_only_waits_is_no_question(world: World, customer: Customer) -> None:
    world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    world.settle()

    assert len(world.parked()) == 1
    assert asked(world) == []

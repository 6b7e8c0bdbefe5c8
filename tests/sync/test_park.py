"""Parking: what waits says why, lets everything else pass, and goes on by itself once it can."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from service.store.ledger import parked
from service.sync import park
from service.sync.park import Parked, Why
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


@pytest.fixture
def asked(world: World, customer: Customer) -> UUID:
    """A KPI whose target both sides changed: 30 here, 40 there."""
    ours = customer.here(customer.kpi)
    world.edit_here("objective_kpi", ours, target_value="30")
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=40)
    world.cycle()
    return ours


@pytest.mark.req("P2")
def test_a_field_that_asks_is_parked_with_all_three_values_and_neither_side_is_overwritten(
    world: World, customer: Customer, asked: UUID
) -> None:
    [item] = world.parked()

    assert (item["link_id"], item["field"], item["kind"]) == (asked, "target_value", "conflict")
    assert item["details"] == {
        "base": "25.5",
        "ours": "30",
        "theirs": "40",
        "by": world.org.user_id("admin@example.com"),
        "at": world.there("objective_kpi")[customer.kpi]["SystemModstamp"][:19] + "+00:00",
    }
    assert world.here("objective_kpi")[asked]["target_value"] == "30"
    assert world.there("objective_kpi")[customer.kpi]["Target_Value__c"] == 40


def test_the_other_fields_of_a_record_that_asks_go_on_both_ways(world: World, customer: Customer, asked: UUID) -> None:
    world.edit_here("objective_kpi", asked, description="Seats in use")
    world.edit_there("objective_kpi", customer.kpi, Blocked__c=True)

    road = Road(world)
    world.settle()

    assert world.here("objective_kpi")[asked]["blocked"] is True
    assert world.there("objective_kpi")[customer.kpi]["Description__c"] == "Seats in use"
    assert all("Target_Value__c" not in write["body"] for write in road.writes)
    assert [item["field"] for item in world.parked()] == ["target_value"]


def test_a_conflict_is_over_when_our_value_is_entered_there(world: World, customer: Customer, asked: UUID) -> None:
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=30)

    world.cycle()

    assert world.parked() == []


def test_a_conflict_is_over_when_their_value_is_entered_here(world: World, customer: Customer, asked: UUID) -> None:
    world.edit_here("objective_kpi", asked, target_value="40")

    world.cycle()

    assert world.parked() == []
    assert world.cycle(after=120).counts == {}


def test_a_conflict_is_over_when_a_third_value_is_entered_on_both_sides(
    world: World, customer: Customer, asked: UUID
) -> None:
    world.edit_here("objective_kpi", asked, target_value="35")
    world.edit_there("objective_kpi", customer.kpi, Target_Value__c=35)

    world.cycle()

    assert world.parked() == []


def test_a_conflict_of_a_record_that_is_deleted_is_over(world: World, customer: Customer, asked: UUID) -> None:
    world.delete_here("objective_kpi", asked)
    world.delete_there(customer.kpi)

    world.settle()

    assert world.parked() == []


@pytest.mark.req("P2")
def test_a_record_deleted_there_and_edited_here_goes_on_when_it_is_undeleted(world: World, customer: Customer) -> None:
    ours = customer.here(customer.kpi)
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.delete_there(customer.kpi)
    world.settle()
    assert [item["code"] for item in world.parked()] == ["DELETED_THERE"]

    world.org.writer.undelete(world.admin, customer.kpi)
    world.settle()

    assert world.parked() == []
    assert world.there("objective_kpi")[customer.kpi]["Description__c"] == "Seats in use"


def test_further_edits_here_do_not_free_a_record_that_was_deleted_there(world: World, customer: Customer) -> None:
    ours = customer.here(customer.kpi)
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.delete_there(customer.kpi)
    world.settle()
    road = Road(world)

    world.edit_here("objective_kpi", ours, description="Once more")
    world.cycle()

    assert road.writes == []
    assert [item["code"] for item in world.parked()] == ["DELETED_THERE"]


def test_a_record_deleted_there_and_edited_here_is_over_when_it_is_deleted_here(
    world: World, customer: Customer
) -> None:
    ours = customer.here(customer.kpi)
    world.edit_here("objective_kpi", ours, description="Seats in use")
    world.delete_there(customer.kpi)
    world.settle()

    world.delete_here("objective_kpi", ours)
    world.settle()

    assert world.parked() == []


@pytest.fixture
def dropped(world: World, customer: Customer) -> UUID:
    """A KPI that was deleted here and edited there."""
    ours = customer.here(customer.kpi)
    world.delete_here("objective_kpi", ours)
    world.edit_there("objective_kpi", customer.kpi, Description__c="Still needed")
    world.settle()
    assert [item["code"] for item in world.parked()] == ["EDITED_THERE"]
    return ours


def test_a_record_deleted_here_and_edited_there_is_over_when_it_is_deleted_there(
    world: World, customer: Customer, dropped: UUID
) -> None:
    world.delete_there(customer.kpi)

    world.settle()

    assert world.parked() == []


def test_a_record_deleted_here_and_edited_there_meets_again_when_it_is_restored_here(
    world: World, customer: Customer, dropped: UUID
) -> None:
    with world.transaction() as connection:
        restored = {"id": dropped, "objective_id": customer.here(customer.objective), "description": "Seats"}
        connection.execute(world.table("objective_kpi").insert().values(org_id=world.org_id, **restored))

    world.settle()

    assert world.parked() == []
    assert world.here("objective_kpi")[dropped]["description"] == "Still needed"


def test_each_refusal_of_the_same_kind_moves_the_next_try_further_away(
    world: World, org_id: UUID, now: datetime
) -> None:
    item = Parked(link_id=uuid4(), object="objective", why=Why.REFUSED, code="X", reason="no", version=1)

    waits = []
    for _ in range(len(park.DELAYS) + 1):
        with world.transaction() as connection:
            park.park(connection, world.org_id, [item], now=now)
            row = connection.execute(select(parked)).mappings().one()
            waits.append((row["attempts"], row["retry_at"] - now))

    seconds = [*park.DELAYS, park.DELAYS[-1]]
    assert waits == [(tries, timedelta(seconds=wait)) for tries, wait in enumerate(seconds, 1)]


def test_another_reason_counts_its_tries_anew(world: World, now: datetime) -> None:
    item = Parked(link_id=uuid4(), object="objective", why=Why.WAITING, code="X", reason="no", version=1)

    with world.transaction() as connection:
        park.park(connection, world.org_id, [item, item], now=now)
        park.park(connection, world.org_id, [_as(item, Why.DELETED)], now=now)
        row = connection.execute(select(parked)).mappings().one()

    assert (row["attempts"], row["kind"], row["retry_at"]) == (1, "deleted", None)


def test_only_what_is_not_for_a_person_can_be_told_to_go_at_once(world: World, now: datetime) -> None:
    refused = Parked(link_id=uuid4(), object="objective", why=Why.REFUSED, code="X", reason="no", version=1)
    deleted = Parked(link_id=uuid4(), object="objective", why=Why.DELETED, code="X", reason="no", version=1)

    with world.transaction() as connection:
        park.park(connection, world.org_id, [refused, refused, deleted], now=now)
        others = park.retry_now(connection, now=now, ids=[deleted.link_id])
        freed = park.retry_now(connection, now=now)
        left = connection.execute(select(parked.c.retry_at).where(parked.c.link_id == refused.link_id)).scalar_one()

    assert (others, freed, left) == (0, 1, now)


def test_a_refused_record_is_tried_again_by_itself_once_its_time_has_come(world: World, customer: Customer) -> None:
    world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    world.settle()
    [item] = world.parked()
    tries = item["attempts"]

    world.cycle()
    assert [p["attempts"] for p in world.parked()] == [tries]
    world.cycle(after=86_400)

    assert [p["attempts"] for p in world.parked()] == [tries + 1]


@pytest.fixture
def refused(world: World, customer: Customer) -> UUID:
    """An objective whose name was changed here to one that is too long for the CRM."""
    ours = customer.here(customer.objective)
    world.edit_here("objective", ours, name="N" * 81)
    world.cycle()
    assert [item["kind"] for item in world.parked()] == ["refused"]
    return ours


@pytest.mark.req("P2")
def test_a_refusal_is_over_when_the_value_of_the_crm_wins(world: World, customer: Customer, refused: UUID) -> None:
    world.edit_there("objective", customer.objective, Name="Entered there")

    world.cycle()

    assert world.here("objective")[refused]["name"] == "Entered there"
    assert world.parked() == []


@pytest.mark.req("P2")
def test_a_refusal_is_over_when_the_edit_is_taken_back(world: World, customer: Customer, refused: UUID) -> None:
    world.edit_here("objective", refused, name=world.there("objective")[customer.objective]["Name"])

    world.cycle()

    assert world.parked() == []


def test_nothing_is_parked_released_or_asked_without_records(world: World, now: datetime) -> None:
    with world.transaction() as connection:
        park.park(connection, world.org_id, [], now=now)
        park.release(connection, [])
        park.release_fields(connection, {})

        assert park.asked_fields(connection, []) == {}
        assert park.waiting(connection, now=now) == {}


def _as(item: Parked, why: Why) -> Parked:
    return Parked(
        link_id=item.link_id, object=item.object, why=why, code=item.code, reason=item.reason, version=item.version
    )

"""Merges in the CRM: the losers' children hang on the winner, whether their clocks moved or not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.localorg.faults import model
from service.store.ledger import links
from tests.sync.conftest import Customer
from tests.world import World

pytestmark = pytest.mark.req("P1")


@pytest.fixture
def winner(customer: Customer) -> str:
    """Another account, which both sides know."""
    crm_id = customer.world.create_there("account", Name="Acme Corporation")
    customer.world.settle()
    return crm_id


def merge(world: World, winner: str, *losers: str, moves_clock: bool = False) -> None:
    """Merge accounts in the CRM."""
    world.org.writer.merge(world.admin, winner, losers, moves_children_clock=moves_clock)


def accounts_of(world: World, noun: str) -> set[object]:
    """Return the accounts that our records of a noun point at."""
    return {row["account_id"] for row in world.here(noun).values()}


@pytest.mark.parametrize("moves_clock", [True, False])
def test_what_hung_on_the_loser_hangs_on_the_winner(customer: Customer, winner: str, moves_clock: bool) -> None:
    world, loser = customer.world, customer.here(customer.account)
    merge(world, winner, customer.account, moves_clock=moves_clock)

    world.settle()

    ours = world.our_id(winner)
    assert list(world.here("account")) == [ours]
    assert accounts_of(world, "success_plan") == accounts_of(world, "objective") == {str(ours)}
    with world.transaction() as connection:
        assert connection.execute(select(links.c.merged_into).where(links.c.id == loser)).scalar_one() == ours
    assert world.parked() == []
    assert world.cycle().counts == {}


def test_what_the_crm_does_not_know_yet_is_turned_to_the_winner_and_sent(customer: Customer, winner: str) -> None:
    world = customer.world
    world.create_here("objective", name="Not there yet", account_id=customer.here(customer.account))
    merge(world, winner, customer.account)

    world.settle()

    there = {row["Name"]: row["Account__c"] for row in world.there("objective").values()}
    assert there == {"Adopt": winner, "Not there yet": winner}
    assert world.parked() == []


def test_an_edit_of_ours_on_a_child_survives_the_merge(customer: Customer, winner: str) -> None:
    world = customer.world
    world.edit_here("objective", customer.here(customer.objective), status="Paused")
    merge(world, winner, customer.account)

    world.settle()

    there = world.there("objective")[customer.objective]
    assert (there["Status__c"], there["Account__c"]) == ("Paused", winner)


def test_a_winner_that_was_merged_itself_is_followed_to_the_last(customer: Customer, winner: str) -> None:
    world = customer.world
    last = world.create_there("account", Name="Acme Holding")
    merge(world, winner, customer.account)
    merge(world, last, winner)

    world.settle()

    assert accounts_of(world, "objective") == {str(world.our_id(last))}
    assert len(world.here("account")) == 1


@pytest.mark.req("P2")
def test_a_loser_that_was_purged_meanwhile_leaves_its_children_to_tell(customer: Customer, winner: str) -> None:
    world = customer.world
    merge(world, winner, customer.account)
    world.org.writer.hard_delete(world.admin, customer.account)

    world.settle()

    assert accounts_of(world, "objective") == {str(world.our_id(winner))}


def test_a_plain_delete_of_a_contact_is_no_merge(customer: Customer) -> None:
    world = customer.world
    contact = world.create_there("contact", LastName="Doe", AccountId=customer.account)
    world.settle()
    world.delete_there(contact)

    world.settle()

    assert world.here("contact") == {}
    assert not any(item["action"] == "merged" for item in world.decisions())


def test_many_children_are_all_turned_however_many_pages_they_take(customer: Customer, winner: str) -> None:
    world = customer.world
    for number in range(30):
        world.create_there("objective", Name=f"Aim {number}", Account__c=customer.account)
    world.settle()
    world.org.faults.set(rates={"short_page": 1.0})
    merge(world, winner, customer.account)

    world.settle()

    assert accounts_of(world, "objective") == {str(world.our_id(winner))}


def test_many_losers_are_all_followed_however_many_pages_tell_their_winners(
    customer: Customer, winner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = customer.world
    for bound in ("FEWEST", "MOST"):
        monkeypatch.setattr(model, bound, 2)
    others = [world.create_there("account", Name=f"Acme {number}") for number in range(6)]
    for account in others:
        world.create_there("objective", Name="Aim", Account__c=account)
    world.settle()
    for account in others:
        world.create_here("objective", name="Not there yet", account_id=customer.here(account))
        merge(world, winner, account)
    world.org.faults.set(rates={"short_page": 1.0})

    world.settle()

    assert accounts_of(world, "objective") == {str(customer.here(customer.account)), str(world.our_id(winner))}
    assert world.parked() == []


def test_a_winner_that_is_gone_by_now_leaves_nothing_to_turn_to(customer: Customer, winner: str) -> None:
    world = customer.world
    contact = world.create_there("contact", LastName="Doe", AccountId=winner)
    world.settle()
    last = world.create_there("contact", LastName="Roe", AccountId=winner)
    world.org.writer.merge(world.admin, last, (contact,))
    world.delete_there(last)
    world.org.writer.hard_delete(world.admin, last)

    world.settle()

    assert world.here("contact") == {}


def test_a_deletion_that_is_told_twice_is_followed_once(customer: Customer) -> None:
    world = customer.world
    contact = world.create_there("contact", LastName="Doe", AccountId=customer.account)
    world.settle()
    world.delete_there(contact)
    first, again = world.cycle(after=1), world.cycle(after=1)

    assert (first.counts["delete here"], again.api_calls, again.counts) == (1, 1, {})

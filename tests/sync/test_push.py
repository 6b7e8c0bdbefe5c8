"""Push: what changed here lands, in the right order, on a base that is known, or waits with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from requests import Response
from requests.exceptions import ConnectionError as ConnectionBroken

from service.crm.errors import Retryable
from service.sync import push
from tests.sync.conftest import Customer
from tests.sync.road import Cut, Part, Road, is_write, parts_of, rows_of, writes_in
from tests.world import World


def test_only_changed_fields_are_sent_and_under_a_condition(world: World, customer: Customer) -> None:
    road = Road(world)

    world.edit_here("objective", customer.here(customer.objective), status="Paused")
    world.cycle()

    [write] = road.writes
    assert write["body"] == {"Status__c": "Paused"}
    assert "If-Unmodified-Since" in write["httpHeaders"]


def test_fields_that_only_we_write_go_as_a_collection_without_a_condition(world: World, customer: Customer) -> None:
    road = Road(world)

    world.edit_here("account", customer.here(customer.account), mrr="500.25", health_score="71.5")
    world.cycle()

    [write] = road.writes
    assert rows_of(write) == [{"id": customer.account, "MRR__c": 500.25, "Health_Score__c": 71.5}]


@pytest.mark.req("P2")
def test_a_record_edited_there_between_reading_and_writing_is_merged_in_the_same_cycle(
    world: World, customer: Customer
) -> None:
    ours = customer.here(customer.objective)
    Road(world, before=_once(is_write, lambda: _edit_and_wait(world, customer.objective)))

    world.edit_here("objective", ours, status="Paused")
    report = world.cycle()

    there = world.there("objective")[customer.objective]
    assert (there["Name"], there["Status__c"]) == ("Theirs", "Paused")
    assert world.here("objective")[ours]["name"] == "Theirs"
    assert (report.counts["out of step"], report.counts["landed"]) == (1, 1)


@pytest.mark.req("P10")
def test_a_record_that_keeps_changing_there_is_given_up_after_three_tries_and_lands_when_it_rests(
    world: World, customer: Customer
) -> None:
    ours = customer.here(customer.objective)
    road = Road(world, before=lambda parts: _edit_and_wait(world, customer.objective) if writes_in(parts) else None)

    world.edit_here("objective", ours, status="Paused")
    report = world.cycle()

    assert report.counts["out of step"] == push.ROUNDS == len(road.writes)
    assert world.there("objective")[customer.objective]["Status__c"] == "Not Started"
    Road(world)
    world.cycle()
    assert world.there("objective")[customer.objective]["Status__c"] == "Paused"


@pytest.mark.req("P2")
def test_a_hot_base_is_not_written_on_but_read_again_two_seconds_later(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    world.pass_time(seconds=61)
    world.edit_there("objective", customer.objective, Name="Theirs")
    world.edit_here("objective", ours, status="Paused")
    road = Road(world)

    world.cycle(after=0.5)

    assert world.waits == [2.0]
    assert len(road.writes) == 1
    assert world.here("objective")[ours]["name"] == "Theirs"
    there = world.there("objective")[customer.objective]
    assert (there["Name"], there["Status__c"]) == ("Theirs", "Paused")


def test_a_second_edit_soon_after_our_own_write_is_read_again_before_it_is_sent(
    world: World, customer: Customer
) -> None:
    ours = customer.here(customer.objective)
    world.edit_here("objective", ours, status="Paused")
    world.cycle(after=0)
    world.edit_here("objective", ours, status="In Progress")

    world.settle()

    assert world.there("objective")[customer.objective]["Status__c"] == "In Progress"


@pytest.mark.req("P4")
def test_a_create_whose_answer_got_lost_is_looked_up_by_its_key(world: World, customer: Customer) -> None:
    made = world.create_here("objective", name="Lost", account_id=customer.here(customer.account))
    Deaf(world)

    with pytest.raises(Retryable):
        world.cycle()
    road = Road(world)
    world.cycle(after=1)

    assert world.crm_id(made) in world.there("objective")
    assert [row["Name"] for row in world.there("objective").values()].count("Lost") == 1
    assert road.writes == []


@pytest.mark.req("P4")
def test_a_create_that_never_arrived_is_sent_again(world: World, customer: Customer) -> None:
    made = world.create_here("objective", name="Lost", account_id=customer.here(customer.account))
    Cut(world)

    with pytest.raises(Retryable):
        world.cycle()
    Road(world)
    world.cycle(after=1)

    assert world.there("objective")[world.crm_id(made) or ""]["Name"] == "Lost"


@pytest.mark.req("P6")
def test_an_update_whose_answer_got_lost_counts_as_our_own_write(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    world.edit_here("objective", ours, status="Paused")
    Deaf(world)

    with pytest.raises(Retryable):
        world.cycle()
    Road(world)
    world.edit_here("objective", ours, status="In Progress")
    world.settle()

    assert world.there("objective")[customer.objective]["Status__c"] == "In Progress"
    assert not {d["action"] for d in world.decisions()} & {"theirs won", "ours won"}


def test_an_edit_during_the_call_stays_to_be_pushed(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    Road(world, before=_once(is_write, lambda: world.edit_here("objective", ours, status="In Progress")))

    world.edit_here("objective", ours, status="Paused")
    world.cycle()
    world.settle()

    assert world.there("objective")[customer.objective]["Status__c"] == "In Progress"


def test_more_records_than_one_gathering_takes_all_go_in_one_cycle(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "MOST_LINKS", 2)
    made = [world.create_here("playbook", name=f"Book {n}", template=True) for n in range(5)]

    world.cycle()

    assert all(world.crm_id(our_id) for our_id in made)


@pytest.mark.req("P10")
def test_a_full_gathering_of_which_nothing_lands_ends_the_cycle(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "MOST_LINKS", 2)
    for _ in range(2):
        world.create_here("playbook", name="x" * 81, template=True)

    report = world.cycle()

    assert report.counts["refused"] == 2


def test_a_record_made_and_deleted_here_before_a_sync_is_never_sent(world: World, customer: Customer) -> None:
    made = world.create_here("objective", name="Never mind", account_id=customer.here(customer.account))
    world.delete_here("objective", made)
    road = Road(world)

    world.cycle()

    assert road.writes == []
    assert world.cycle(after=120).counts == {}


def test_records_are_deleted_children_first(world: World, customer: Customer) -> None:
    road = Road(world)

    world.delete_here("objective_kpi", customer.here(customer.kpi))
    world.delete_here("objective", customer.here(customer.objective))
    world.delete_here("success_plan", customer.here(customer.plan))
    world.cycle()

    [*_, deleting] = road.calls
    ids = [part["url"].partition("ids=")[2].partition("&")[0] for part in deleting if part["method"] == "DELETE"]
    assert ids == [customer.kpi, customer.objective, customer.plan]
    assert world.parked() == []


def test_a_record_that_is_gone_there_already_counts_as_deleted(world: World, customer: Customer) -> None:
    world.delete_here("objective_kpi", customer.here(customer.kpi))
    Road(world, before=_once(is_write, lambda: world.delete_there(customer.kpi)))

    world.cycle()

    assert world.parked() == []
    assert world.settle().counts == {}


def test_a_refused_delete_is_parked_with_the_orgs_reason(world: World, customer: Customer) -> None:
    late = world.create_there("objective_kpi", Objective__c=customer.objective, Description__c="Late")
    Road(world)
    world.cycle()
    world.delete_here("objective_kpi", customer.here(customer.kpi), world.our_id(late))
    ours = customer.here(customer.objective)
    world.delete_here("objective", ours)
    newest = _once(
        is_write, lambda: world.create_there("objective_kpi", Objective__c=customer.objective, Description__c="New")
    )
    Road(world, before=newest)

    world.cycle()

    [item] = [p for p in world.parked() if p["link_id"] == ours]
    assert (item["kind"], item["code"]) == ("refused", "DELETE_FAILED")


def test_deletions_of_records_that_the_mapping_keeps_are_forgotten(world: World, customer: Customer) -> None:
    contact = world.create_there("contact", LastName="Lee", AccountId=customer.account)
    world.cycle()
    road = Road(world)

    world.delete_here("contact", world.our_id(contact))
    world.cycle()

    assert road.writes == []
    assert contact in world.there("contact")


def test_records_that_the_mapping_does_not_create_stay_here(world: World, customer: Customer) -> None:
    road = Road(world)

    made = world.create_here("account", name="Born here")
    world.cycle()

    assert road.writes == []
    assert world.crm_id(made) is None


def test_an_edit_of_a_record_that_only_the_crm_writes_is_undone_and_told(world: World, customer: Customer) -> None:
    user = world.our_id(world.org.user_id("admin@example.com"))
    before = world.here("user")[user]["email"]

    world.edit_here("user", user, email="other@example.com")
    world.cycle()

    assert world.here("user")[user]["email"] == before
    [line] = [d for d in world.decisions() if d["action"] == "restore"]
    assert (line["field"], line["ours"], line["theirs"]) == ("email", "other@example.com", before)


def test_a_deleted_user_stays_deleted_here_until_the_crm_shows_it_again(world: World, customer: Customer) -> None:
    newcomer = world.org.add_user("new@example.com", name="New Comer")
    world.cycle()
    ours = world.our_id(newcomer)
    world.delete_here("user", ours)
    world.cycle()
    assert ours not in world.here("user")

    world.edit_there("user", newcomer, Email="again@example.com")
    world.settle()

    assert world.here("user")[ours]["email"] == "again@example.com"


def test_a_write_can_undo_one_field_and_send_another(world: World, customer: Customer) -> None:
    ours = customer.here(customer.account)

    world.edit_here("account", ours, name="Renamed here", lifecycle_phase="Onboarding", mrr="1")
    world.settle()

    there = world.there("account")[customer.account]
    assert (there["Name"], there["MRR__c"], there["Lifecycle_Phase__c"]) == ("Acme", 1, "Onboarding")
    assert world.here("account")[ours]["name"] == "Acme"


class Deaf(Road):
    """A road that carries the first write and loses its answer."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Carry it, and break where the answer would come."""
        answer = super().send(request, *args, **kwargs)
        if writes_in(parts_of(request)):
            raise ConnectionBroken("the answer got lost")
        return answer


def _once(condition: Any, act: Any) -> Any:
    """Return a `before` that acts once, when a part of a call meets the condition."""
    done: list[bool] = []

    def before(parts: list[Part]) -> None:
        if not done and any(condition(part) for part in parts):
            done.append(True)
            act()

    return before


def _edit_and_wait(world: World, objective: str) -> None:
    """Edit there, and let the moment pass in which a condition proves nothing."""
    world.pass_time(seconds=2)
    world.edit_there("objective", objective, Name="Theirs")
    world.pass_time(seconds=5)

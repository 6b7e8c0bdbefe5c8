"""Writing to both sides at once: what lands, what is refused, and what a sync makes of it afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from service.crm.composite import MOST_PARTS
from service.crm.errors import Retryable, Unreachable
from service.mirror.amending import Update, amend
from service.mirror.planting import Create, Unplanted, plant
from service.mirror.removing import remove
from service.sync import fetch
from service.sync.journal import Journal
from service.sync.pull import take_in
from tests.interruptions import lose_after_booking
from tests.world import World

BY = "user 005"


def objective(world: World, account: str) -> tuple[UUID, list[Create]]:
    """Return an objective with a KPI, a playbook and its task, to be made in an account of the CRM."""
    world.cycle()
    here = str(world.our_id(account))
    ids = [world.new_id() for _ in range(4)]
    tree, kpi, playbook, task = ids
    return tree, [
        Create(noun="objective", id=tree, values={"name": "Adoption", "account_id": here}),
        Create(
            noun="objective_kpi",
            id=kpi,
            values={"description": "Seats", "objective_id": str(tree), "target_value": "12.5"},
        ),
        Create(noun="playbook", id=playbook, values={"name": "Launch", "account_id": here, "objective_id": str(tree)}),
        Create(
            noun="playbook_task",
            id=task,
            values={"name": "Call", "account_id": here, "playbook_id": str(playbook), "objective_id": str(tree)},
        ),
    ]


def test_what_points_at_a_record_that_the_crm_does_not_hold_yet_is_refused_with_its_field(world: World) -> None:
    tree, creates = objective(world, acme(world))
    plant(world.sync, creates, by=BY)
    late = world.create_here("account", name="Late")
    before = world.sync.client.api_calls

    with pytest.raises(Unplanted) as refused:
        plant(world.sync, [Create(noun="objective", id=world.new_id(), values={"account_id": str(late)})], by=BY)
    assert world.sync.client.api_calls == before
    [amended] = amend(world.sync, [Update(noun="objective", id=tree, values={"account_id": str(late)})], by=BY)

    for error in (refused.value.error, amended.error):
        assert error
        assert (error.code, error.fields) == ("PARENT_NOT_THERE", ("Account__c",))
        assert str(late) in error.message


def counts(world: World) -> dict[str, int]:
    return {noun: len(world.there(noun)) for noun in ("objective", "objective_kpi", "playbook", "playbook_task")}


def acme(world: World) -> str:
    return world.create_there("account", Name="Acme")


@pytest.mark.req("OB-46")
def test_a_tree_is_made_on_both_sides_in_one_call_and_the_next_cycle_sends_nothing(world: World) -> None:
    tree, creates = objective(world, acme(world))
    before = world.sync.client.api_calls
    plant(world.sync, creates, by=BY)
    assert world.sync.client.api_calls == before + 1
    assert counts(world) == {"objective": 1, "objective_kpi": 1, "playbook": 1, "playbook_task": 1}
    assert world.here("objective")[tree]["name"] == "Adoption"
    assert world.crm_id(tree)
    report = world.settle()
    assert not report.counts.get("landed")
    assert not world.parked()


@pytest.mark.req("OB-46", "P4")
def test_a_row_that_the_crm_refuses_leaves_nothing_and_is_named(world: World) -> None:
    _, creates = objective(world, acme(world))
    creates[3].values["start_date"], creates[3].values["end_date"] = "2026-03-02", "2026-03-01"
    with pytest.raises(Unplanted) as refused:
        plant(world.sync, creates, by=BY)
    assert refused.value.create is creates[3]
    assert refused.value.error.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert not any(counts(world).values())
    assert not world.here("objective")


@pytest.mark.req("P4")
def test_a_tree_that_is_sent_twice_is_made_once(world: World) -> None:
    tree, creates = objective(world, acme(world))
    plant(world.sync, creates, by=BY)
    plant(world.sync, creates, by=BY)
    assert counts(world)["objective"] == 1
    assert len(world.here("objective")) == 1
    world.settle()
    assert len(world.here("objective")) == 1
    assert world.crm_id(tree)


@pytest.mark.req("P4")
def test_a_tree_whose_booking_was_lost_is_taken_in_under_the_ids_it_was_given(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, creates = objective(world, acme(world))

    def crash(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.mirror.planting._book_creates", crash)
    with pytest.raises(KeyboardInterrupt):
        plant(world.sync, creates, by=BY)
    world.settle()
    assert set(world.here("objective")) == {tree}
    assert counts(world)["objective"] == 1


@pytest.mark.req("OB-46")
def test_of_more_than_500_rows_nothing_stays_when_a_later_part_is_refused(world: World) -> None:
    _, creates = objective(world, acme(world))
    account = creates[0].values["account_id"]
    tasks = [
        Create(noun="playbook_task", id=world.new_id(), values={"name": f"Task {n}", "account_id": account})
        for n in range(520)
    ]
    tasks[-1].values["percent_complete"] = "101"
    with pytest.raises(Unplanted):
        plant(world.sync, [*creates, *tasks], by=BY)
    assert not any(counts(world).values())
    tasks[-1].values["percent_complete"] = "100"
    plant(world.sync, [*creates, *tasks], by=BY)
    assert counts(world)["playbook_task"] == 521


@pytest.fixture
def planted(world: World) -> UUID:
    tree, creates = objective(world, acme(world))
    plant(world.sync, creates, by=BY)
    world.settle()
    return tree


def rename(objective_id: UUID, name: str = "Retention") -> Update:
    return Update(noun="objective", id=objective_id, values={"name": name})


def test_an_edit_stands_on_both_sides_after_one_call_and_is_not_sent_again(world: World, planted: UUID) -> None:
    before = world.sync.client.api_calls
    (outcome,) = amend(world.sync, [rename(planted)], by=BY)
    assert outcome.done
    assert world.sync.client.api_calls == before + 1
    assert world.here("objective")[planted]["name"] == "Retention"
    assert world.there("objective")[world.crm_id(planted) or ""]["Name"] == "Retention"
    assert not world.settle().counts.get("landed")


def test_a_second_edit_right_after_the_first_reads_before_it_writes(world: World, planted: UUID) -> None:
    amend(world.sync, [rename(planted)], by=BY)
    before = world.sync.client.api_calls
    (outcome,) = amend(world.sync, [rename(planted, "Growth")], by=BY)
    assert outcome.done
    assert world.sync.client.api_calls == before + 2
    assert world.there("objective")[world.crm_id(planted) or ""]["Name"] == "Growth"


@pytest.mark.req("P2")
@pytest.mark.parametrize("edited_before", [False, True], ids=["cold", "hot"])
def test_an_edit_of_a_record_that_changed_in_the_crm_meanwhile_is_not_done(
    world: World, planted: UUID, edited_before: bool
) -> None:
    if edited_before:
        amend(world.sync, [Update(noun="objective", id=planted, values={"name": "Growth"})], by=BY)
    world.pass_time(seconds=5)
    world.edit_there("objective", world.crm_id(planted) or "", Name="Theirs")
    (outcome,) = amend(world.sync, [rename(planted)], by=BY)
    assert outcome.out_of_step
    assert not outcome.done
    world.settle()
    assert world.here("objective")[planted]["name"] == "Theirs"


def test_an_edit_that_the_crm_refuses_changes_nothing_and_leaves_the_others(world: World, planted: UUID) -> None:
    (task,) = world.here("playbook_task")
    bad = Update(noun="playbook_task", id=task, values={"percent_complete": "101"})
    refused, done = amend(world.sync, [bad, rename(planted)], by=BY)
    assert refused.error
    assert refused.error.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert done.done
    assert world.here("playbook_task")[task]["percent_complete"] is None


def test_a_reference_is_written_as_the_crm_knows_it_and_may_be_emptied(world: World, planted: UUID) -> None:
    plan = Create(
        noun="success_plan",
        id=world.new_id(),
        values={"name": "2026", "account_id": world.here("objective")[planted]["account_id"]},
    )
    plant(world.sync, [plan], by=BY)
    amend(world.sync, [Update(noun="objective", id=planted, values={"success_plan_id": str(plan.id)})], by=BY)
    record = world.there("objective")[world.crm_id(planted) or ""]
    assert record["Success_Plan__c"] == world.crm_id(plan.id)
    world.settle()
    (outcome,) = amend(world.sync, [Update(noun="objective", id=planted, values={"success_plan_id": None})], by=BY)
    assert outcome.done
    assert world.there("objective")[world.crm_id(planted) or ""]["Success_Plan__c"] is None


def many(world: World) -> list[Update]:
    """Return edits of more tasks than one call carries."""
    account = acme(world)
    world.cycle()
    values = {"name": "Call", "account_id": str(world.our_id(account))}
    creates = [Create(noun="playbook_task", id=world.new_id(), values=values) for _ in range(2 * MOST_PARTS + 1)]
    plant(world.sync, creates, by=BY)
    world.settle()
    return [Update(noun="playbook_task", id=one.id, values={"name": "Visit"}) for one in creates]


@pytest.mark.req("CO-22")
def test_twenty_five_edits_go_in_a_call(world: World) -> None:
    updates = many(world)
    before = world.sync.client.api_calls
    assert [outcome.update for outcome in amend(world.sync, updates, by=BY) if outcome.done] == updates
    assert world.sync.client.api_calls == before + 3


@pytest.mark.req("CO-22", "P4")
@pytest.mark.parametrize("way", ["not_sent", "lost_answer", "server_error", "unavailable"])
def test_what_landed_is_booked_when_a_later_call_is_lost_and_the_rest_can_be_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    updates = many(world)
    lose_after_booking(world, monkeypatch, way)
    outcomes = amend(world.sync, updates, by=BY)
    world.org.faults.clear()
    monkeypatch.undo()

    rest = [outcome.update for outcome in outcomes if outcome.lost]
    assert rest == updates[MOST_PARTS:]
    assert not any(outcome.done for outcome in outcomes[MOST_PARTS:])
    assert all(outcome.done for outcome in outcomes[:MOST_PARTS])
    booked = {our_id for our_id, row in world.here("playbook_task").items() if row["name"] == "Visit"}
    assert booked == {update.id for update in updates[:MOST_PARTS]}

    # Where only the answer was lost, the records are others there now: the sync brings them.
    repeated = amend(world.sync, rest, by=BY)
    assert all(outcome.done or outcome.out_of_step for outcome in repeated)
    world.settle()
    assert {row["name"] for row in world.here("playbook_task").values()} == {"Visit"}
    assert {record["Name"] for record in world.there("playbook_task").values()} == {"Visit"}
    assert not world.parked()


def test_when_nothing_was_booked_a_lost_call_is_an_error(world: World) -> None:
    updates = many(world)
    world.org.faults.set(rates={"not_sent": 1.0})
    with pytest.raises((Unreachable, Retryable)):
        amend(world.sync, updates, by=BY)
    world.org.faults.clear()


@pytest.mark.req("P2")
def test_an_edit_that_waits_to_be_pushed_is_not_lost_by_another_one(world: World, planted: UUID) -> None:
    world.edit_here("objective", planted, title="Waits")
    amend(world.sync, [rename(planted)], by=BY)
    world.settle()
    record = world.there("objective")[world.crm_id(planted) or ""]
    assert (record["Name"], record["Title__c"]) == ("Retention", "Waits")


def test_a_record_that_the_crm_does_not_know_yet_is_out_of_step(world: World, planted: UUID) -> None:
    fresh = world.create_here("objective", name="Young")
    (outcome,) = amend(world.sync, [rename(fresh)], by=BY)
    assert outcome.out_of_step


@pytest.mark.req("P3")
def test_a_deleted_record_is_gone_on_both_sides_with_its_details_and_stays_gone(world: World, planted: UUID) -> None:
    (task,) = world.here("playbook_task")
    other = Create(noun="playbook_task", id=world.new_id(), values={"name": "Next", "template": True})
    waits = Create(
        noun="playbook_task_dependency",
        id=world.new_id(),
        values={"playbook_task_id": str(other.id), "predecessor_id": str(task)},
    )
    plant(world.sync, [other, waits], by=BY)
    assert remove(world.sync, "playbook_task", [other.id], by=BY) == {}
    assert set(world.here("playbook_task")) == {task}
    assert not world.here("playbook_task_dependency")
    world.settle()
    assert set(world.here("playbook_task")) == {task}
    assert not world.parked()


@pytest.mark.req("OB-62")
def test_what_the_crm_keeps_stays_here_too(world: World, planted: UUID) -> None:
    kept = remove(world.sync, "objective", [planted], by=BY)
    assert kept[planted].code == "DELETE_FAILED"
    assert planted in world.here("objective")


@pytest.mark.req("P2")
def test_a_reading_that_was_under_way_during_an_edit_does_not_win_over_it(world: World, planted: UUID) -> None:
    world.pass_time(seconds=61)
    crm_id, now = world.crm_id(planted) or "", world.clock.now()
    stale = list(fetch.by_id(world.sync, {"objective": [crm_id]}, now=now))
    world.pass_time(seconds=1)
    amend(world.sync, [rename(planted)], by=BY)
    journal = Journal(org_id=world.org_id, run_id=world.new_id(), kind="cycle", now=now, clock=world.clock.now)
    take_in(world.sync, journal, stale)
    assert world.here("objective")[planted]["name"] == "Retention"


def test_a_record_that_was_made_just_now_can_be_edited_in_what_the_crm_has_filled_in(world: World) -> None:
    tree, creates = objective(world, acme(world))
    plant(world.sync, creates, by=BY)
    (outcome,) = amend(world.sync, [Update(noun="objective", id=tree, values={"status": "In Progress"})], by=BY)
    assert outcome.done
    assert world.there("objective")[world.crm_id(tree) or ""]["Status__c"] == "In Progress"
    world.settle()
    assert world.here("objective")[tree]["status"] == "In Progress"

"""How an org is doing: read from the ledger, judged in words, with a way out that works."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from service.localorg.org import LocalOrg
from service.store.overview import Run, Tally, parked_records
from service.sync.overview import Health, Outcome, RunShown, judge, outcome, overview, way_out
from service.sync.park import Why, retry_now
from tests.filled import connect, fill, running
from tests.world import START, World


def run(*, ended: bool = True, error: str | None = None) -> Run:
    """Return a run of two seconds."""
    end = START + timedelta(seconds=2) if ended else None
    return Run(id=uuid4(), kind="cycle", started_at=START, ended_at=end, error=error, counts={}, api_calls=1)


@pytest.mark.parametrize(
    ("shown", "under_way", "expected"),
    [
        (run(), False, Outcome.DONE),
        (run(error="no"), False, Outcome.FAILED),
        (run(ended=False), True, Outcome.RUNNING),
        (run(ended=False), False, Outcome.CUT_OFF),
    ],
)
def test_a_run_has_one_outcome(shown: Run, under_way: bool, expected: Outcome) -> None:
    assert outcome(shown, under_way=under_way) is expected


def test_a_sweep_that_broke_off_says_nothing_of_the_sync() -> None:
    swept = RunShown(run=replace(run(error="no"), kind="sweep"), outcome=Outcome.FAILED)
    synced = RunShown(run=run(), outcome=Outcome.DONE)

    assert judge([swept, synced], {}, 0, now=START).health is Health.IN_STEP


@pytest.mark.parametrize(
    ("last", "waits", "parked", "hours", "health", "words"),
    [
        (None, 0, 0, 0, Health.NEW, "run `plansync sync`"),
        (Outcome.RUNNING, 0, 3, 0, Health.RUNNING, "under way"),
        (Outcome.FAILED, 0, 3, 0, Health.FAILED, "The last sync broke off: no"),
        (Outcome.CUT_OFF, 0, 3, 0, Health.FAILED, "goes on where it stood"),
        (Outcome.DONE, 0, 1, 99, Health.ATTENTION, "1 record or field waits for"),
        (Outcome.DONE, 0, 3, 0, Health.ATTENTION, "3 records or fields wait for"),
        (Outcome.DONE, 5, 0, 25, Health.LATE, "more than a day ago"),
        (Outcome.DONE, 1, 0, 0, Health.IN_STEP, "1 change goes to the CRM"),
        (Outcome.DONE, 5, 0, 0, Health.IN_STEP, "5 changes go to the CRM"),
        (Outcome.DONE, 0, 0, 0, Health.IN_STEP, "Both sides hold the same"),
    ],
)
def test_the_gravest_finding_is_the_health(
    last: Outcome | None, waits: int, parked: int, hours: int, health: Health, words: str
) -> None:
    shown = [RunShown(run=run(error="no" if last is Outcome.FAILED else None), outcome=last)] if last else []

    verdict = judge(shown, {"objective": Tally(to_push=waits)}, parked, now=START + timedelta(hours=hours))

    assert verdict.health is health
    assert words in verdict.reason
    assert verdict.health.good is (health in {Health.IN_STEP, Health.RUNNING})


@pytest.mark.parametrize(("minutes", "health"), [(5, Health.PAUSED), (0, Health.ATTENTION)])
def test_an_org_whose_calls_run_short_is_paused_until_it_is_not(minutes: int, health: Health) -> None:
    shown = [RunShown(run=run(), outcome=Outcome.DONE)]

    verdict = judge(shown, {}, 1, now=START, paused_until=START + timedelta(minutes=minutes))

    assert verdict.health is health
    assert not verdict.health.good


def test_every_record_counts_once_in_its_state(world: World) -> None:
    org = connect(world)
    fill(world)

    view = overview(world.engine, org, now=world.clock.now())

    assert view.tallies["account"] == Tally(in_step=9)
    assert view.tallies["objective"] == Tally(in_step=9, to_push=2, parked=1)
    assert view.tallies["objective_kpi"] == Tally(parked=2)
    assert view.total == Tally(in_step=29, to_push=2, parked=3)
    assert list(view.tallies) == ["user", "account", "success_plan", "objective", "objective_kpi"]
    assert (len(view.parked), view.parked_count) == (3, 3)


def test_the_runs_stand_newest_first_with_what_they_cost(world: World) -> None:
    org = connect(world)
    fill(world)

    view = overview(world.engine, org, now=world.clock.now(), runs=3)

    starts = [shown.run.started_at for shown in view.runs]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) == 3
    assert view.api_calls_today > sum(shown.run.api_calls for shown in view.runs)
    assert view.read_up_to == world.clock.now().replace(second=0, microsecond=0)


def test_calls_of_yesterday_are_not_todays(world: World) -> None:
    org = connect(world)
    world.cycle()
    world.pass_time(hours=25)

    view = overview(world.engine, org, now=world.clock.now())

    assert view.api_calls_today == 0
    assert view.verdict.health is Health.LATE


def test_a_record_deleted_on_both_sides_is_gone(world: World) -> None:
    org = connect(world)
    account = world.create_there("account", Name="Acme")
    world.cycle()
    world.delete_there(account)
    world.cycle()

    view = overview(world.engine, org, now=world.clock.now())

    assert view.tallies["account"] == Tally(gone=1)


def test_a_run_is_under_way_as_long_as_its_process_lives(world: World) -> None:
    org = connect(world)
    with running(world):
        during = overview(world.engine, org, now=world.clock.now())
    after = overview(world.engine, org, now=world.clock.now())

    assert (during.verdict.health, during.runs[0].run.duration) == (Health.RUNNING, None)
    assert (after.verdict.health, after.runs[0].outcome) == (Health.FAILED, Outcome.CUT_OFF)


@pytest.mark.req("P13")
def test_another_orgs_ledger_is_not_shown(world: World, engine: Engine, installed_org: LocalOrg) -> None:
    fill(world)
    other = World(org=installed_org, engine=engine)

    view = overview(world.engine, connect(other, "other"), now=other.clock.now())

    assert (view.runs, view.tallies, view.parked, view.read_up_to) == ([], {}, [], None)


def test_everything_parked_has_a_way_out(world: World) -> None:
    fill(world)
    with world.transaction() as connection:
        ways = {item.code: way_out(item) for item in parked_records(connection)}

    assert "Shorten the text" in ways["STRING_TOO_LONG"]
    assert "or enter it on the other side too" in ways["CONFLICT"]
    assert "Decide whether the record lives" in ways["DELETED_THERE"]


def test_the_way_out_of_a_conflict_works(world: World) -> None:
    kpi = fill(world)["conflict"]

    world.edit_there("objective_kpi", world.crm_id(kpi) or "", Target_Value__c=30)
    world.settle()

    assert kpi not in {item["link_id"] for item in world.parked()}


def test_the_way_out_of_a_deletion_works(world: World) -> None:
    kpi = fill(world)["deleted"]

    world.delete_here("objective_kpi", kpi)
    world.settle()

    assert kpi not in {item["link_id"] for item in world.parked()}


def test_the_other_way_out_of_a_deletion_works(world: World) -> None:
    kpi = fill(world)["deleted"]

    world.org.writer.undelete(world.admin, world.crm_id(kpi) or "")
    world.settle()

    assert kpi not in {item["link_id"] for item in world.parked()}
    assert world.here("objective_kpi")[kpi]["description"] == "Logins a week"
    assert world.there("objective_kpi")[world.crm_id(kpi) or ""]["Description__c"] == "Logins a week"


def test_only_what_is_retried_anyway_can_go_at_once(world: World) -> None:
    parked = fill(world)
    with world.transaction() as connection:
        chosen = retry_now(connection, now=world.clock.now(), ids=[parked["refused"], parked["conflict"]])
        everything = retry_now(connection, now=world.clock.now())

    assert (chosen, everything) == (1, 1)
    assert {item["kind"] for item in world.parked() if item["retry_at"] is None} == {Why.CONFLICT, Why.DELETED}

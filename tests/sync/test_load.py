"""Load: a full reading takes everything in, page by page or by bulk job, and believes no landslide."""

from __future__ import annotations

import pytest

from service.sync import fetch, load
from service.sync.cycle import Full, run_cycle
from service.sync.load import Vanished
from tests.sync.conftest import Customer
from tests.world import World


def fill(world: World, count: int, *, start: int = 0) -> None:
    """Put accounts into the CRM."""
    rows = [{"Name": f"Account {n}", "MRR__c": n} for n in range(start, start + count)]
    world.org.insert_many(world.admin, "Account", rows)


def test_more_rows_than_a_page_holds_are_read_page_by_page(world: World) -> None:
    fill(world, 2_001)

    report = world.cycle()

    assert len(world.here("account")) == 2_001
    assert report.counts["read"] >= 2_001
    # detect, three packs of first pages, the second page of accounts
    assert report.api_calls == 1 + 3 + 1
    assert world.cycle(after=120).counts == {}


def test_many_rows_are_read_by_a_bulk_job_in_chunks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "BULK_FROM", 10)
    monkeypatch.setattr(load, "CHUNK", 7)
    fill(world, 20)
    told: list[tuple[str, int, int]] = []
    world.pass_time(seconds=61)

    run_cycle(world.sync, now=world.clock.now(), clock=world.clock.now, progress=lambda *said: told.append(said))

    assert len(world.here("account")) == 20
    assert [said for said in told if said[0] == "account"] == [
        ("account", 7, 20),
        ("account", 14, 20),
        ("account", 20, 20),
    ]
    assert world.cycle(after=120).counts == {}


@pytest.mark.req("P12")
def test_a_bulk_job_brings_the_same_values_as_pages(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    awkward = {"Title__c": 'NA, "quoted"', "Description__c": "<p>a</p>\n<p>b</p>", "Tags__c": "Adoption;Renewal"}
    for values in (
        awkward,
        {"Title__c": "#N/A"},
        {"Blocked__c": True, "Start_Date__c": "2026-03-29"},
        {"Health__c": 3},
    ):
        world.create_there("objective", Name="Awkward", Account__c=customer.account, **values)
    monkeypatch.setattr(load, "BULK_FROM", 1)

    before = world.cycle(full=Full())
    again = world.cycle(full=Full())

    assert before.counts["create here"] == 4
    assert set(again.counts) == {"read"}
    by_page = world.cycle(after=120)
    assert by_page.counts == {}


def test_a_quiet_progress_says_nothing(capsys: pytest.CaptureFixture[str], world: World) -> None:
    world.cycle()

    assert capsys.readouterr().out == ""


def test_a_full_sync_takes_in_what_was_purged_without_a_trace(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)
    world.org.writer.hard_delete(world.admin, customer.kpi)
    world.pass_time(days=20)

    world.cycle(full=Full())

    assert world.here("objective_kpi") == {}
    assert world.cycle().kind == "cycle"


@pytest.mark.req("P3")
def test_a_full_sync_that_is_shown_too_little_stops_and_deletes_nothing(world: World) -> None:
    fill(world, 40)
    world.cycle()
    _lose_sight(world, 30)

    with pytest.raises(Vanished, match="no longer shows 30 of 40 account records; check what the integration user"):
        world.cycle(full=Full())

    assert len(world.here("account")) == 40


@pytest.mark.req("P3")
def test_a_landslide_is_seen_however_many_calls_it_takes_to_ask(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "MOST_IDS", 5)
    fill(world, 60)
    world.cycle()
    _lose_sight(world, 50)

    with pytest.raises(Vanished, match="no longer shows 50 of 60 account records"):
        world.cycle(full=Full())

    assert len(world.here("account")) == 60


def test_a_landslide_is_believed_when_somebody_says_so(world: World) -> None:
    fill(world, 40)
    world.cycle()
    _lose_sight(world, 30)

    world.cycle(full=Full(accept_missing=True))

    assert len(world.here("account")) == 10


def test_a_few_missing_records_are_no_landslide(world: World) -> None:
    fill(world, 30)
    world.cycle()
    _lose_sight(world, load.FEW)

    world.cycle(full=Full())

    assert len(world.here("account")) == 30 - load.FEW


def _lose_sight(world: World, count: int) -> None:
    """Purge accounts so that no trace of them is left for getDeleted."""
    for crm_id in sorted(world.there("account"))[:count]:
        world.delete_there(crm_id)
        world.org.writer.hard_delete(world.admin, crm_id)
    world.pass_time(days=20)


@pytest.mark.req("P1")
def test_a_full_reading_that_breaks_off_has_asked_for_the_followers_of_what_came_back(world: World) -> None:
    account = world.create_there("account", Name="Acme")
    playbook = world.create_there("playbook", Name="Onboard", Account__c=account)
    task = world.create_there("playbook_task", Name="Call", Account__c=account, Playbook__c=playbook)
    world.settle()
    world.delete_there(playbook)
    world.settle()
    world.org.writer.undelete(world.admin, playbook)

    def stop(noun: str, _done: int, _total: int) -> None:
        if noun == "playbook":
            raise KeyboardInterrupt

    world.pass_time(seconds=61)
    with pytest.raises(KeyboardInterrupt):
        run_cycle(world.sync, now=world.clock.now(), clock=world.clock.now, full=Full(), hurry=True, progress=stop)
    world.settle()

    back = str(world.our_id(playbook))
    assert world.here("playbook_task")[world.our_id(task)]["playbook_id"] == back


@pytest.mark.req("P3")
def test_a_full_reading_misses_what_was_created_there_and_deleted_before_anybody_read_it_back(world: World) -> None:
    account = world.create_there("account", Name="Acme")
    world.settle()
    ours = world.create_here("objective", name="Short-lived", account_id=world.our_id(account))
    world.cycle()
    crm_id = world.crm_id(ours)
    assert crm_id
    world.delete_there(crm_id)

    world.cycle(after=86_400, full=Full())

    assert world.here("objective") == {}

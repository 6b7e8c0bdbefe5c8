"""Fetch: many records in few calls, parents first; a read that is refused is an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.crm.errors import Refused
from service.mapping.model import Mappings
from service.sync import fetch
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


def test_each_object_is_asked_once_in_one_call_and_parents_come_first(world: World, customer: Customer) -> None:
    wanted = {"objective_kpi": {customer.kpi}, "account": {customer.account}, "objective": {customer.objective}}

    [call] = fetch.by_id(world.sync, wanted, now=world.clock.now())

    assert [shown.mapping.name for shown in call] == ["account", "objective", "objective_kpi"]
    assert [row["Id"] for shown in call for row in shown.rows] == [customer.account, customer.objective, customer.kpi]


def test_ids_that_show_nothing_are_told(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)

    [[shown]] = fetch.by_id(world.sync, {"objective_kpi": {customer.kpi}}, now=world.clock.now())

    assert (list(shown.rows), shown.missing) == ([], {customer.kpi})


def test_ten_thousand_ids_of_one_object_go_in_one_call(world: World, customer: Customer) -> None:
    road = Road(world)
    ids = {f"001{n:012}AAA" for n in range(10_001)}

    calls = list(fetch.by_id(world.sync, {"account": ids}, now=world.clock.now()))

    assert [len(call) for call in calls] == [5, 1]
    assert len(road.calls) == 2


def test_records_are_found_by_our_key(world: World, customer: Customer) -> None:
    made = world.create_here("objective", name="Ours", account_id=customer.here(customer.account))
    world.cycle()

    [[shown]] = fetch.by_key(world.sync, {"objective": {str(made)}}, now=world.clock.now())

    assert [row["Plansync_Id__c"] for row in shown.rows] == [str(made)]


def test_what_points_at_a_record_is_found_by_every_lookup(world: World, customer: Customer) -> None:
    calls = list(fetch.pointing_at(world.sync, {"success_plan": {customer.plan}}, now=world.clock.now()))

    found = {row["Id"] for call in calls for shown in call for row in shown.rows}
    assert found == {customer.objective}


def test_wanting_nothing_asks_nothing(world: World) -> None:
    assert list(fetch.by_id(world.sync, {}, now=world.clock.now())) == []
    assert list(fetch.by_key(world.sync, {"objective": set()}, now=world.clock.now())) == []


def test_a_read_that_is_refused_is_an_error(world: World, customer: Customer) -> None:
    assert world.mappings
    objects = tuple(replace(m, sobject="Nothing__c") if m.name == "objective" else m for m in world.mappings)
    sync = replace(world.sync, mappings=Mappings(objects=objects))

    with pytest.raises(Refused):
        list(fetch.by_id(sync, {"objective": {customer.objective}}, now=world.clock.now()))


def test_the_moment_of_a_reading_is_the_orgs_and_not_ours(world: World, customer: Customer) -> None:
    ours = world.clock.now().replace(year=2030)

    [[shown]] = fetch.by_id(world.sync, {"account": {customer.account}}, now=ours)

    assert shown.read_at == world.clock.now().replace(microsecond=0)


def test_every_page_is_read_however_short_the_crm_makes_them(world: World, customer: Customer) -> None:
    account = customer.here(customer.account)
    keys = {str(world.create_here("objective", name=f"Aim {number}", account_id=account)) for number in range(190)}
    world.settle()
    world.org.faults.set(seed=3, rates={"short_page": 1.0})

    shown = [one for call in fetch.by_key(world.sync, {"objective": keys}, now=world.clock.now()) for one in call]

    assert len(shown) > 1
    assert {row["Plansync_Id__c"] for one in shown for row in one.rows} == keys

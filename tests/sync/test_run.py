"""Runs: alone, slower before the org's limit, silent at it, and cheap when there is nothing to do."""

from __future__ import annotations

import pytest
from requests import PreparedRequest

from service.crm.errors import LimitReached
from service.store import allowances
from service.sync.detect import look_again
from service.sync.run import Paused
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


@pytest.mark.req("P9")
def test_the_next_run_waits_longer_before_the_limit_but_a_person_need_not(world: World) -> None:
    world.settle()
    world.app.api.usage.reset(allowance=1_000, used=700)
    world.cycle()

    with pytest.raises(Paused, match="701 of the org's 1000 API calls are used"):
        world.cycle(hurry=False)
    assert world.cycle(after=0, hurry=True).api_calls == 1
    assert world.cycle(after=600, hurry=False).kind == "cycle"


@pytest.mark.req("P9")
def test_what_was_not_sent_at_the_limit_goes_once_there_is_room_again(customer: Customer) -> None:
    world = customer.world
    world.app.api.usage.reset(allowance=100, used=79)
    world.edit_here("objective", customer.here(customer.objective), status="Paused")
    with pytest.raises(LimitReached):
        world.cycle()
    calls = [_calls_of_a_try(world) for _ in range(3)]
    world.app.api.usage.reset(allowance=100, used=3)
    world.cycle(after=3_600)

    assert calls == [0, 0, 0]
    assert world.there("objective")[customer.objective]["Status__c"] == "Paused"


def _calls_of_a_try(world: World) -> int:
    with pytest.raises(Paused):
        world.cycle(after=60, hurry=True)
    return world.app.api.usage.used - 80


@pytest.mark.req("P9")
def test_an_org_that_refuses_more_calls_is_left_alone_whatever_it_said_before(customer: Customer) -> None:
    world = customer.world
    world.app.api.usage.reset(allowance=100, used=10)
    world.cycle()
    world.app.api.usage.reset(allowance=11, used=11)

    with pytest.raises(LimitReached):
        world.cycle()
    with world.transaction() as connection:
        allowance = allowances.read(connection)

    assert allowance.paused_until is not None
    with pytest.raises(Paused):
        world.cycle()


def test_a_run_within_the_minute_only_pushes(customer: Customer) -> None:
    world = customer.world
    world.cycle()
    world.edit_here("objective", customer.here(customer.objective), progress="40")
    road = Road(world)

    report = world.cycle(after=2, hurry=False)

    assert (report.kind, report.api_calls) == ("push", 1)
    assert [part["method"] for part in road.writes] == ["PATCH"]
    assert world.there("objective")[customer.objective]["Progress__c"] == 40


def test_a_run_within_the_minute_with_nothing_to_push_is_over_at_once(world: World) -> None:
    world.settle()

    report = world.cycle(after=2, hurry=False)

    assert (report.kind, report.api_calls, report.counts) == ("push", 0, {})


def test_a_run_that_a_person_asks_for_looks_however_lately_one_did(world: World) -> None:
    world.settle()
    with world.transaction() as connection:
        look_again(connection)

    assert world.cycle(after=2, hurry=False).kind == "cycle"


def test_a_clock_that_was_set_back_does_not_keep_the_sync_from_looking(world: World) -> None:
    world.settle()

    assert world.cycle(after=-7_200, hurry=False).kind == "cycle"


class _Refusing(Road):
    """A road on which the sync's own process sees no usage at all."""

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        """Take the usage off every answer."""
        response = super().send(request, *args, **kwargs)
        response.headers.pop("Sforce-Limit-Info", None)
        return response


def test_an_org_that_does_not_tell_its_usage_is_synced_all_the_same(world: World) -> None:
    _Refusing(world)
    world.settle()

    with world.transaction() as connection:
        assert allowances.read(connection).used is None

"""Detect: one call says what changed, what went, and whether the schema did; cursors never pass what was covered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.crm.errors import Refused
from service.sync import detect
from service.sync.cycle import Full
from service.sync.detect import Stale
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


def cursors(world: World) -> dict[str, datetime]:
    """Return where every cursor stands."""
    with world.transaction() as connection:
        return detect.read_cursors(connection)


@pytest.mark.req("P5")
def test_the_next_cursor_is_what_the_crm_covered_and_not_the_time_of_the_call(world: World, customer: Customer) -> None:
    world.cycle()

    now = world.clock.now()
    assert cursors(world)["objective:updated"] == now.replace(second=0, microsecond=0)
    assert cursors(world)["objective:deleted"] == now.replace(second=0, microsecond=0)


def test_a_window_begins_at_its_cursor_and_ends_with_the_next_full_minute(world: World, customer: Customer) -> None:
    before = cursors(world)["user:updated"]
    road = Road(world)

    world.cycle()

    end = world.clock.now().replace(second=0) + timedelta(minutes=1)
    window = f"start={before:%Y-%m-%dT%H%%3A%M}%3A00%2B00%3A00&end={end:%Y-%m-%dT%H%%3A%M}%3A00%2B00%3A00"
    assert road.calls[0][0]["url"].endswith(f"/sobjects/User/updated/?{window}")


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 61])
def test_a_window_is_never_empty_and_never_begins_after_its_cursor(seconds: int) -> None:
    cursor = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    end = detect.minute(cursor + timedelta(seconds=seconds)) + timedelta(minutes=1)

    start = detect.start_of({"objective:updated": cursor}, "objective", "updated", end)

    assert start < end
    assert start <= cursor


def test_a_cursor_ahead_of_the_clock_still_makes_a_window(world: World) -> None:
    end = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    start = detect.start_of({"objective:updated": end + timedelta(hours=1)}, "objective", "updated", end)

    assert start == end - timedelta(minutes=1)


@pytest.mark.req("P2")
def test_a_change_in_the_last_second_of_a_minute_is_seen(world: World, customer: Customer) -> None:
    world.clock.set(world.clock.now().replace(second=59))
    world.edit_there("objective", customer.objective, Name="Late")

    world.cycle(after=0)

    assert world.here("objective")[customer.here(customer.objective)]["name"] == "Late"


@pytest.mark.req("P2")
def test_a_change_right_after_a_cycle_in_the_same_minute_is_seen_by_the_next(world: World, customer: Customer) -> None:
    world.clock.set(world.clock.now().replace(second=10))
    world.cycle(after=0)
    world.edit_there("objective", customer.objective, Name="Late")

    world.cycle(after=1)

    assert world.here("objective")[customer.here(customer.objective)]["name"] == "Late"


def test_after_more_than_fourteen_days_a_full_sync_is_asked_for_and_mends_it(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)
    world.pass_time(days=14, minutes=2)

    with pytest.raises(Stale, match="more than 14 days ago; run `plansync sync --full`"):
        world.cycle()

    assert world.cycle(full=Full()).kind == "full"
    assert world.here("objective_kpi") == {}
    assert world.cycle().kind == "cycle"


def test_thirteen_days_are_no_reason_to_read_everything(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)
    world.pass_time(days=13)

    assert world.cycle().kind == "cycle"
    assert world.here("objective_kpi") == {}


def test_an_org_whose_schema_never_changes_is_not_taken_for_one_that_was_not_synced(
    world: World, customer: Customer
) -> None:
    for _ in range(4):
        world.pass_time(days=7)

        assert world.cycle().kind == "cycle"


def test_an_unchanged_schema_is_told_by_a_304_and_a_changed_one_by_its_date(world: World, customer: Customer) -> None:
    known = cursors(world)
    assert detect.detect(world.sync, known, now=world.clock.now()).schema_changed is False

    world.pass_time(seconds=5)
    world.org.assign(world.admin.user_id, "CSC - Participant User")
    found = detect.detect(world.sync, known, now=world.clock.now())

    assert found.schema_changed is True
    assert found.cursors["schema"] == world.clock.now().replace(microsecond=0)


def test_a_new_object_of_the_mapping_is_read_whole_by_the_next_cycle(world: World, customer: Customer) -> None:
    known = cursors(world)
    assert detect.ready(world.sync, known)

    assert not detect.ready(world.sync, {name: at for name, at in known.items() if name != "objective:deleted"})


def test_an_answer_that_the_org_refuses_is_an_error(world: World, customer: Customer) -> None:
    known = {name: at - timedelta(days=40) for name, at in cursors(world).items() if name != "user:updated"}

    with pytest.raises(Refused, match="INVALID_REPLICATION_DATE"):
        detect.detect(world.sync, known, now=world.clock.now())


def test_cursors_are_only_saved_when_there_are_any(world: World) -> None:
    with world.transaction() as connection:
        detect.save_cursors(connection, world.sync, {})

    assert cursors(world) == {}

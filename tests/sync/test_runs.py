"""Runs: each is written down before it begins and after it ends, however it ends."""

from __future__ import annotations

from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError as ConnectionBroken
from sqlalchemy import select

from service.crm.errors import Refused, Retryable
from service.localorg.deploy.changes import SchemaChanges
from service.store.ledger import runs
from service.sync.overview import Health, overview
from tests.filled import connect
from tests.sync.conftest import Customer
from tests.sync.road import Part, Road
from tests.world import World


def last_run(world: World) -> dict[str, Any]:
    """Return the newest run."""
    with world.transaction() as connection:
        query = select(runs).order_by(runs.c.started_at.desc()).limit(1)
        return dict(connection.execute(query).mappings().one())


class Broken(Road):
    """A road on which something goes wrong."""

    def __init__(self, world: World, fault: BaseException) -> None:
        super().__init__(world)
        self._fault = fault

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Break."""
        raise self._fault


def test_a_run_is_written_down_with_its_counts_and_calls(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")
    began = world.clock.now()

    report = world.cycle()

    run = last_run(world)
    assert run["started_at"] > began
    assert run["ended_at"] == world.clock.now()
    assert (run["kind"], run["error"]) == ("cycle", None)
    assert (run["counts"], run["api_calls"]) == (report.counts, report.api_calls) == ({"pull": 1}, 2)


def test_a_first_run_says_that_it_read_everything(world: World) -> None:
    assert world.cycle().kind == last_run(world)["kind"] == "full"


def test_a_run_that_breaks_off_keeps_the_sentence_that_says_why(world: World, customer: Customer) -> None:
    Broken(world, ConnectionBroken("no route"))

    with pytest.raises(Retryable) as broken:
        world.cycle()

    run = last_run(world)
    assert run["error"] == str(broken.value)
    assert run["ended_at"] is not None
    assert run["api_calls"] > 0


def test_a_run_that_a_fault_of_ours_ends_does_not_pass_for_a_good_one(world: World, customer: Customer) -> None:
    Broken(world, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        world.cycle()

    assert last_run(world)["error"] == "The run broke off; the process's own log says why"


def test_a_refused_read_ends_the_run_with_the_orgs_words(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")
    changes = SchemaChanges(world.org)

    def remove(parts: list[Part]) -> None:
        if any(str(part["url"]).endswith("composite/sobjects/Objective__c") for part in parts):
            changes.remove_field("Objective__c", "Title__c")

    Road(world, before=remove)
    with pytest.raises(Refused):
        world.cycle()

    assert last_run(world)["error"].startswith("Salesforce refused the request: INVALID_FIELD")


def test_without_any_right_left_everything_is_left_out_and_the_org_needs_attention(
    world: World, customer: Customer
) -> None:
    integration = world.org.user_id("integration@example.com")
    for assignment in world.org.storage.rows("PermissionSetAssignment", f"\"AssigneeId\" = '{integration}'"):
        world.delete_there(assignment["Id"])

    world.cycle()
    org = connect(world)
    verdict = overview(world.engine, org, now=world.clock.now()).verdict

    assert world.here("objective")
    assert verdict.health is Health.ATTENTION
    assert "no longer offers" in verdict.reason


def test_the_next_run_goes_on_where_a_broken_one_stood(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")
    Broken(world, ConnectionBroken("no route"))
    with pytest.raises(Retryable):
        world.cycle()

    Road(world)
    world.cycle()

    assert world.here("objective")[customer.here(customer.objective)]["name"] == "Later"

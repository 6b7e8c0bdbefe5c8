"""A schema that changes under a running sync: what no longer fits is left out, and nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.org import INTEGRATION
from service.store import unfit
from service.store.ledger import links
from service.sync.fitness import fitted
from service.sync.sweep import sweep
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World

pytestmark = pytest.mark.req("P2")


@pytest.fixture
def changes(customer: Customer) -> SchemaChanges:
    """Change the schema of the customer's org."""
    return SchemaChanges(customer.world.org)


def left_out(world: World) -> dict[tuple[str, str], str]:
    """Return what is left out, and why."""
    with world.transaction() as connection:
        return {(one.object, one.field): one.reason for one in unfit.read(connection)}


def test_a_removed_field_is_left_out_and_everything_else_goes_on(customer: Customer, changes: SchemaChanges) -> None:
    world, ours = customer.world, customer.here(customer.objective)
    world.edit_here("objective", ours, title="Kept")
    world.settle()
    changes.remove_field("Objective__c", "Title__c")
    world.edit_here("objective", ours, title="Edited meanwhile", status="Paused")
    world.edit_there("objective", customer.objective, Name="Theirs")

    report = world.cycle()

    assert (report.counts["schema changed"], report.counts["left out"]) == (1, 1)
    assert "shows no Title__c" in left_out(world)[("objective", "title")]
    assert world.there("objective")[customer.objective]["Status__c"] == "Paused"
    row = world.here("objective")[ours]
    assert (row["name"], row["title"]) == ("Theirs", "Edited meanwhile")
    assert world.parked() == []
    assert world.cycle().counts == {}


def test_a_sweep_goes_on_without_what_is_left_out(customer: Customer, changes: SchemaChanges) -> None:
    world = customer.world
    changes.remove_field("Objective__c", "Title__c")
    world.cycle()
    with world.transaction() as connection:
        connection.execute(delete(links).where(links.c.object == "objective"))

    report = sweep(world.sync, now=world.clock.now(), clock=world.clock.now)

    assert report.counts["unheard of"] == 1


def test_a_field_that_comes_back_empty_is_filled_again_from_here(customer: Customer, changes: SchemaChanges) -> None:
    world, ours = customer.world, customer.here(customer.objective)
    world.edit_here("objective", ours, title="Kept")
    world.settle()
    changes.remove_field("Objective__c", "Title__c")
    world.cycle()
    changes.restore_field("Objective__c", "Title__c")

    world.settle()

    assert left_out(world) == {}
    assert world.there("objective")[customer.objective]["Title__c"] == "Kept"
    assert world.here("objective")[ours]["title"] == "Kept"


def test_a_field_of_another_type_is_left_out_until_it_is_of_its_own_again(
    customer: Customer, changes: SchemaChanges
) -> None:
    world, ours = customer.world, customer.here(customer.objective)
    world.edit_here("objective", ours, title="Kept")
    world.settle()
    changes.retype_field("Objective__c", "Title__c", "Number", precision=18, scale=0)
    world.edit_there("objective", customer.objective, Title__c=7)

    world.settle()

    assert left_out(world)[("objective", "title")].startswith("Title__c is of type double, not text")
    assert world.here("objective")[ours]["title"] == "Kept"


def test_a_field_removed_in_the_middle_of_a_run_breaks_that_run_and_not_the_next(
    customer: Customer, changes: SchemaChanges
) -> None:
    world, ours = customer.world, customer.here(customer.objective)
    world.edit_there("objective", customer.objective, Name="Theirs")
    removed: list[object] = []

    def remove(parts: list[dict[str, object]]) -> None:
        if any(str(part["url"]).endswith("composite/sobjects/Objective__c") for part in parts) and not removed:
            removed.append(changes.remove_field("Objective__c", "Title__c"))

    Road(world, before=remove)
    with pytest.raises(Exception, match="INVALID_FIELD"):
        world.cycle()
    world.cycle()

    assert removed
    assert world.here("objective")[ours]["name"] == "Theirs"


def test_objects_that_we_may_not_see_any_more_are_left_out_and_come_back_as_they_were(customer: Customer) -> None:
    world = customer.world
    assignment = _assignment(world, "Plansync_Integration")
    world.org.writer.delete(world.admin, assignment)

    report = world.cycle()
    with world.transaction() as connection:
        fit = {mapping.name for mapping in fitted(world.sync, connection).mappings}

    assert report.counts["schema changed"] == 1
    assert "shows no Objective__c" in left_out(world)[("objective", "")]
    assert fit == {"user", "account", "contact"}
    assert len(world.here("objective")) == 1

    world.edit_here("objective", customer.here(customer.objective), status="Paused")
    world.edit_there("objective", customer.objective, Name="Meanwhile")
    world.cycle()
    world.org.assign(world.org.user_id(INTEGRATION), "Plansync_Integration")
    world.settle()

    assert left_out(world) == {}
    assert world.here("objective")[customer.here(customer.objective)]["name"] == "Meanwhile"
    assert world.there("objective")[customer.objective]["Status__c"] == "Paused"


def _assignment(world: World, name: str) -> str:
    """Return the assignment of a permission set to the integration user."""
    cursor = world.org.storage.execute(
        'SELECT a."Id" FROM "PermissionSetAssignment" a JOIN "PermissionSet" s ON s."Id" = a."PermissionSetId" '
        'WHERE s."Name" = ? AND a."AssigneeId" = ?',
        (name, world.org.user_id(INTEGRATION)),
    )
    return str(cursor.fetchone()[0])

"""Audit: whatever differs is found, whatever is under way is said to be, and nothing else is named."""

from __future__ import annotations

import random

import pytest

from service.store import reports, unfit
from service.sync import audit as auditing
from service.sync import load
from service.sync.audit import Audit, NothingRead, audit, keep
from service.sync.differ import Kind
from tests.sync import planting
from tests.sync.conftest import Customer
from tests.sync.road import Part, Road
from tests.world import World


def run(world: World) -> Audit:
    """Audit a world a while after its last cycle."""
    world.pass_time(seconds=120)
    return audit(world.sync, now=world.clock.now())


def test_two_sides_in_step_differ_in_nothing(world: World, customer: Customer) -> None:
    made = run(world)

    assert (made.differences, made.found, made.waiting) == (0, [], [])
    assert made.objects["objective"].ours == made.objects["objective"].theirs == 1
    assert made.objects["objective"].buckets == 0
    assert made.api_calls == 3


def test_a_field_changed_here_behind_the_ledgers_back_is_named(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    planting.change_here(world, "objective", ours, status="Paused", title="Other")

    made = run(world)

    [finding] = made.found
    assert (finding.object, finding.id, finding.crm_id, finding.kind) == (
        "objective",
        ours,
        customer.objective,
        Kind.FIELDS,
    )
    assert [(f.column, f.base, f.ours, f.theirs) for f in finding.fields] == [
        ("title", None, "Other", None),
        ("status", "Not Started", "Paused", "Not Started"),
    ]
    assert made.objects["objective"].buckets == 1


def test_a_field_changed_there_without_its_clock_is_named(world: World, customer: Customer) -> None:
    planting.change_there(world, "objective_kpi", customer.kpi, Target_Value__c="26")

    [finding] = run(world).found

    assert [(f.column, f.base, f.ours, f.theirs) for f in finding.fields] == [("target_value", "25.5", "25.5", "26")]


def test_a_record_that_one_side_lost_is_named(world: World, customer: Customer) -> None:
    planting.lose_here(world, "objective_kpi", customer.here(customer.kpi))
    orphan = world.create_there("success_plan", Name="Second", Account__c=customer.account)
    world.settle()
    planting.lose_there(world, "success_plan", orphan)

    found = {finding.crm_id: finding.kind for finding in run(world).found}

    assert found == {customer.kpi: Kind.ONLY_THERE, orphan: Kind.ONLY_HERE}


def test_a_ledger_that_believes_something_else_is_named(world: World, customer: Customer) -> None:
    planting.misremember(world, customer.here(customer.objective), title="Never said")

    [finding] = run(world).found

    assert (finding.kind, [f.column for f in finding.fields]) == (Kind.BASE, ["title"])


def test_what_is_to_be_sent_waits_and_is_no_difference(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    world.edit_here("objective", ours, status="Paused")
    made_here = world.create_here("objective", name="New", account_id=customer.here(customer.account))
    world.delete_here("objective_kpi", customer.here(customer.kpi))

    made = run(world)

    assert made.found == []
    assert {f.id: f.kind for f in made.waiting} == {
        ours: Kind.FIELDS,
        made_here: Kind.ONLY_HERE,
        customer.here(customer.kpi): Kind.ONLY_THERE,
    }
    assert {f.waiting for f in made.waiting} == {"changed here; it goes to the CRM with the next sync"}
    assert made.api_calls == 3


def test_what_the_crm_changed_since_it_was_read_waits(world: World, customer: Customer) -> None:
    world.pass_time(seconds=120)
    world.edit_there("objective", customer.objective, Name="Later")
    born = world.create_there("success_plan", Name="Second", Account__c=customer.account)
    world.delete_there(customer.kpi)

    made = run(world)

    assert made.found == []
    assert {f.crm_id: f.kind for f in made.waiting} == {
        customer.objective: Kind.FIELDS,
        born: Kind.ONLY_THERE,
        customer.kpi: Kind.ONLY_HERE,
    }
    assert {f.waiting for f in made.waiting} == {"changed in the CRM since it was last read; the next sync takes it in"}


def test_what_a_sync_has_read_within_the_minute_is_no_news(world: World, customer: Customer) -> None:
    world.pass_time(seconds=90)
    world.edit_there("objective", customer.objective, Name="Later")
    world.cycle(after=1)
    planting.change_here(world, "objective", customer.here(customer.objective), title="Other")

    made = audit(world.sync, now=world.clock.now())

    assert [finding.crm_id for finding in made.found] == [customer.objective]


def test_what_is_parked_waits_with_its_reason(world: World, customer: Customer) -> None:
    refused = world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    world.settle()

    made = run(world)

    [finding] = made.waiting
    assert (made.found, finding.id) == ([], refused)
    assert finding.waiting.startswith("parked: ")


def test_a_local_record_that_the_mapping_does_not_create_there_waits(world: World, customer: Customer) -> None:
    local = world.create_here("account", name="Ours alone")
    world.settle()

    [finding] = run(world).waiting

    assert (finding.id, finding.waiting) == (local, "the mapping does not create these records in the CRM")


@pytest.mark.req("P12")
def test_fifty_planted_differences_among_bulk_rows_are_all_found_and_no_other(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"Name": f"Objective {n}", "Account__c": customer.account, "Target_Value__c": n} for n in range(1_000)]
    world.org.insert_many(world.admin, world.crm("objective"), rows)
    world.settle()
    monkeypatch.setattr(load, "BULK_FROM", 500)
    chosen = random.Random(7).sample(sorted(world.there("objective")), 50)
    expected = {crm_id: plant(world, place, crm_id) for place, crm_id in enumerate(chosen)}

    made = run(world)

    assert {finding.crm_id: finding.kind for finding in made.found} == expected
    assert (made.differences, made.waiting) == (50, [])
    assert made.api_calls <= 7


def plant(world: World, place: int, crm_id: str) -> Kind:
    """Plant one difference, each in its turn."""
    ours = world.our_id(crm_id)
    match place % 5:
        case 0:
            planting.change_here(world, "objective", ours, title=f"Planted {place}")
            return Kind.FIELDS
        case 1:
            planting.change_there(world, "objective", crm_id, Title__c=f"Planted {place}")
            return Kind.FIELDS
        case 2:
            planting.lose_here(world, "objective", ours)
            return Kind.ONLY_THERE
        case 3:
            planting.lose_there(world, "objective", crm_id)
            return Kind.ONLY_HERE
        case _:
            planting.misremember(world, ours, title="Planted")
            return Kind.BASE


def test_a_record_synced_while_the_audit_looks_is_not_a_difference(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    planting.change_here(world, "objective", ours, title="Other")
    seen = 0

    def before(parts: list[Part]) -> None:
        nonlocal seen
        seen += 1
        if seen == 4:
            planting.set_link(world, ours, base_read_at=world.clock.now())

    Road(world, before)

    [finding] = run(world).waiting

    assert finding.waiting == "synced while the audit was looking"


def test_further_pages_ride_with_the_first_ones_of_other_objects(world: World) -> None:
    for noun, more in (("account", {}), ("success_plan", {"Template__c": True})):
        rows = [{"Name": f"{noun} {n}", **more} for n in range(2_500)]
        world.org.insert_many(world.admin, world.crm(noun), rows)
    world.settle()
    told: list[tuple[str, int, int]] = []

    made = audit(world.sync, now=world.clock.now(), progress=lambda *said: told.append(said))

    assert made.differences == 0
    assert made.api_calls == 3
    assert [said for said in told if said[0] == "account"] == [("account", 2_000, 2_500), ("account", 2_500, 2_500)]


def test_a_value_that_the_mapping_cannot_read_waits_with_its_reason(world: World, customer: Customer) -> None:
    planting.change_there(world, "objective", customer.objective, Start_Date__c="not a day")

    [finding] = run(world).waiting

    assert finding.crm_id == customer.objective
    assert "Start_Date__c" in finding.waiting


def test_one_object_can_be_audited_alone(world: World, customer: Customer) -> None:
    made = audit(world.sync, now=world.clock.now(), noun="objective")

    assert list(made.objects) == ["objective"]
    assert made.api_calls == 1


def test_before_a_first_sync_there_is_nothing_to_audit(world: World) -> None:
    with pytest.raises(NothingRead, match="run `plansync sync` first"):
        audit(world.sync, now=world.clock.now())


def test_an_audit_is_kept_as_the_orgs_last_one(world: World, customer: Customer) -> None:
    planting.misremember(world, customer.here(customer.objective), title="Never said")
    made = run(world)

    keep(world.sync, made)

    with world.transaction() as connection:
        kept = reports.last(connection, "audit")
    assert kept is not None
    assert (kept.at, kept.body) == (made.at, made.as_json())
    assert (kept.body["differences"], kept.body["found"][0]["kind"]) == (1, "base differs")


def test_many_differences_are_counted_whole_named_in_part_and_looked_at_by_the_call(
    world: World, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "MOST_NAMED", 2)
    monkeypatch.setattr(auditing, "AT_ONCE", 2)
    rows = [{"Name": f"Objective {n}", "Account__c": customer.account} for n in range(4)]
    for crm_id in world.org.insert_many(world.admin, world.crm("objective"), rows):
        world.settle()
        planting.change_there(world, "objective", crm_id, Title__c="Planted")
    planting.change_there(world, "account", customer.account, Name="Planted")

    made = run(world)

    assert (made.differences, len(made.found)) == (5, 2)
    assert (made.objects["objective"].differences, made.objects["account"].differences) == (4, 1)
    assert made.api_calls == 3 + 3


def test_what_the_org_does_not_offer_now_is_not_compared_and_said(world: World, customer: Customer) -> None:
    with world.transaction() as connection:
        unfit.replace(connection, world.org_id, {("objective", "title"): "it was removed"}, now=world.clock.now())
    planting.change_there(world, "objective", customer.objective, Title__c="Planted")

    made = run(world)

    assert (made.found, made.left_out) == ([], {"objective.title": "it was removed"})

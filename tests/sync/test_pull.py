"""Pull: what the CRM shows is taken in whole, or waits with its reason and is tried again."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select

from service.domain.values import Kind
from service.mapping.model import Condition, Mappings, Operator
from service.store.ledger import decisions, links
from service.sync.cycle import Full
from tests.sync.conftest import Customer
from tests.sync.road import Road
from tests.world import World


def without(world: World, noun: str) -> Mappings:
    """Return the world's mappings without one object, and without what points at it."""
    assert world.mappings
    kept = [m for m in world.mappings if m.name != noun]
    fields = {m.name: tuple(f for f in m.fields if f.refers_to != noun) for m in kept}
    return Mappings(objects=tuple(replace(m, fields=fields[m.name]) for m in kept))


def filtered(world: World, noun: str, condition: Condition) -> Mappings:
    """Return the world's mappings with a filter on one object."""
    assert world.mappings
    return Mappings(objects=tuple(replace(m, filter=(condition,)) if m.name == noun else m for m in world.mappings))


ONLY_DRAFTS = Condition(crm="Status__c", kind=Kind.CHOICE, operator=Operator.EQUALS, values=("Draft",))


@pytest.mark.req("P7")
def test_a_record_waits_for_a_parent_outside_the_filter_and_arrives_with_it(world: World, customer: Customer) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    hidden = world.create_there("success_plan", Name="Hidden", Account__c=customer.account, Status__c="Active")
    child = world.create_there("objective", Name="Child", Account__c=customer.account, Success_Plan__c=hidden)

    world.cycle()

    [item] = world.parked()
    assert (item["object"], item["kind"], item["code"]) == ("objective", "waiting", "REFERENCE_NOT_HERE")
    assert f"Success_Plan__c points at {hidden}, which Plansync does not hold" in item["reason"]
    assert world.our_id(child) not in world.here("objective")

    world.edit_there("success_plan", hidden, Status__c="Draft")
    world.settle()

    assert world.parked() == []
    assert world.here("objective")[world.our_id(child)]["success_plan_id"] == str(world.our_id(hidden))


@pytest.mark.req("P7")
def test_what_points_at_a_waiting_record_waits_with_it(world: World, customer: Customer) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    hidden = world.create_there("success_plan", Name="Hidden", Account__c=customer.account, Status__c="Active")
    objective = world.create_there("objective", Name="Child", Account__c=customer.account, Success_Plan__c=hidden)
    clone = world.create_there("objective", Name="Clone", Account__c=customer.account, Source_Template__c=objective)
    world.create_there("objective_kpi", Objective__c=objective, Description__c="Seats")

    world.cycle()

    assert sorted(item["object"] for item in world.parked()) == ["objective", "objective", "objective_kpi"]
    world.edit_there("objective", objective, Success_Plan__c=None)
    world.settle()
    assert world.parked() == []
    assert world.here("objective")[world.our_id(clone)]["source_template_id"] == str(world.our_id(objective))


def test_a_record_that_points_at_itself_or_a_later_one_of_the_same_page_arrives(world: World) -> None:
    account = world.create_there("account", Name="Acme")
    first = world.create_there("playbook_task", Name="A", Account__c=account)
    second = world.create_there("playbook_task", Name="B", Account__c=account, Source_Template__c=first)
    world.edit_there("playbook_task", first, Source_Template__c=second)

    world.cycle()

    here = world.here("playbook_task")
    assert here[world.our_id(first)]["source_template_id"] == str(world.our_id(second))
    assert world.parked() == []


def test_a_new_record_outside_the_filter_is_passed_over_and_one_that_leaves_it_stays(
    world: World, customer: Customer
) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    world.create_there("success_plan", Name="Hidden", Account__c=customer.account, Status__c="Active")

    world.edit_there("success_plan", customer.plan, Status__c="Active")
    world.settle()

    assert [plan["name"] for plan in world.here("success_plan").values()] == ["Grow"]
    assert world.here("success_plan")[customer.here(customer.plan)]["status"] == "Active"


def test_a_full_sync_keeps_a_record_that_left_the_filter(world: World, customer: Customer) -> None:
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()
    world.edit_there("success_plan", customer.plan, Status__c="Active")
    world.settle()

    world.cycle(full=Full())

    assert customer.here(customer.plan) in world.here("success_plan")


@pytest.mark.req("P12")
def test_a_value_that_its_kind_cannot_hold_waits_alone_and_names_the_field(world: World, customer: Customer) -> None:
    assert world.mappings
    objects = [
        replace(m, fields=tuple(replace(f, kind=Kind.DATE) if f.column == "title" else f for f in m.fields))
        if m.name == "objective"
        else m
        for m in world.mappings
    ]
    world.mappings = Mappings(objects=tuple(objects))
    world.sync = world.new_sync()
    bad = world.create_there("objective", Name="Bad", Account__c=customer.account, Title__c="no date")
    good = world.create_there("objective", Name="Good", Account__c=customer.account)

    world.cycle()

    [item] = world.parked()
    assert item["code"] == "UNREADABLE"
    assert item["reason"].startswith("Objective__c.Title__c: 'no date' is not a date; correct the value in the CRM")
    assert world.our_id(good) in world.here("objective")

    world.edit_there("objective", bad, Title__c=None)
    world.cycle()
    assert world.parked() == []
    assert world.our_id(bad) in world.here("objective")


def test_a_record_that_was_held_and_cannot_be_read_any_more_keeps_its_last_values(
    world: World, customer: Customer
) -> None:
    assert world.mappings
    objects = [
        replace(m, fields=tuple(replace(f, kind=Kind.NUMBER) if f.column == "title" else f for f in m.fields))
        if m.name == "objective"
        else m
        for m in world.mappings
    ]
    world.mappings = Mappings(objects=tuple(objects))
    world.sync = world.new_sync()

    world.edit_there("objective", customer.objective, Title__c="no number", Name="Later")
    world.cycle()

    assert world.here("objective")[customer.here(customer.objective)]["name"] == "Adopt"
    assert [item["code"] for item in world.parked()] == ["UNREADABLE"]


@pytest.mark.req("P4")
def test_a_store_set_up_anew_takes_its_own_records_back_under_their_ids(
    world: World, customer: Customer, engine: Engine
) -> None:
    made = world.create_here("objective", name="Ours", account_id=customer.here(customer.account))
    world.settle()

    anew = World(org=world.org, engine=engine, org_id=uuid4())
    anew.clock.set(world.clock.now())
    anew.settle()

    assert anew.here("objective")[made]["name"] == "Ours"
    assert anew.cycle(after=120).counts == {}


def test_a_key_that_is_not_one_of_ours_makes_no_difference(world: World, customer: Customer) -> None:
    odd = world.create_there("objective", Name="Odd", Account__c=customer.account, Plansync_Id__c="not a uuid")

    world.cycle()

    assert world.here("objective")[world.our_id(odd)]["name"] == "Odd"


def test_a_key_that_belongs_to_a_record_of_another_object_makes_no_difference(world: World, customer: Customer) -> None:
    taken = world.our_id(customer.account)
    odd = world.create_there("objective", Name="Odd", Account__c=customer.account, Plansync_Id__c=str(taken))

    world.cycle()

    assert world.our_id(odd) != taken
    assert world.here("objective")[world.our_id(odd)]["name"] == "Odd"


@pytest.mark.req("P5")
def test_a_page_that_is_taken_in_twice_changes_nothing(world: World, customer: Customer) -> None:
    before = _everything(world)

    world.cycle(full=Full())

    assert _everything(world) == before
    with world.transaction() as connection:
        last = connection.execute(select(decisions.c.at).order_by(decisions.c.id.desc()).limit(1)).scalar_one()
    assert last < world.clock.now()


@pytest.mark.req("P5")
def test_a_record_seen_again_in_an_overlapping_window_changes_nothing(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")

    first = world.cycle(after=1)
    again = world.cycle(after=1)

    assert first.counts == {"pull": 1}
    assert again.counts == {}
    assert again.api_calls == 2  # it is fetched again, which changes nothing


@pytest.mark.req("P8")
def test_a_column_that_the_mapping_has_only_just_got_is_not_sent_as_empty(world: World) -> None:
    assert world.mappings
    full = world.mappings
    objects = [
        replace(m, fields=tuple(f for f in m.fields if f.column not in ("blocked", "title")))
        if m.name == "objective"
        else m
        for m in full
    ]
    account = world.create_there("account", Name="Acme")
    there = world.create_there("objective", Name="Adopt", Account__c=account, Blocked__c=True, Title__c="Long")
    world.mappings = Mappings(objects=tuple(objects))
    world.sync = world.new_sync()
    world.settle()

    world.mappings = full
    world.sync = world.new_sync()
    road = Road(world)
    world.edit_here("objective", world.our_id(there), name="Adopt more")
    world.settle()

    assert [write["body"] for write in road.writes] == [{"Name": "Adopt more"}]
    assert world.here("objective")[world.our_id(there)]["blocked"] is True


@pytest.mark.req("P8")
def test_a_mapping_that_keeps_fewer_decimals_than_the_crm_does_not_round_the_crms_value(
    world: World, customer: Customer
) -> None:
    """An admin gave the field more decimals, or an overlay forgot its scale, and nobody ran `mappings check`."""
    assert world.mappings
    objects = [
        replace(m, fields=tuple(replace(f, scale=0) if f.column == "target_value" else f for f in m.fields))
        if m.name == "objective_kpi"
        else m
        for m in world.mappings
    ]
    world.mappings = Mappings(objects=tuple(objects))
    world.sync = world.new_sync()

    world.edit_here("objective_kpi", customer.here(customer.kpi), category="Adoption")
    world.settle()

    assert world.there("objective_kpi")[customer.kpi]["Target_Value__c"] == 25.5


def test_a_first_meeting_takes_the_crms_value_of_a_field_that_only_we_write(world: World) -> None:
    account = world.create_there("account", Name="Acme", MRR__c=99.5)

    world.settle()

    assert world.here("account")[world.our_id(account)]["mrr"] == "99.5"
    assert world.there("account")[account]["MRR__c"] == 99.5


@pytest.mark.req("P12")
@pytest.mark.parametrize(
    "text",
    [
        "NA",
        "null",
        "#N/A",
        "0",
        "false",
        "😀 ünï",
        "a\nb",
        '"quoted", text',
        "=1+1",
        "\\N",
        "\\.",
        "tab\there",
        "%s",
        "'",
    ],
)
def test_awkward_texts_survive_the_way_in_and_the_way_out(world: World, customer: Customer, text: str) -> None:
    there = world.create_there("objective", Name="In", Account__c=customer.account, Title__c=text)
    ours = world.create_here("objective", name="Out", account_id=customer.here(customer.account), title=text)

    world.cycle()

    assert world.here("objective")[world.our_id(there)]["title"] == text
    assert world.there("objective")[world.crm_id(ours) or ""]["Title__c"] == text


@pytest.mark.req("P12")
def test_long_texts_numbers_moments_and_sets_survive_there_and_back(world: World, customer: Customer) -> None:
    long = "ü" * 32_000
    values = {"notes": long, "occurred_at": "2026-03-29T01:30:00+05:30", "tags": None}
    ours = world.create_here("cs_activity", name="Call", account_id=customer.here(customer.account), **values)
    kpi = world.create_here(
        "objective_kpi",
        objective_id=customer.here(customer.objective),
        description="Digits",
        baseline_value="-0.0001",
        current_value="99999999999999.9999",
        target_value="0",
    )

    world.settle()

    activity = world.there("cs_activity")[world.crm_id(ours) or ""]
    assert activity["Notes__c"] == long
    assert world.here("cs_activity")[ours]["occurred_at"] == "2026-03-28T20:00:00Z"
    here = world.here("objective_kpi")[kpi]
    assert (here["baseline_value"], here["current_value"], here["target_value"]) == (
        "-0.0001",
        "99999999999999.9999",
        "0",
    )
    assert world.cycle(after=120).counts == {}


def _everything(world: World) -> dict[str, dict[UUID, object]]:
    assert world.mappings
    with world.transaction() as connection:
        versions = connection.execute(select(links.c.id, links.c.version, links.c.pushed_version)).all()
    return {
        **{mapping.name: dict(world.here(mapping.name)) for mapping in world.mappings},
        "versions": {row.id: (row.version, row.pushed_version) for row in versions},
    }

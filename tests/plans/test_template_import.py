"""Importing and publishing templates: on both sides, all or nothing, and again without doing anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from service.domain.permissions import Right, User
from service.plans.blueprint import walk
from service.plans.desk import Desk
from service.plans.refusals import Changed, Denied, Invalid
from service.plans.template_document import write
from service.plans.template_files import dump
from service.plans.template_import import Plan, carry_out, plan_import
from service.plans.template_telling import slug
from service.plans.versions import keep_version, publish, standing, versions
from tests.desks import mirror_sharing
from tests.plans.template_texts import ONBOARDING, blueprint
from tests.world import World, shipped

AUTHOR = User(
    crm_id="005000000000001AAA", name="Tess Author", rights=frozenset({Right.CUSTOMER_SUCCESS, Right.FROM_TEMPLATE})
)


DEFAULTS = {
    *("type: Plan", "completion_type: Manual", "direction: Increase", "level: Customer", "kind: Standard"),
    "type: To-do",
}
"""What the package's picklists hold by themselves."""


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk of a template author."""
    world.create_there("cs_resource", Name="Ada Ash", Email__c="ada@ash.example", Active__c=True)
    world.cycle()
    mirror_sharing(world)
    return Desk(org=world.sync, user=AUTHOR, now=world.clock.now(), zone="UTC")


def imported(desk: Desk, folder: Path, *changes: tuple[str, str]) -> Plan:
    """Import the file with some changes, and return what was planned."""
    plan = plan_import(desk, blueprint(folder, *changes))
    carry_out(desk, plan, note="from a test")
    return plan


@pytest.mark.req("OB-22", "OB-24")
def test_importing_a_new_template_makes_all_its_records_on_both_sides_in_one_call(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    plan = plan_import(desk, blueprint(tmp_path))
    before = world.sync.client.api_calls

    published = carry_out(desk, plan)

    assert world.sync.client.api_calls - before == 1
    assert (plan.found, published.version, published.new) == (None, 1, True)
    assert {noun: len(world.here(noun)) for noun in ("objective", "objective_kpi", "playbook", "playbook_task")} == {
        "objective": 1,
        "objective_kpi": 1,
        "playbook": 1,
        "playbook_task": 3,
    }
    [there] = world.there("objective").values()
    assert (there["Name"], there["Template__c"], there["Template_Version__c"]) == ("Onboarding", 1, 1)
    assert (there["Start_Date__c"], there["End_Date__c"]) == ("2026-01-01", "2026-04-01")
    [kpi] = world.there("objective_kpi").values()
    assert (kpi["Target_Date__c"], kpi["Objective__c"]) == ("2026-03-31", there["Id"])
    world.settle()
    assert world.parked() == []
    assert not standing(desk, "objective", plan.template_id).draft


def test_an_exported_template_is_the_file_that_was_imported(desk: Desk, tmp_path: Path) -> None:
    plan = imported(desk, tmp_path)

    found = standing(desk, "objective", plan.template_id)

    exported = dump(write(found.told.blueprint, shipped()))
    # What the file leaves open, the org fills in.
    filled = [line for line in exported.splitlines() if line.strip() not in DEFAULTS]
    assert "\n".join(filled) + "\n" == ONBOARDING.read_text()
    assert (found.draft, found.label) == (False, "version 1")


def test_importing_the_same_file_again_changes_nothing_and_makes_no_version(desk: Desk, tmp_path: Path) -> None:
    first = imported(desk, tmp_path)

    again = plan_import(desk, blueprint(tmp_path))

    assert again.template_id == first.template_id
    assert again.changes.nothing
    assert again.differences == []
    assert not carry_out(desk, again).new
    assert [version.version for version in versions(desk, "objective", first.template_id)] == [1]


def test_importing_a_changed_file_changes_adds_and_removes_records_and_makes_a_version(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    first = imported(desk, tmp_path)
    world.pass_time(seconds=5)
    changes = (
        ("priority: High\n", ""),
        ("length: 15", "length: 16"),
        ("type: Call\n", "type: Call\n        resources: {Ada Ash: Lead}\n"),
        ("  seats:", "  users:"),
        ("    after:\n      call: 7\n", ""),
    )

    second = plan_import(desk, blueprint(tmp_path, *changes))
    published = carry_out(desk, second)

    assert (second.template_id, published.version, published.new) == (first.template_id, 2, True)
    [root] = world.here("objective").values()
    assert (root["priority"], root["template_version"]) == ("Medium", "2")
    call = next(row for row in world.there("playbook_task").values() if row["Name"] == "Kick-off call")
    assert call["End_Date__c"] == "2026-01-21"
    assert len(world.there("objective_kpi")) == len(world.here("objective_kpi")) == 1
    assert len(world.there("playbook_task_dependency")) == len(world.here("playbook_task_dependency")) == 1
    [assignment] = world.there("playbook_task_assignment").values()
    assert assignment["Role__c"] == "Lead"
    assert plan_import(desk, blueprint(tmp_path, *changes)).changes.nothing
    world.settle()
    assert world.parked() == []


def test_a_task_that_moves_in_the_file_stays_the_same_record(desk: Desk, world: World, tmp_path: Path) -> None:
    imported(desk, tmp_path)
    world.pass_time(seconds=5)
    text = "tasks:\n  survey:\n    name: Send the survey\n    start: +80\n    after:\n      call: 7\n"
    inside = "      survey:\n        name: Send the survey\n        start: +80\n        after:\n          call: 7\n"
    survey = next(i for i, row in world.here("playbook_task").items() if row["name"] == "Send the survey")

    imported(desk, tmp_path, (text, inside))

    [playbook] = world.here("playbook")
    assert world.here("playbook_task")[survey]["playbook_id"] == str(playbook)

    world.pass_time(seconds=5)
    imported(desk, tmp_path)

    assert world.here("playbook_task")[survey]["playbook_id"] is None


def test_nothing_is_made_where_the_crm_refuses_one_record(desk: Desk, world: World, tmp_path: Path) -> None:
    plan = plan_import(desk, blueprint(tmp_path))
    refused = [replace(c, values={**c.values, "health": "7"}) for c in plan.changes.creates]
    plan = replace(plan, changes=replace(plan.changes, creates=refused))

    with pytest.raises(Invalid, match="Health goes from 1 to 5"):
        carry_out(desk, plan)

    assert [len(world.there(noun)) for noun in ("objective", "playbook", "playbook_task")] == [0, 0, 0]
    assert world.here("objective") == {}
    assert versions(desk, "objective", plan.template_id) == []


@pytest.mark.req("OB-34")
def test_a_person_whom_the_org_does_not_know_is_refused_before_anything_is_made(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        plan_import(desk, blueprint(tmp_path, ("priority: High", "priority: Top\nresource: eve@elm.example")))

    assert [fault.field for fault in refused.value.faults] == ["priority", "resource"]


@pytest.mark.req("OB-07")
def test_a_participant_publishes_nothing(desk: Desk, tmp_path: Path) -> None:
    plan = imported(desk, tmp_path)
    participant = replace(desk, user=replace(AUTHOR, rights=frozenset({Right.PARTICIPANT})))

    with pytest.raises(Denied):
        plan_import(participant, blueprint(tmp_path))
    with pytest.raises(Denied):
        publish(participant, "objective", plan.template_id)


# Publishing what was edited in the CRM


def edit_in_the_crm(world: World, template_id: UUID, **values: object) -> None:
    """Edit the template in the CRM and let it be synced."""
    crm_id = world.crm_id(template_id)
    assert crm_id
    world.edit_there("objective", crm_id, **values)
    world.cycle()


def test_publishing_what_did_not_change_makes_no_version(desk: Desk, tmp_path: Path) -> None:
    plan = imported(desk, tmp_path)

    published = publish(desk, "objective", plan.template_id)

    assert (published.version, published.new) == (1, False)


def test_an_edited_template_is_a_draft_until_it_is_published(desk: Desk, world: World, tmp_path: Path) -> None:
    plan = imported(desk, tmp_path)
    edit_in_the_crm(world, plan.template_id, Priority__c="Low")

    before = standing(desk, "objective", plan.template_id)
    published = publish(desk, "objective", plan.template_id, note="less urgent")

    assert (before.draft, before.label) == (True, "draft of version 2")
    assert [(d.word, d.old, d.new) for d in before.differences] == [("priority", "High", "Low")]
    assert (published.version, published.new) == (2, True)
    [second, first] = versions(desk, "objective", plan.template_id)
    assert (second.version, second.note, second.published_by) == (2, "less urgent", "Tess Author")
    assert (first.document["priority"], second.document["priority"]) == ("High", "Low")
    [there] = world.there("objective").values()
    assert there["Template_Version__c"] == 2


def test_a_template_made_in_the_crm_is_published_under_the_number_that_it_carries(desk: Desk, world: World) -> None:
    crm_id = world.create_there(
        "objective", Name="Renewal", Title__c="Renewal", Template__c=True, Template_Version__c=3
    )
    world.cycle()

    published = publish(desk, "objective", world.our_id(crm_id))

    assert (published.version, published.new) == (3, True)
    [version] = versions(desk, "objective", world.our_id(crm_id))
    assert version.document == {
        "template": "objective",
        "key": "renewal",
        "name": "Renewal",
        "type": "Plan",
        "priority": "Medium",
        "completion_type": "Manual",
        "direction": "Increase",
    }


def test_a_template_that_changed_in_the_crm_meanwhile_is_not_published(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    plan = imported(desk, tmp_path)
    edit_in_the_crm(world, plan.template_id, Priority__c="Low")
    world.pass_time(seconds=5)
    crm_id = world.crm_id(plan.template_id)
    assert crm_id
    world.edit_there("objective", crm_id, Priority__c="Medium")

    with pytest.raises(Changed):
        publish(desk, "objective", plan.template_id)

    assert [version.version for version in versions(desk, "objective", plan.template_id)] == [1]


def test_a_file_finds_the_template_of_its_name_that_was_never_published(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    crm_id = world.create_there("objective", Name="Onboarding", Title__c="Onboarding", Template__c=True)
    world.cycle()

    plan = plan_import(desk, blueprint(tmp_path))

    assert plan.template_id == world.our_id(crm_id)
    assert len(plan.changes.creates) == 7


def test_two_templates_of_one_name_are_not_guessed_between(desk: Desk, world: World, tmp_path: Path) -> None:
    for _ in range(2):
        world.create_there("objective", Name="Onboarding", Title__c="Onboarding", Template__c=True)
    world.cycle()

    with pytest.raises(Invalid, match="2 templates are called like onboarding"):
        plan_import(desk, blueprint(tmp_path))


def test_a_part_of_a_template_is_no_template_that_a_file_could_mean(desk: Desk, world: World, tmp_path: Path) -> None:
    imported(desk, tmp_path)
    whole = blueprint(tmp_path)
    [part] = [piece for _, piece in walk(whole.root) if piece.noun == "playbook"]

    alone = plan_import(desk, replace(whole, root=part))

    assert alone.found is None
    assert alone.template_id not in world.here("playbook")


def test_names_without_letters_and_names_that_are_alike_get_keys_of_their_own() -> None:
    assert slug("42 things") == "x_42_things"
    assert slug("") == "x"
    assert slug("Über  Größe!", {"uber_groe"}) == "uber_groe_2"
    assert slug("Call", {"call", "call_2"}) == "call_3"


@pytest.mark.req("OB-59")
def test_another_resource_makes_its_user_the_owner(desk: Desk, world: World, tmp_path: Path) -> None:
    user_id = world.org.add_user("ada@ash.example", name="Ada Ash", permission_sets=["CSC_Customer_Success"])
    world.create_there("cs_resource", Name="Ada with a login", Active__c=True, User__c=user_id)
    world.settle()
    first = imported(desk, tmp_path, ("priority: High", "priority: High\nresource: Ada Ash"))
    world.settle()

    imported(desk, tmp_path, ("priority: High", "priority: High\nresource: Ada with a login"))

    row = world.here("objective")[first.template_id]
    assert row["owner_id"] == str(world.our_id(user_id))
    told = standing(desk, "objective", first.template_id).told.blueprint
    assert told.root.resources == {"Ada with a login": None}


def test_a_record_that_changed_in_the_crm_meanwhile_stops_an_import(desk: Desk, world: World, tmp_path: Path) -> None:
    first = imported(desk, tmp_path)
    world.pass_time(seconds=5)
    plan = plan_import(desk, blueprint(tmp_path, ("priority: High", "priority: Low")))
    crm_id = world.crm_id(first.template_id)
    assert crm_id
    world.edit_there("objective", crm_id, Priority__c="Medium")

    with pytest.raises(Changed, match="let it be synced, then import again"):
        carry_out(desk, plan)

    assert [version.version for version in versions(desk, "objective", first.template_id)] == [1]


def test_a_change_that_the_crm_refuses_is_told_with_its_record(desk: Desk, world: World, tmp_path: Path) -> None:
    first = imported(desk, tmp_path)
    world.pass_time(seconds=5)
    plan = plan_import(desk, blueprint(tmp_path, ("priority: High", "priority: Low")))
    [update] = plan.changes.updates
    refused = replace(plan.changes, updates=[replace(update, values={"health": "7"})])

    with pytest.raises(Invalid, match="Health goes from 1 to 5") as told:
        carry_out(desk, replace(plan, changes=refused))

    assert [fault.record for fault in told.value.faults] == [str(first.template_id)]


def test_a_version_that_somebody_publishes_at_the_same_moment_is_not_overwritten(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    plan = imported(desk, tmp_path)
    found = standing(desk, "objective", plan.template_id)
    never = replace(found, newest=None)

    with pytest.raises(Changed, match="Somebody published version 1 at the same moment"):
        keep_version(desk, found.told, never, plan.template_id, note="")

"""Cloning templates on both sides: what is made, on which days and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from service.domain.values import Kind
from service.mapping.model import FieldMapping
from service.plans.clone import clone, preview
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.refusals import Changed, Denied, Missing
from tests.desks import know_fields
from tests.plans.adoption import CHILDREN, NOW, Adoption, adoption, count
from tests.plans.cloning import here, made, request_of, there
from tests.plans.conftest import Place

BY_HAND = {"start": date(2026, 12, 1)}


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return know_fields(replace(csm, now=NOW))


@pytest.mark.req("OB-23", "OB-24")
def test_a_clone_has_all_children_on_both_sides_made_in_one_call(template: Adoption, author: Desk) -> None:
    world = template.world
    before = count(world)
    cloned = made(author, request_of(template))

    assert cloned.api_calls == 1
    added = {noun: number - before[noun] for noun, number in count(world).items() if number != before[noun]}
    assert added == {"objective": 1, **CHILDREN}
    assert len(set(cloned.ids)) == len(cloned.ids) == sum(added.values())
    assert all(world.crm_id(our_id) for our_id in cloned.ids)
    assert here(world, "objective", cloned)["Adopt"]["source_template_id"] == str(template.id)


@pytest.mark.req("P6", "P8")
def test_what_was_cloned_is_in_step_and_nothing_of_it_is_sent_again(template: Adoption, author: Desk) -> None:
    world = template.world
    cloned = made(author, request_of(template))
    before = {noun: there(world, noun, cloned) for noun in ("objective", "objective_kpi", "playbook", "playbook_task")}
    world.settle()

    assert {noun: there(world, noun, cloned) for noun in before} == before
    assert world.parked() == []


@pytest.mark.req("OB-43")
def test_kpi_dates_move_from_the_templates_start_to_today(template: Adoption, author: Desk) -> None:
    cloned = made(author, request_of(template))

    assert here(template.world, "objective", cloned)["Adopt"]["start_date"] == "2026-11-22"
    assert here(template.world, "objective_kpi", cloned)["Seats"]["target_date"] == "2027-02-19"
    assert there(template.world, "objective_kpi", cloned)["Seats"]["Target_Date__c"] == "2027-02-19"


@pytest.mark.req("OB-38", "OB-44")
def test_a_start_changed_by_hand_moves_tasks_but_no_kpis(template: Adoption, author: Desk) -> None:
    cloned = made(author, request_of(template, **BY_HAND))

    assert there(template.world, "objective", cloned)["Adopt"]["Start_Date__c"] == "2026-12-01"
    assert there(template.world, "objective_kpi", cloned)["Seats"]["Target_Date__c"] == "2027-02-19"
    assert here(template.world, "objective_kpi", cloned)["Seats"]["target_date"] == "2027-02-19"
    invite = there(template.world, "playbook_task", cloned)["Invite"]
    assert (invite["Start_Date__c"], invite["End_Date__c"]) == ("2026-12-05", "2026-12-20")
    invite = here(template.world, "playbook_task", cloned)["Invite"]
    assert (invite["start_date"], invite["end_date"]) == ("2026-12-05", "2026-12-20")


@pytest.mark.req("OB-39", "G1")
def test_the_preview_tells_which_hand_edits_are_lost_and_asks_the_org_nothing(template: Adoption, author: Desk) -> None:
    calls, before = author.org.client.api_calls, count(template.world)
    edits = {template.of("Invite"): {"end_date": "2026-12-15"}}
    told = preview(author, request_of(template, edits=edits, **BY_HAND))

    [lost] = told.lost_edits
    assert (lost.record, lost.becomes) == (template.of("Invite"), date(2026, 12, 20))
    assert (author.org.client.api_calls, count(template.world)) == (calls, before)


@pytest.mark.req("G1")
def test_the_preview_names_the_holidays_of_a_calendar(template: Adoption, author: Desk) -> None:
    told = preview(author, request_of(template, start=date(2026, 12, 21), calendar="DE-BY"))

    found = {(off.title, off.column): off.name for off in told.off_days}
    assert found["Invite", "start_date"] == "Christmas Day"
    assert found["Meet", "start_date"] == "Second Day of Christmas"
    assert ("Kick-off", "start_date") not in found


@pytest.mark.req("OB-20", "OB-42")
def test_children_stand_where_the_new_objective_does(template: Adoption, author: Desk, place: Place) -> None:
    cloned = made(author, request_of(template, values={"success_plan_id": place.other_plan, "name": "Adopt it"}))

    objective = here(template.world, "objective", cloned)["Adopt it"]
    assert (objective["account_id"], objective["title"]) == (place.globex, "Adopt it")
    for noun in ("playbook", "playbook_task"):
        for row in here(template.world, noun, cloned).values():
            assert (row["account_id"], row["success_plan_id"]) == (place.globex, place.other_plan)
            assert row["objective_id"] == str(cloned.root_id)


@pytest.mark.req("OB-31")
def test_a_task_without_its_playbook_is_made_there_too(template: Adoption, author: Desk) -> None:
    cloned = made(author, request_of(template, left_out=(template.of("Kick-off"),)))

    invite = there(template.world, "playbook_task", cloned)["Invite"]
    assert invite["Playbook__c"] is None
    assert invite["Objective__c"] == template.world.crm_id(cloned.root_id)


@pytest.mark.req("OB-33")
def test_children_are_edited_before_they_are_made(template: Adoption, author: Desk) -> None:
    edits = {template.of("Meet"): {"name": "Meet them", "estimated_hours": "1.5"}}
    cloned = made(author, request_of(template, edits=edits))

    assert there(template.world, "playbook_task", cloned).keys() >= {"Meet them", "Invite"}
    assert here(template.world, "playbook_task", cloned)["Meet them"]["estimated_hours"] == "1.5"


@pytest.mark.req("OB-59")
def test_records_belong_to_the_resources_user_else_to_who_acts(template: Adoption, author: Desk, place: Place) -> None:
    cloned = made(author, request_of(template, values={"resource_id": place.ana}))

    ana = place.crm(str(template.world.here("cs_resource")[UUID(place.ana)]["user_id"]))
    tasks = there(template.world, "playbook_task", cloned)
    assert there(template.world, "objective", cloned)["Adopt"]["OwnerId"] == ana
    assert (tasks["Meet"]["OwnerId"], tasks["Invite"]["OwnerId"]) == (ana, author.user.crm_id)


@pytest.mark.req("OB-37")
def test_a_task_gets_the_resources_that_were_chosen(template: Adoption, author: Desk, place: Place) -> None:
    bo = template.world.create_there("cs_resource", Name="Bo", Active__c=True)
    template.world.cycle()
    people = (UUID(place.ana), template.world.our_id(bo))
    choices = {"resources": {template.of("Invite"): people, template.of("Train"): ()}}
    cloned = made(author, request_of(template, **choices))

    rows = here(template.world, "playbook_task_assignment", cloned).values()
    tasks = template.world.here("playbook_task")
    given = sorted((str(tasks[UUID(row["playbook_task_id"])]["name"]), row["resource_id"]) for row in rows)
    assert given == sorted([("Invite", str(people[0])), ("Invite", str(people[1])), ("Meet", place.ana)])


@pytest.mark.req("OB-45")
def test_a_plan_from_a_template_has_objectives_with_their_kpis(place: Place, author: Desk) -> None:
    world, account = place.world, place.crm(place.acme)
    plan = world.create_there("success_plan", Name="Grow", Template__c=True, Start_Date__c="2026-01-01")
    for name in ("Adopt", "Expand"):
        objective = world.create_there("objective", Name=name, Title__c=name, Account__c=account)
        world.edit_there("objective", objective, Account__c=None, Template__c=True, Success_Plan__c=plan)
        for unit in ("seats", "logins"):
            world.create_there(
                "objective_kpi", Objective__c=objective, Description__c=unit, Target_Date__c="2026-03-31"
            )
    world.cycle()
    request = CloneRequest(
        noun="success_plan", template_id=world.our_id(plan), values={"account_id": place.globex, "name": "Grow Globex"}
    )
    cloned = made(author, request)

    [grow] = there(world, "success_plan", cloned).values()
    objectives = there(world, "objective", cloned)
    assert {row["Success_Plan__c"] for row in objectives.values()} == {grow["Id"]}
    kpis = [row for row in world.there("objective_kpi").values() if row["Plansync_Id__c"] in set(map(str, cloned.ids))]
    assert {row["Target_Date__c"] for row in kpis} == {"2027-02-19"}
    assert sorted(row["Objective__c"] for row in kpis) == sorted(2 * [row["Id"] for row in objectives.values()])


@pytest.mark.req("OB-23")
def test_a_playbook_is_made_from_a_template_under_an_objective(template: Adoption, author: Desk, place: Place) -> None:
    world = template.world
    world.edit_there("playbook", place.crm(template.of("Kick-off")), Template__c=True)
    world.cycle()
    request = CloneRequest(
        noun="playbook",
        template_id=template.of("Kick-off"),
        values={"objective_id": str(template.id)},
        edits={template.of("Meet after Invite"): {"lag_days": 5}},
    )
    cloned = made(author, request)

    tasks = there(world, "playbook_task", cloned)
    assert {row["Playbook__c"] for row in tasks.values()} == {world.crm_id(cloned.root_id)}
    assert {row["Objective__c"] for row in tasks.values()} == {place.crm(template.id)}
    assert (tasks["Invite"]["Status__c"], tasks["Meet"]["Status__c"]) == ("Not Started", "Waiting")
    assert [row["lag_days"] for row in here(world, "playbook_task_dependency", cloned).values()] == ["5"]


def test_a_template_of_200_children_takes_one_call(place: Place, author: Desk) -> None:
    world = place.world
    root = world.create_here("objective", name="Wide", title="Wide", template=True, account_id=UUID(place.acme))
    for number in range(200):
        world.create_here(
            "playbook_task", name=f"Task {number}", objective_id=root, template=True, start_date=date(2026, 1, 1)
        )
    world.cycle()
    cloned = made(author, CloneRequest(noun="objective", template_id=root))

    assert (cloned.api_calls, len(cloned.ids)) == (1, 201)


@pytest.mark.req("OB-32")
def test_a_template_without_children_is_cloned_by_itself(place: Place, author: Desk) -> None:
    bare = place.world.create_there("objective", Name="Bare", Title__c="Bare", Template__c=True)
    place.world.cycle()
    request = CloneRequest(noun="objective", template_id=place.world.our_id(bare), values={"account_id": place.globex})

    assert len(preview(author, request).creates) == len(made(author, request).ids) == 1


@pytest.mark.req("P4")
def test_the_same_request_again_makes_nothing_twice(template: Adoption, author: Desk) -> None:
    first = made(author, request_of(template))
    before = count(template.world)
    again = made(author, request_of(template))

    assert (again.root_id, set(again.ids), again.api_calls) == (first.root_id, set(first.ids), 0)
    assert count(template.world) == before


def test_another_request_makes_another_clone(template: Adoption, author: Desk) -> None:
    first, second = made(author, request_of(template)), made(author, request_of(template), key="twice")

    assert set(first.ids).isdisjoint(second.ids)


@pytest.mark.req("OB-04")
def test_a_participant_clones_no_template(template: Adoption, participant: Desk) -> None:
    for use_case in (
        lambda: preview(participant, request_of(template)),
        lambda: made(participant, request_of(template)),
    ):
        with pytest.raises(Denied, match="CSC - Customer Success"):
            use_case()


def test_a_template_that_was_deleted_since_its_preview_is_missing(template: Adoption, author: Desk) -> None:
    told = preview(author, request_of(template))
    template.world.delete_here("objective", template.id)

    with pytest.raises(Missing):
        clone(author, request_of(template, seen=told.seen), key="once")


@pytest.mark.req("OB-38", "G1")
def test_a_date_that_an_org_added_moves_and_is_told(template: Adoption, author: Desk) -> None:
    added = FieldMapping(column="go_live", crm="Go_Live__c", kind=Kind.DATE, extra=True)
    objects = [replace(m, fields=(*m.fields, added)) if m.name == "objective" else m for m in author.org.mappings]
    widened = replace(author, org=replace(author.org, mappings=replace(author.org.mappings, objects=tuple(objects))))
    template.world.edit_here("objective", template.id, extra={"go_live": "2026-02-01"})

    [shift] = [each for each in preview(widened, request_of(template)).shifts if each.column == "go_live"]
    assert (shift.old, shift.new) == (date(2026, 2, 1), date(2026, 12, 23))


@pytest.mark.req("OB-43")
def test_a_preview_of_yesterday_is_looked_at_again_since_its_dates_would_be_others(
    template: Adoption, author: Desk
) -> None:
    told = preview(author, request_of(template))
    tomorrow = replace(author, now=NOW + timedelta(days=1))

    with pytest.raises(Changed, match="A new day has begun since its preview"):
        clone(tomorrow, request_of(template, seen=told.seen), key="once")


def test_a_template_that_changed_since_its_preview_is_looked_at_again(template: Adoption, author: Desk) -> None:
    told = preview(author, request_of(template))
    assert made(author, request_of(template, seen=told.seen))
    template.world.edit_here("playbook_task", template.of("Meet"), name="Meet again")

    with pytest.raises(Changed, match="template Adopt has changed"):
        clone(author, request_of(template, seen=told.seen), key="twice")


def test_a_request_is_read_back_from_its_document(template: Adoption) -> None:
    request = CloneRequest(
        noun="objective",
        template_id=uuid4(),
        seen="abc",
        values={"name": "Adopt", "target_value": 1.5, "tags": ["a", "b"]},
        left_out=(uuid4(),),
        edits={uuid4(): {"name": None}},
        resources={uuid4(): (uuid4(), uuid4())},
        calendar="DE-BY",
        **BY_HAND,
    )

    assert CloneRequest.of(request.document()) == request

"""Clones that are refused: what is said, at which record and field, and that nothing is half made."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from service.domain.permissions import User
from service.localorg.automation.model import Automation, Reject, When
from service.plans.desk import Desk
from tests.desks import RIGHTS, know_fields, make_private
from tests.plans.adoption import NOW, Adoption, adoption
from tests.plans.cloning import made, refused, request_of, there
from tests.plans.conftest import Place

GONE = uuid4()


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return know_fields(replace(csm, now=NOW))


@pytest.mark.req("OB-46")
def test_a_task_that_the_org_refuses_leaves_nothing_of_the_clone(template: Adoption, author: Desk) -> None:
    rule = Reject('Name = "Train"', "Trainings are booked elsewhere.", field="Start_Date__c")
    template.world.org.automation.add(Automation("Playbook_Task__c", When.BEFORE, rule))

    [fault] = refused(template.world, author, request_of(template))
    assert (fault.record, fault.field) == (str(template.of("Train")), "start_date")
    assert fault.message == "Trainings are booked elsewhere."
    template.world.settle()
    assert template.world.parked() == []


@pytest.mark.req("OB-46")
def test_a_root_that_the_org_refuses_names_no_child(template: Adoption, author: Desk) -> None:
    rule = Reject('Name = "Adopt"', "Not this year.")
    template.world.org.automation.add(Automation("Objective__c", When.BEFORE, rule))

    [fault] = refused(template.world, author, request_of(template))
    assert (fault.record, fault.message) == (None, "Not this year.")


@pytest.mark.parametrize(
    ("choices", "field", "code"),
    [
        ({"values": {"name": "x" * 10_000}}, "name", "too_long"),
        ({"values": {"name": None, "title": None}}, "title", "required"),
        ({"values": {"account_id": str(GONE)}}, "account_id", "missing"),
        ({"values": {"success_plan_id": str(GONE)}}, "success_plan_id", "missing"),
        ({"values": {"resource_id": str(GONE)}}, "resource_id", "missing"),
        ({"values": {"health": 6}}, "health", "out_of_range"),
        ({"values": {"progress": 50}}, "progress", "read_only"),
        ({"values": {"colour": "red"}}, "colour", "unknown"),
        ({"values": {"end_date": "2026-11-01"}}, "end_date", "before_start"),
        ({"start": date(9999, 12, 30)}, "start_date", "out_of_range"),
    ],
)
def test_what_is_wrong_with_the_new_objective_is_said_at_its_field(
    choices: dict[str, Any], field: str, code: str, template: Adoption, author: Desk
) -> None:
    calls = author.org.client.api_calls
    faults = [fault for fault in refused(template.world, author, request_of(template, **choices)) if not fault.record]

    assert [(fault.field, fault.code) for fault in faults] == [(field, code)]
    assert author.org.client.api_calls == calls


@pytest.mark.parametrize(
    ("child", "edits", "field", "code"),
    [
        ("Meet", {"name": "x" * 10_000}, "name", "too_long"),
        ("Meet", {"name": None}, "name", "required"),
        ("Meet", {"end_date": "2026-11-01"}, "end_date", "before_start"),
        ("Meet", {"start_date": "soon"}, "start_date", "unreadable"),
        ("Meet", {"percent_complete": 101}, "percent_complete", "out_of_range"),
        ("Meet", {"playbook_id": None}, "playbook_id", "read_only"),
        ("Seats", {"description": ""}, "description", "required"),
        ("Seats", {"target_value": "1.23456"}, "target_value", "too_precise"),
    ],
)
def test_what_is_wrong_with_a_child_is_said_at_its_field(
    child: str, edits: dict[str, Any], field: str, code: str, template: Adoption, author: Desk
) -> None:
    request = request_of(template, edits={template.of(child): edits})

    [fault] = refused(template.world, author, request)
    assert (fault.record, fault.field, fault.code) == (str(template.of(child)), field, code)


def test_a_child_that_the_template_does_not_have_is_refused(template: Adoption, author: Desk) -> None:
    [fault] = refused(template.world, author, request_of(template, edits={GONE: {"name": "Gone"}}))

    assert (fault.record, fault.code) == (str(GONE), "missing")


@pytest.mark.req("CO-29")
def test_tags_of_a_clone_are_those_of_the_org(template: Adoption, author: Desk) -> None:
    [fault] = refused(template.world, author, request_of(template, values={"tags": ["roi", "Nonsense"]}))
    assert (fault.record, fault.field) == (None, "tags")

    cloned = made(author, request_of(template, values={"tags": ["roi"]}))
    assert there(template.world, "objective", cloned)["Adopt"]["Tags__c"] == "ROI"


@pytest.mark.req("OB-34", "OB-35")
@pytest.mark.parametrize(("who", "code"), [("idle", "inactive"), ("psa", "psa")])
def test_a_resource_that_may_not_be_given_work_is_refused(
    who: str, code: str, template: Adoption, author: Desk, place: Place
) -> None:
    resource = getattr(place, who)
    [fault] = refused(template.world, author, request_of(template, values={"resource_id": resource}))

    assert (fault.record, fault.field, fault.code) == (None, "resource_id", code)


@pytest.mark.req("OB-21")
def test_a_plan_of_another_account_is_refused(template: Adoption, author: Desk, place: Place) -> None:
    values = {"success_plan_id": place.other_plan, "account_id": place.acme}
    [fault] = refused(template.world, author, request_of(template, values=values))

    assert (fault.field, fault.code) == ("success_plan_id", "other_account")


@pytest.fixture
def newcomer(participant: Desk) -> Desk:
    """Somebody who may clone, and sees no more than sharing shows."""
    return replace(participant, now=NOW, user=replace(participant.user, rights=RIGHTS["CSC_Customer_Success"]))


@pytest.mark.req("OB-05")
def test_a_plan_that_sharing_hides_is_not_there_to_be_chosen(template: Adoption, newcomer: Desk, place: Place) -> None:
    make_private(place.world, "success_plan")
    request = request_of(template, values={"account_id": place.globex, "success_plan_id": place.other_plan})

    [fault] = refused(place.world, newcomer, request)

    assert (fault.record, fault.field, fault.code) == (None, "success_plan_id", "missing")
    assert "Globex" not in fault.message


@pytest.mark.req("OB-05")
def test_what_sharing_hides_is_not_there_for_a_child_either(template: Adoption, newcomer: Desk, place: Place) -> None:
    make_private(place.world, "success_plan")
    edits = {template.of("Review"): {"success_plan_id": place.other_plan}}

    found = refused(place.world, newcomer, request_of(template, edits=edits))

    named = [(fault.record, fault.field, fault.code) for fault in found]
    assert named == [(str(template.of("Review")), "success_plan_id", "missing")]


def test_a_calendar_that_nobody_keeps_is_refused_with_the_nearest_one(template: Adoption, author: Desk) -> None:
    [fault] = refused(template.world, author, request_of(template, calendar="DE-BX"))

    assert (fault.field, fault.code) == ("calendar", "unknown")
    assert "DE-BY" in fault.message


def test_a_user_whom_the_sync_has_not_brought_yet_is_told_so(template: Adoption, author: Desk) -> None:
    stranger = replace(author, user=User(crm_id=author.user.crm_id, rights=author.user.rights))

    [fault] = refused(template.world, stranger, request_of(template))
    assert (fault.field, fault.code) == ("owner_id", "unknown_user")


def test_a_template_that_the_crm_does_not_hold_yet_is_not_cloned(place: Place, author: Desk) -> None:
    made_here = place.world.create_here("objective", name="New", title="New", template=True)
    template = Adoption(world=place.world, id=made_here, ids={})

    faults = refused(place.world, author, request_of(template, values={"account_id": place.acme}))
    assert [(fault.field, fault.code) for fault in faults] == [("source_template_id", "missing")]

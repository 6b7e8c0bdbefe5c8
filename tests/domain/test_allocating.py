"""Allocating: who works on a clone, and who owns its records (OB-34 to OB-37, OB-59)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.permissions import User
from service.domain.templates import Choices, Template
from tests.domain.adoption import (
    SETTING,
    assigned,
    cloned,
    draft,
    key,
    made,
    new,
    objective,
    ref,
    task,
)


def cautions(clone) -> list[str]:
    return [caution.code for caution in clone.cautions]


@pytest.mark.req("OB-59")
def test_a_record_belongs_to_the_user_of_its_resource_else_to_whoever_acts() -> None:
    clone = cloned(Choices(values={"resource_id": "bo"}))

    owners = {
        name: draft(clone, name).values["owner_id"] for name in ("Adopt", "Kick-off", "Training", "Meet", "Seats")
    }
    assert owners == {
        "Adopt": "user-bo",
        "Kick-off": "user-bo",
        "Training": "user-ana",
        "Meet": "user-bo",
        "Seats": "user-ana",
    }


def test_nothing_is_made_for_a_user_whom_the_sync_has_not_brought_yet() -> None:
    [fault] = cloned(setting=replace(SETTING, acting=User(crm_id="005"))).faults

    assert (fault.field, fault.code) == ("owner_id", "unknown_user")


@pytest.mark.req("OB-34")
@pytest.mark.req("OB-35")
@pytest.mark.parametrize(("resource", "code"), [("idle", "inactive"), ("psa", "psa"), ("nobody", "missing")])
@pytest.mark.parametrize(
    ("choices", "blamed"),
    [
        (lambda who: Choices(values={"resource_id": who}), "Adopt"),
        (lambda who: Choices(edits={key("Training"): {"resource_id": who}}), "Training"),
        (lambda who: Choices(resources={key("Invite"): (who,)}), "Invite"),
        (lambda who: Choices(edits={key("bo does Meet"): {"resource_id": who}}), "bo does Meet"),
    ],
)
def test_a_resource_that_is_chosen_must_be_active_and_no_psa_resource(choices, blamed, resource, code) -> None:
    [fault] = cloned(choices(resource)).faults

    assert (fault.field, fault.code, fault.record) == ("resource_id", code, ref(blamed))


@pytest.mark.req("OB-34")
def test_a_resource_of_the_template_that_is_no_longer_active_is_dropped_and_said() -> None:
    template = Template(
        root=objective(resource_id="idle"), children=(task("Meet", None, None), assigned("Meet", "psa"))
    )
    clone = cloned(template=template)

    assert clone.faults == ()
    assert draft(clone, "Adopt").values["resource_id"] is None
    assert draft(clone, "Adopt").values["owner_id"] == "user-ana"
    assert made(clone, "playbook_task_assignment") == []
    assert cautions(clone) == ["resource_dropped", "resource_dropped"]


@pytest.mark.req("OB-36")
def test_a_second_resource_of_a_playbook_replaces_the_first() -> None:
    values = draft(cloned(Choices(edits={key("Kick-off"): {"resource_id": "cy"}})), "Kick-off").values

    assert values["resource_id"] == "cy"


@pytest.mark.req("OB-37")
def test_a_task_has_several_resources() -> None:
    choices = Choices(resources={key("Meet"): ("cy", "bo"), key("Train"): ("bo",), key("Invite"): ()})
    clone = cloned(choices)

    given = [
        (each.values["playbook_task_id"], each.values["resource_id"])
        for each in made(clone, "playbook_task_assignment")
    ]
    assert given == [(new("Meet"), "cy"), (new("Meet"), "bo"), (new("Train"), "bo")]
    assert len({each.id for each in clone.creates}) == len(clone.creates)


def test_the_people_of_the_template_are_taken_over_with_their_roles() -> None:
    [bo, cy] = made(cloned(), "playbook_task_assignment")

    assert bo.values == {"playbook_task_id": new("Meet"), "resource_id": "bo", "role": "Lead"}
    assert cy.values["resource_id"] == "cy"


@pytest.mark.req("OB-37")
def test_a_resource_is_not_chosen_twice_for_a_task() -> None:
    [fault] = cloned(Choices(resources={key("Meet"): ("bo", "bo")})).faults

    assert (fault.code, fault.record) == ("twice", ref("Meet"))


@pytest.mark.req("OB-36")
def test_several_resources_are_for_tasks_only() -> None:
    [fault] = cloned(Choices(resources={key("Kick-off"): ("bo", "cy")})).faults

    assert (fault.code, fault.record) == ("one_resource", ref("Kick-off"))

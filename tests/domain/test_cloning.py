from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from service.domain.templates import NOUNS, Choices, Record, Template
from tests.domain.adoption import (
    SETTING,
    adoption,
    after,
    assigned,
    children,
    cloned,
    draft,
    key,
    made,
    new,
    objective,
    record,
    ref,
    task,
)


def codes(clone) -> list[str]:
    return [fault.code for fault in clone.faults]


def cautions(clone) -> list[str]:
    return [caution.code for caution in clone.cautions]


@pytest.mark.req("OB-24")
@pytest.mark.req("OB-29")
def test_everything_is_made_unless_something_is_left_out_and_parents_come_first() -> None:
    clone = cloned()

    assert Counter(each.noun for each in clone.creates) == Counter(each.noun for each in adoption())
    order = [NOUNS.index(each.noun) for each in clone.creates]
    assert order == sorted(order)
    assert clone.faults == clone.cautions == ()


@pytest.mark.req("OB-23")
def test_a_clone_takes_the_templates_own_values_and_begins_its_own_life() -> None:
    values = draft(cloned(), "Adopt").values

    assert (values["name"], values["description"], values["priority"]) == ("Adopt", "<p>Use it</p>", "High")
    assert (values["template"], values["status"]) == (False, "Not Started")
    assert values.keys().isdisjoint({"completed_on", "progress", "archived", "health"})


@pytest.mark.req("OB-23")
def test_a_clone_says_which_version_of_which_template_it_was_made_from() -> None:
    clone = cloned()

    assert draft(clone, "Adopt").values["template_version"] == "3"
    for name in ("Adopt", "Kick-off", "Meet"):
        assert draft(clone, name).values["source_template_id"] == ref(name)
    assert "source_template_id" not in draft(clone, "Seats").values
    assert "template_version" not in draft(clone, "Meet").values


@pytest.mark.req("OB-23")
def test_a_kpi_is_numbered_by_the_crm_and_measured_anew() -> None:
    seats = record("objective_kpi", "Seats", objective_id=ref("Adopt"), name="OKPI-1", current_value="7", unit="Hours")
    values = draft(cloned(template=Template(root=objective(), children=(seats,))), "Seats").values

    assert values == {
        "description": "Seats",
        "unit": "Hours",
        "objective_id": new("Adopt"),
        "target_date": None,
        "owner_id": "user-ana",
    }


def test_a_playbook_becomes_an_activation() -> None:
    values = draft(cloned(), "Kick-off").values

    assert (values["stage"], values["active"]) == ("Planned", True)
    assert values["activated_on"] == "2026-11-22T09:30:00Z"


@pytest.mark.req("AG-18")
def test_a_task_that_depends_on_another_one_waits() -> None:
    clone = cloned(Choices(left_out=frozenset({key("Train after Meet")})))

    statuses = {name: draft(clone, name).values["status"] for name in ("Invite", "Meet", "Train")}
    assert statuses == {"Invite": "Not Started", "Meet": "Waiting", "Train": "Not Started"}


@pytest.mark.req("OB-30")
def test_what_is_left_out_is_not_made() -> None:
    clone = cloned(Choices(left_out=frozenset({key("Prepare"), key("Seats")})))

    assert [each.values["name"] for each in made(clone, "playbook_task")] == ["Invite", "Meet", "Train", "Review"]
    assert [each.values["description"] for each in made(clone, "objective_kpi")] == ["Logins"]


@pytest.mark.req("OB-31")
def test_a_task_is_made_without_its_playbook_with_the_new_objective_its_plan_and_its_account() -> None:
    plan = {"success_plan_id": {"name": "Grow", "account_id": "globex"}}
    choices = Choices(left_out=frozenset({key("Kick-off")}), values={"success_plan_id": "plan"})
    clone = cloned(choices, setting=replace(SETTING, parents=plan))

    values = draft(clone, "Invite").values
    assert values["playbook_id"] is None
    assert (values["objective_id"], values["success_plan_id"], values["account_id"]) == (new("Adopt"), "plan", "globex")
    assert draft(clone, "Train").values["playbook_id"] == new("Training")
    assert cautions(clone) == ["without_playbook", "without_playbook"]


@pytest.mark.req("OB-42")
def test_children_take_the_account_that_was_chosen() -> None:
    clone = cloned(Choices(values={"account_id": "globex"}))

    accounts = {each.values["account_id"] for each in clone.creates if "account_id" in each.values}
    assert accounts == {"globex"}


def test_without_a_choice_the_clone_stays_in_the_templates_account() -> None:
    assert draft(cloned(), "Invite").values["account_id"] == "acme"


@pytest.mark.parametrize(("status", "completed_on"), [("Completed", "2026-11-22T09:30:00Z"), ("In Progress", None)])
def test_a_task_that_is_completed_as_it_is_cloned_was_completed_now(status: str, completed_on: str | None) -> None:
    clone = cloned(Choices(edits={key("Meet"): {"status": status}}))

    assert draft(clone, "Meet").values.get("completed_on") == completed_on


@pytest.mark.parametrize(("own", "carried"), [(None, "3"), ("7", "7")])
def test_a_playbook_within_a_template_is_of_its_own_version_else_of_that_of_the_whole(
    own: str | None, carried: str
) -> None:
    playbook = record("playbook", "Kick-off", objective_id=ref("Adopt"), template_version=own)
    clone = cloned(template=Template(root=objective(), children=(playbook,)))

    assert draft(clone, "Kick-off").values["template_version"] == carried


@pytest.mark.req("CO-01")
def test_a_clone_needs_an_account() -> None:
    assert codes(cloned(template=adoption(account_id=None))) == ["required"]


@pytest.mark.req("OB-21")
def test_a_plan_of_another_account_is_refused() -> None:
    plan = {"success_plan_id": {"name": "Grow", "account_id": "globex"}}
    choices = Choices(values={"success_plan_id": "plan", "account_id": "acme"})

    [fault] = cloned(choices, setting=replace(SETTING, parents=plan)).faults
    assert (fault.field, fault.code) == ("success_plan_id", "other_account")


def test_a_playbook_alone_is_cloned_under_an_objective_and_stands_where_that_stands() -> None:
    playbook = record("playbook", "Kick-off", template=True, template_version="2", start_date="2026-01-01")
    template = Template(root=playbook, children=(task("Meet", "2026-01-02", None, playbook="Kick-off"),))
    parents = {"objective_id": {"name": "Adopt", "account_id": "globex", "success_plan_id": "plan"}}
    clone = cloned(
        Choices(values={"objective_id": "aim"}), template=template, setting=replace(SETTING, parents=parents)
    )

    place = {"account_id": "globex", "success_plan_id": "plan", "objective_id": "aim"}
    assert place.items() <= draft(clone, "Kick-off").values.items()
    assert {**place, "playbook_id": new("Kick-off")}.items() <= draft(clone, "Meet").values.items()


def plan_template() -> Template:
    """Return a plan template of two objectives with two KPIs each, and work under one of them."""
    root = record("success_plan", "Grow", account_id="acme", status="Active", start_date="2026-01-01")
    objectives = [record("objective", name, success_plan_id=ref("Grow")) for name in ("Adopt", "Expand")]
    kpis = [
        record("objective_kpi", f"{name} {unit}", objective_id=ref(name), target_date="2026-03-31")
        for name in ("Adopt", "Expand")
        for unit in ("seats", "logins")
    ]
    playbook = record("playbook", "Kick-off", objective_id=ref("Adopt"), success_plan_id=ref("Grow"))
    work = (playbook, task("Meet", "2026-01-05", None, playbook="Kick-off"), assigned("Meet", "bo"))
    stray = record("playbook_task", "Call", success_plan_id=ref("Grow"), start_date="2026-01-02")
    return Template(root=root, children=(*objectives, *kpis, *work, stray))


@pytest.mark.req("OB-45")
def test_a_plan_is_made_with_its_objectives_and_their_kpis() -> None:
    clone = cloned(Choices(values={"account_id": "globex"}), template=plan_template())

    assert draft(clone, "Grow").values["status"] == "Draft"
    assert [each.values["success_plan_id"] for each in made(clone, "objective")] == [new("Grow")] * 2
    owners = [new("Adopt"), new("Adopt"), new("Expand"), new("Expand")]
    assert [each.values["objective_id"] for each in made(clone, "objective_kpi")] == owners
    assert {each.values["target_date"] for each in made(clone, "objective_kpi")} == {"2027-02-19"}
    assert draft(clone, "Meet").values["objective_id"] == new("Adopt")
    assert draft(clone, "Call").values["success_plan_id"] == new("Grow")
    assert clone.faults == ()


def test_an_objective_that_is_left_out_of_a_plan_takes_along_what_belongs_to_it() -> None:
    clone = cloned(Choices(left_out=frozenset({key("Adopt")})), template=plan_template())

    sources = {each.source for each in clone.creates}
    assert sources == {key(name) for name in ("Grow", "Expand", "Expand seats", "Expand logins", "Call")}
    assert cautions(clone) == ["left_with_objective"] * 4


def test_a_dependency_is_made_when_both_its_tasks_are() -> None:
    values = draft(cloned(), "Train after Meet").values

    assert values == {"playbook_task_id": new("Train"), "predecessor_id": new("Meet"), "lag_days": "1"}


@pytest.mark.parametrize("gone", ["Meet", "Train"])
def test_a_dependency_that_lost_a_task_is_dropped_and_said(gone: str) -> None:
    template = Template(root=objective(), children=tuple(c for c in children() if c.id != key("Meet after Invite")))
    clone = cloned(Choices(left_out=frozenset({key(gone)})), template=template)

    assert made(clone, "playbook_task_dependency") == []
    assert cautions(clone) == ["dependency_dropped"]


def test_a_dependency_on_a_task_outside_of_the_template_is_dropped_and_said() -> None:
    template = Template(root=objective(), children=(task("Meet", None, None), after("Meet", "Elsewhere")))

    clone = cloned(template=template)
    assert made(clone, "playbook_task_dependency") == []
    assert cautions(clone) == ["dependency_dropped"]


@pytest.mark.req("OB-33")
def test_children_are_edited_before_they_are_made() -> None:
    clone = cloned(Choices(edits={key("Meet"): {"name": "Meet them", "status": "Not Started"}}))

    values = draft(clone, "Meet").values
    assert (values["name"], values["status"]) == ("Meet them", "Not Started")


def test_the_new_roots_values_are_chosen() -> None:
    clone = cloned(Choices(values={"name": "Adopt at Globex", "priority": "Low"}))

    assert draft(clone, "Adopt").values["name"] == "Adopt at Globex"
    assert draft(clone, "Adopt").values["priority"] == "Low"


@pytest.mark.parametrize(
    ("choices", "record_of", "field", "code"),
    [
        (Choices(left_out=frozenset({key("Gone")})), "Gone", "", "missing"),
        (Choices(left_out=frozenset({key("Adopt")})), "Adopt", "", "missing"),
        (Choices(edits={key("Gone"): {}}), "Gone", "", "missing"),
        (Choices(resources={key("Gone"): ()}), "Gone", "", "missing"),
        (Choices(edits={key("Meet"): {"playbook_id": None}}), "Meet", "playbook_id", "read_only"),
        (Choices(values={"template": True}), "Adopt", "template", "read_only"),
        (Choices(values={"start_date": "2026-12-01"}), "Adopt", "start_date", "read_only"),
    ],
)
def test_choices_that_a_clone_does_not_leave_are_refused(
    choices: Choices, record_of: str, field: str, code: str
) -> None:
    [fault] = cloned(choices).faults

    assert (fault.record, fault.field, fault.code) == (ref(record_of), field, code)


def test_leaving_out_the_root_is_refused_and_takes_nothing_along() -> None:
    assert len(cloned(Choices(left_out=frozenset({key("Adopt")}))).creates) == len([*adoption()])


def changed(template: Template, name: str, **row: str) -> Template:
    """Return the template with other values of one child."""

    def change(child: Record) -> Record:
        return replace(child, row={**child.row, **row}) if child.id == key(name) else child

    return Template(root=template.root, children=tuple(map(change, template.children)))


def test_a_template_is_another_one_when_a_clone_would_be() -> None:
    template = adoption()

    assert template.seen == adoption().seen
    assert template.seen == adoption(progress="90", status="Paused").seen
    assert template.seen == changed(template, "Meet", status="Completed").seen
    assert template.seen != changed(template, "Meet", end_date="2026-01-08").seen
    assert template.seen != Template(root=template.root, children=template.children[1:]).seen


def test_a_clone_of_the_same_choices_is_the_same_clone() -> None:
    choices = Choices(values={"account_id": "globex"}, start=date(2026, 12, 1))

    assert cloned(choices) == cloned(choices)


@pytest.mark.parametrize(
    ("chosen", "name", "title"),
    [
        ({"name": "Adopt it"}, "Adopt it", "Adopt it"),
        ({"title": "Adopt it " * 10}, ("Adopt it " * 10)[:80].strip(), "Adopt it " * 10),
        ({"name": "Adopt it", "title": "Adopt all of it"}, "Adopt it", "Adopt all of it"),
        ({"name": None, "title": None}, None, None),
        ({"priority": "Low"}, "Adopt", "Adopt it all"),
    ],
)
def test_of_a_name_and_a_title_the_chosen_one_gives_the_other(chosen, name, title) -> None:
    values = draft(cloned(Choices(values=chosen), template=adoption(title="Adopt it all")), "Adopt").values

    assert (values["name"], values["title"]) == (name, title)

"""Field-level security is the acting user's: what the org closes to them, they neither read nor set through us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.crm.errors import Retryable
from service.domain.faults import Fault
from service.plans import dependencies
from service.plans.cascade import impact
from service.plans.clone import clone, preview
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit_many
from service.plans.field_security import closed
from service.plans.kpis import history
from service.plans.listing import Wanted, listing
from service.plans.records import find
from service.plans.refusals import Denied, Invalid
from service.plans.resources import deactivation
from tests.desks import close_field, desk_of, employ, see_setup
from tests.plans.adoption import NOW, adoption
from tests.plans.cloning import here, made, request_of
from tests.plans.conftest import CUSTOMER_SUCCESS, Place

pytestmark = pytest.mark.req("OB-51", "OB-52")


@pytest.fixture
def cleo(place: Place) -> Desk:
    """Somebody with CSC - Customer Success, in an org that shows its setup."""
    user_id = employ(place.world, "cleo@example.com", CUSTOMER_SUCCESS)
    see_setup(place.world)
    return desk_of(place.world, user_id, CUSTOMER_SUCCESS)


@contextmanager
def calls(desk: Desk, number: int) -> Iterator[None]:
    """Insist on a number of API calls."""
    before = desk.org.client.api_calls
    yield
    assert desk.org.client.api_calls - before == number


def faults_of(refused: Any) -> list[tuple[str, str, str | None]]:
    return [(fault.field, fault.code, fault.record) for fault in refused.faults]


def kept_from(*where: tuple[str, str | None]) -> list[tuple[str, str, str | None]]:
    return [(field, "read_only", record) for field, record in where]


def test_what_no_set_of_a_user_opens_is_hidden_and_what_none_lets_them_edit_is_locked(place: Place, cleo: Desk) -> None:
    close_field(place.world, "objective", "risk_level")
    close_field(place.world, "objective", "priority", readable=True)

    found = closed(cleo, "objective")

    assert found.shown
    assert {"risk_level"} == found.hidden & {"risk_level", "priority", "title"}
    assert {"risk_level", "priority"} == found.locked & {"risk_level", "priority", "title"}


def test_what_every_reader_of_an_object_sees_is_never_closed(place: Place, cleo: Desk) -> None:
    stranger = place.world.org.add_user("stranger@example.com", name="A Stranger")
    nobody = replace(cleo, user=replace(cleo.user, crm_id=stranger))

    assert {"name", "title", "owner_id"} - closed(nobody, "objective").hidden == {"name", "owner_id"}
    assert "name" not in closed(nobody, "objective").locked


def test_the_org_is_asked_once_an_hour(place: Place, cleo: Desk) -> None:
    with calls(cleo, 1):
        closed(cleo, "objective")
        closed(replace(cleo, now=cleo.now + timedelta(hours=1)), "objective")
    close_field(place.world, "objective", "priority")
    with calls(cleo, 1):
        found = closed(replace(cleo, now=cleo.now + timedelta(minutes=61)), "objective")
    assert "priority" in found.hidden


def test_what_was_said_last_counts_for_another_hour_while_the_org_does_not_answer(place: Place, cleo: Desk) -> None:
    close_field(place.world, "objective", "priority")
    closed(cleo, "objective")
    place.world.org.faults.set(rates={"not_sent": 1.0})

    later = replace(cleo, now=cleo.now + timedelta(days=9))
    assert "priority" in closed(later, "objective").hidden
    with calls(cleo, 0):
        assert "priority" in closed(later, "objective").hidden
    with pytest.raises(Retryable):
        closed(later, "playbook")


def test_an_org_that_does_not_show_its_field_permissions_closes_nothing(place: Place, cleo: Desk) -> None:
    close_field(place.world, "objective", "priority")
    unseeing = replace(cleo, org=place.world.new_sync())

    found = closed(unseeing, "objective")

    assert (found.shown, found.hidden, found.locked) == (False, frozenset(), frozenset())


def test_nothing_is_closed_to_an_operator_and_nobody_is_asked(place: Place, cleo: Desk) -> None:
    close_field(place.world, "objective", "priority")

    with calls(cleo, 0):
        assert not closed(replace(cleo, operator=True), "objective").hidden


def test_a_new_record_is_refused_for_each_locked_field_and_nothing_is_made(place: Place, cleo: Desk) -> None:
    close_field(place.world, "objective", "priority", readable=True)
    close_field(place.world, "objective", "risk_level")
    close_field(place.world, "objective_kpi", "unit", readable=True)
    given = {"title": "Adopt", "account_id": place.acme, "priority": "High", "risk_level": "High"}
    kpis = [{"description": "Seats"}, {"description": "Logins", "unit": "Percent"}]

    with calls(cleo, 2), pytest.raises(Invalid, match=r"field-level security .* ask an administrator") as refused:
        create(cleo, "objective", given, kpis=kpis)

    assert faults_of(refused.value) == kept_from(("priority", None), ("risk_level", None), ("unit", "kpis/1"))
    assert not place.world.there("objective")


def test_what_the_rules_fill_in_is_not_judged(place: Place, cleo: Desk) -> None:
    for column in ("account_id", "owner_id", "completed_on", "title"):
        close_field(place.world, "objective", column, readable=True)

    made_of = create(cleo, "objective", {"name": "Adopt", "success_plan_id": place.plan, "status": "Completed"})

    row = place.world.here("objective")[made_of]
    assert (row["account_id"], row["title"], bool(row["completed_on"])) == (place.acme, "Adopt", True)


def test_of_several_edits_those_of_a_locked_field_are_refused_and_the_org_is_asked_once(
    place: Place, cleo: Desk
) -> None:
    close_field(place.world, "objective", "priority", readable=True)
    ids = [create(cleo, "objective", {"title": title, "account_id": place.acme}) for title in ("One", "Two", "Three")]
    given: list[dict[str, Any]] = [{"priority": "High"}, {"title": "Zwei"}, {"priority": "Low"}]
    edits = [
        Edit(id=each, version=find(cleo, "objective", each).version, given=values)
        for each, values in zip(ids, given, strict=True)
    ]
    later = replace(cleo, now=cleo.now + timedelta(hours=2))

    # One to ask, two to change what is not refused.
    with calls(cleo, 3):
        one, two, three = edit_many(later, "objective", edits)

    assert [faults_of(each.refusal) for each in (one, three)] == [kept_from(("priority", None))] * 2
    assert two.refusal is None


def test_a_dependency_is_refused_for_a_lag_that_is_locked(place: Place, cleo: Desk) -> None:
    close_field(place.world, "playbook_task_dependency", "lag_days", readable=True)
    tasks = [create(cleo, "playbook_task", {"name": name, "account_id": place.acme}) for name in ("One", "Two")]

    with pytest.raises(Invalid) as refused:
        dependencies.add(cleo, {"playbook_task_id": str(tasks[0]), "predecessor_id": str(tasks[1]), "lag_days": 1})

    assert kept_from(("lag_days", None))[0] in faults_of(refused.value)


def test_a_clone_is_refused_for_what_was_chosen_and_not_for_what_its_template_carries(place: Place, cleo: Desk) -> None:
    for column in ("priority", "start_date"):
        close_field(place.world, "objective", column, readable=True)
    close_field(place.world, "objective_kpi", "current_value", readable=True)
    template = adoption(place)
    author = replace(cleo, now=NOW)
    seats = template.of("Seats")
    chosen = request_of(
        template,
        values={"priority": "Low", "name": "For Acme"},
        edits={seats: {"current_value": 8}, template.of("Logins"): {}},
        start=NOW.date(),
    )

    told: list[Fault] = list(preview(author, chosen).faults)
    with pytest.raises(Invalid) as refused:
        clone(author, chosen, key="once")

    assert set(faults_of(refused.value)) == set(
        kept_from(("priority", None), ("start", None), ("current_value", str(seats)))
    )
    assert tuple(told) == refused.value.faults
    cloned = made(author, request_of(template, values={"name": "For Acme"}))
    assert here(template.world, "objective", cloned)["For Acme"]["priority"] == "High"


def test_a_search_does_not_look_into_what_is_hidden(place: Place, cleo: Desk) -> None:
    create(cleo, "objective", {"name": "Plain", "title": "Secret", "account_id": place.acme})
    assert listing(cleo, "objective", Wanted(search="secret")).records
    close_field(place.world, "objective", "title")
    later = replace(cleo, now=cleo.now + timedelta(hours=2))

    assert not listing(later, "objective", Wanted(search="secret")).records
    assert listing(later, "objective", Wanted(search="plain")).records


def test_what_follows_an_edit_in_a_hidden_field_is_not_told(place: Place, cleo: Desk) -> None:
    close_field(place.world, "playbook", "success_plan_id")
    objective = create(cleo, "objective", {"title": "Adopt", "account_id": place.acme})
    playbook = create(cleo, "playbook", {"name": "Launch", "objective_id": str(objective)})
    create(cleo, "playbook_task", {"name": "Call", "playbook_id": str(playbook)})

    followed = impact(cleo, "objective", objective, {"success_plan_id": place.plan}).followed

    assert {(each.noun, each.column) for each in followed} == {("playbook_task", "success_plan_id")}


def test_the_history_of_a_value_is_closed_to_who_may_not_read_the_value(place: Place, cleo: Desk) -> None:
    objective = create(cleo, "objective", {"title": "Adopt", "account_id": place.acme})
    kpi = create(cleo, "objective_kpi", {"description": "Seats", "objective_id": str(objective)})
    close_field(place.world, "objective_kpi", "current_value")

    with pytest.raises(Denied, match="hides current_value from you; ask an administrator"):
        history(replace(cleo, now=cleo.now + timedelta(hours=2)), kpi)


def test_what_a_resource_leaves_behind_is_told_as_far_as_it_may_be_read(place: Place, cleo: Desk) -> None:
    given = {"account_id": place.acme, "resource_id": place.ana, "status": "In Progress", "end_date": "2026-04-01"}
    create(cleo, "objective", {"name": "Plain", "title": "Secret", **given})
    for column in ("title", "status", "account_id", "end_date"):
        close_field(place.world, "objective", column)

    later = replace(cleo, now=cleo.now + timedelta(hours=2))
    [left] = deactivation(later, UUID(place.ana))
    assert (left.title, left.account, left.status, left.end_date) == ("Plain", None, None, None)

    close_field(place.world, "objective", "resource_id")
    with pytest.raises(Denied):
        deactivation(replace(cleo, now=cleo.now + timedelta(hours=4)), UUID(place.ana))

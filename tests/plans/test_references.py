"""What records are put under: only what the org's sharing shows to whoever does it, and nothing hidden is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from service.domain.faults import Fault
from service.localorg.schema.model import Sharing
from service.plans.cascade import Impact, impact
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit, edit_many
from service.plans.records import find
from service.plans.refusals import Invalid, Missing
from tests.desks import make_private
from tests.plans.conftest import Place


def refusal(desk: Desk, noun: str, given: dict[str, Any], **more: Any) -> Fault:
    with pytest.raises(Invalid) as refused:
        create(desk, noun, given, **more)
    (fault,) = refused.value.faults
    return fault


def under(desk: Desk, noun: str, **given: Any) -> str:
    return str(create(desk, noun, given))


def changed(desk: Desk, noun: str, record: str, **given: Any) -> Edit:
    found = find(desk, noun, UUID(record))
    return Edit(id=found.id, version=found.version, given=given)


@pytest.fixture
def hers(place: Place, csm: Desk) -> dict[str, str]:
    """A whole plan of Globex that only its owner sees, by noun."""
    plan = under(csm, "success_plan", name="Secret 2027", account_id=place.globex)
    objective = under(csm, "objective", title="Secret aim", success_plan_id=plan)
    playbook = under(csm, "playbook", name="Secret play", objective_id=objective)
    task = under(csm, "playbook_task", name="Secret call", playbook_id=playbook)
    place.world.settle()
    make_private(place.world, "success_plan", "objective", "playbook", "playbook_task")
    return {"success_plan": plan, "objective": objective, "playbook": playbook, "playbook_task": task}


@pytest.mark.req("OB-04", "OB-05")
@pytest.mark.parametrize(
    ("noun", "parent", "given"),
    [
        ("objective", "success_plan", {"title": "Mine"}),
        ("objective_kpi", "objective", {"description": "Mine"}),
        ("playbook", "objective", {"name": "Mine"}),
        ("playbook_task", "objective", {"name": "Mine"}),
        ("playbook_task", "playbook", {"name": "Mine"}),
        ("playbook_task_assignment", "playbook_task", {}),
    ],
)
def test_nothing_is_put_under_what_sharing_hides(
    place: Place, participant: Desk, hers: dict[str, str], noun: str, parent: str, given: dict[str, Any]
) -> None:
    if noun in ("objective", "playbook", "playbook_task"):
        given = {**given, "account_id": place.acme}
    if noun == "playbook_task_assignment":
        given = {"resource_id": place.ana}

    fault = refusal(participant, noun, {**given, f"{parent}_id": hers[parent]})

    assert (fault.field, fault.code) == (f"{parent}_id", "missing")
    assert "Secret" not in fault.message


@pytest.mark.req("OB-05")
def test_what_is_hidden_and_what_is_not_there_are_told_alike(
    place: Place, participant: Desk, hers: dict[str, str]
) -> None:
    nowhere = str(place.world.new_id())
    hidden, absent = (
        refusal(participant, "objective_kpi", {"description": "Mine", "objective_id": one})
        for one in (hers["objective"], nowhere)
    )
    assert hidden.message.replace(hers["objective"], nowhere) == absent.message


@pytest.mark.req("OB-05")
def test_who_sees_the_parents_puts_work_under_them(place: Place, csm: Desk, hers: dict[str, str]) -> None:
    made = under(csm, "playbook_task_assignment", playbook_task_id=hers["playbook_task"], resource_id=place.ana)
    assert UUID(made) in place.world.here("playbook_task_assignment")


@pytest.mark.req("OB-05")
def test_who_may_only_read_a_task_assigns_nobody_to_it(place: Place, csm: Desk, participant: Desk) -> None:
    task = under(csm, "playbook_task", name="Call", account_id=place.acme)
    place.world.settle()
    make_private(place.world, "playbook_task", sharing=Sharing.READ)
    given = {"playbook_task_id": task, "resource_id": place.ana}

    assert find(participant, "playbook_task", UUID(task))
    assert refusal(participant, "playbook_task_assignment", given).field == "playbook_task_id"
    create(csm, "playbook_task_assignment", given)


@pytest.mark.req("OB-05")
def test_an_account_that_is_hidden_gets_no_work(place: Place, participant: Desk, csm: Desk) -> None:
    make_private(place.world, "account")
    given = {"title": "Mine", "account_id": place.globex}
    assert refusal(participant, "objective", given).code == "missing"


@pytest.mark.req("OB-05", "OB-14")
def test_an_objective_and_its_kpis_are_asked_about_in_one_call(
    place: Place, participant: Desk, hers: dict[str, str]
) -> None:
    before = participant.org.client.api_calls
    given = {"title": "Mine", "account_id": place.acme, "success_plan_id": hers["success_plan"]}
    kpis = [{"description": "One"}, {"description": "Two"}]

    fault = refusal(participant, "objective", given, kpis=kpis)

    assert (fault.field, fault.code, fault.record) == ("success_plan_id", "missing", None)
    assert participant.org.client.api_calls == before + 1


@pytest.mark.req("OB-05")
def test_a_parent_that_the_crm_does_not_know_yet_is_hidden_from_nobody(
    place: Place, participant: Desk, hers: dict[str, str]
) -> None:
    mine = _own_playbook(place, participant)
    objective = place.world.create_here("objective", title="Young", account_id=place.acme)
    assert impact(participant, "playbook", mine, {"objective_id": str(objective)}) == Impact(followed=[], unseen=0)


def _own_playbook(place: Place, desk: Desk) -> UUID:
    made = under(desk, "playbook", name="Mine", account_id=place.acme)
    place.world.settle()
    return UUID(made)


@pytest.mark.req("OB-05", "G9")
def test_nothing_is_moved_under_what_sharing_hides_nor_foreseen(
    place: Place, participant: Desk, hers: dict[str, str]
) -> None:
    playbook = str(_own_playbook(place, participant))
    given = {"objective_id": hers["objective"]}
    for attempt in (
        lambda: edit(participant, "playbook", changed(participant, "playbook", playbook, **given)),
        lambda: impact(participant, "playbook", UUID(playbook), given),
    ):
        with pytest.raises(Invalid) as refused:
            attempt()
        (fault,) = refused.value.faults
        assert (fault.field, fault.code) == ("objective_id", "missing")
        assert "Secret" not in fault.message


@pytest.mark.req("OB-05", "OB-21")
def test_a_hidden_parent_that_was_there_before_is_judged_and_not_named(
    place: Place, csm: Desk, participant: Desk, hers: dict[str, str]
) -> None:
    mine = str(_own_playbook(place, participant))
    edit(csm, "playbook", changed(csm, "playbook", mine, account_id=place.globex, objective_id=hers["objective"]))
    place.world.settle()

    edit(participant, "playbook", changed(participant, "playbook", mine, name="Ours"))
    with pytest.raises(Invalid) as refused:
        edit(participant, "playbook", changed(participant, "playbook", mine, account_id=place.acme))

    fault = refused.value.faults[0]
    assert (fault.field, fault.code) == ("objective_id", "other_account")
    assert "Secret" not in str(refused.value)
    assert hers["objective"] in fault.message


@pytest.mark.req("OB-05", "CO-22")
def test_many_edits_are_asked_about_in_one_call(place: Place, participant: Desk, hers: dict[str, str]) -> None:
    mine = [under(participant, "objective", title=f"O{n}", account_id=place.acme) for n in range(3)]
    place.world.settle()
    calls = []
    for rows in (mine[:1], mine):
        edits = [changed(participant, "objective", one, success_plan_id=hers["success_plan"]) for one in rows]
        before = participant.org.client.api_calls
        done = edit_many(participant, "objective", edits)
        calls.append(participant.org.client.api_calls - before)
        assert all(isinstance(one.refusal, Invalid) for one in done)
    # One asks about the objectives themselves, one about what they are put under.
    assert calls == [2, 2]


@pytest.mark.req("OB-05")
def test_where_everybody_sees_everything_nobody_asks(place: Place, participant: Desk) -> None:
    before = participant.org.client.api_calls
    create(participant, "objective", {"title": "Mine", "success_plan_id": place.plan, "resource_id": place.ana})
    assert participant.org.client.api_calls == before + 1


@pytest.mark.req("OB-05")
def test_an_edit_of_a_hidden_record_does_not_tell_its_name(
    place: Place, participant: Desk, hers: dict[str, str]
) -> None:
    with pytest.raises(Missing) as refused:
        edit(participant, "objective", Edit(id=UUID(hers["objective"]), version=0, given={}))
    assert "Secret" not in str(refused.value)

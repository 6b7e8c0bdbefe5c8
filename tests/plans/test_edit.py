"""Editing records: alone and many at once, what follows, and what is refused while the others are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from service.crm.composite import MOST_PARTS
from service.localorg.schema.model import Sharing
from service.plans.cascade import impact
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit, edit_many
from service.plans.listing import Wanted, listing, one
from service.plans.records import find
from service.plans.refusals import Changed, Denied, Invalid, Lost, Missing
from tests.desks import make_private
from tests.interruptions import lose_after_booking
from tests.plans.conftest import Place


@pytest.fixture
def objective(place: Place, csm: Desk) -> UUID:
    """An objective of Acme without a plan, with a playbook and its task."""
    made = create(csm, "objective", {"title": "Adopt", "account_id": place.acme})
    playbook = create(csm, "playbook", {"name": "Launch", "objective_id": str(made)})
    create(csm, "playbook_task", {"name": "Call", "playbook_id": str(playbook)})
    place.world.settle()
    return made


def change(desk: Desk, noun: str, record: UUID, **given: Any) -> Edit:
    return Edit(id=record, version=find(desk, noun, record).version, given=given)


@pytest.mark.req("OB-53")
def test_an_edit_stands_on_both_sides_at_once(place: Place, csm: Desk, objective: UUID) -> None:
    edit(csm, "objective", change(csm, "objective", objective, title="Retain", health=4))
    assert place.world.here("objective")[objective]["title"] == "Retain"
    assert place.world.there("objective")[place.crm(objective)]["Health__c"] == 4


@pytest.mark.req("OB-54", "OB-55")
def test_playbooks_and_tasks_follow_on_both_sides(place: Place, csm: Desk, objective: UUID) -> None:
    edit(
        csm, "objective", change(csm, "objective", objective, account_id=place.globex, success_plan_id=place.other_plan)
    )
    place.world.settle()
    for noun in ("playbook", "playbook_task"):
        (here,), (there,) = place.world.here(noun).values(), place.world.there(noun).values()
        assert (here["account_id"], here["success_plan_id"]) == (place.globex, place.other_plan)
        assert there["Success_Plan__c"] == place.crm(place.other_plan)


@pytest.mark.req("OB-21", "OB-55")
def test_an_account_that_the_plan_does_not_share_is_refused(place: Place, csm: Desk, objective: UUID) -> None:
    edit(csm, "objective", change(csm, "objective", objective, success_plan_id=place.plan))
    with pytest.raises(Invalid) as refused:
        edit(csm, "objective", change(csm, "objective", objective, account_id=place.globex))
    assert refused.value.faults[0].field == "success_plan_id"


@pytest.mark.req("G9", "OB-54")
def test_the_blast_radius_is_told_before(place: Place, csm: Desk, objective: UUID) -> None:
    told = impact(csm, "objective", objective, {"success_plan_id": place.plan}).followed
    assert sorted(one.noun for one in told) == ["playbook", "playbook_task"]
    assert all(playbook["success_plan_id"] is None for playbook in place.world.here("playbook").values())


@pytest.fixture
def elsewhere(place: Place, csm: Desk) -> str:
    """A playbook of an objective of Globex's plan."""
    objective = create(csm, "objective", {"title": "Renew", "success_plan_id": place.other_plan})
    return str(create(csm, "playbook", {"name": "Renewal", "objective_id": str(objective)}))


def stands(place: Place, noun: str, record: UUID) -> list[Any]:
    """Return where a record stands here, after comparing it with where it stands there."""
    here, there = place.world.here(noun)[record], place.world.there(noun)[place.crm(record)]
    columns = ["account_id", "success_plan_id", "objective_id"][: 3 if noun == "playbook_task" else 2]
    crm = ["Account__c", "Success_Plan__c", "Objective__c"]
    assert [here[c] and place.crm(here[c]) for c in columns] == [there[name] for name in crm[: len(columns)]]
    return [here[column] for column in columns]


@pytest.mark.req("OB-12", "OB-20", "OB-57")
def test_a_task_moves_with_its_new_playbook(place: Place, csm: Desk, objective: UUID, elsewhere: str) -> None:
    (task,) = place.world.here("playbook_task")
    edit(csm, "playbook_task", change(csm, "playbook_task", task, playbook_id=elsewhere))
    over = place.world.here("playbook")[UUID(elsewhere)]
    assert stands(place, "playbook_task", task) == [place.globex, place.other_plan, over["objective_id"]]


@pytest.mark.req("OB-12", "OB-20", "OB-57")
def test_a_task_leaves_behind_what_its_new_playbook_does_not_have(place: Place, csm: Desk, objective: UUID) -> None:
    (task,) = place.world.here("playbook_task")
    alone = create(csm, "playbook", {"name": "Alone", "account_id": place.acme})
    edit(csm, "playbook_task", change(csm, "playbook_task", task, playbook_id=str(alone)))
    assert stands(place, "playbook_task", task) == [place.acme, None, None]


@pytest.mark.req("OB-12", "OB-54", "OB-57", "G9")
def test_a_playbook_moves_with_its_new_objective_and_its_tasks_follow_as_foretold(
    place: Place, csm: Desk, objective: UUID, elsewhere: str
) -> None:
    (task,) = place.world.here("playbook_task")
    (playbook,) = (one for one in place.world.here("playbook") if str(one) != elsewhere)
    over = place.world.here("playbook")[UUID(elsewhere)]["objective_id"]
    told = impact(csm, "playbook", playbook, {"objective_id": over}).followed

    edit(csm, "playbook", change(csm, "playbook", playbook, objective_id=over))
    place.world.settle()

    assert stands(place, "playbook", playbook) == [place.globex, place.other_plan]
    assert stands(place, "playbook_task", task) == [place.globex, place.other_plan, over]
    assert {(one.id, one.column, one.new) for one in told} == {
        (task, "account_id", place.globex),
        (task, "success_plan_id", place.other_plan),
        (task, "objective_id", over),
    }


@pytest.mark.req("OB-20", "OB-21", "OB-57")
def test_an_objective_takes_its_new_plan_s_account_unless_one_is_given_along(
    place: Place, csm: Desk, objective: UUID
) -> None:
    given = {"success_plan_id": place.other_plan, "account_id": place.acme}
    with pytest.raises(Invalid) as refused:
        edit(csm, "objective", change(csm, "objective", objective, **given))
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("success_plan_id", "other_account")]

    edit(csm, "objective", change(csm, "objective", objective, success_plan_id=place.other_plan))
    assert stands(place, "objective", objective) == [place.globex, place.other_plan]


@pytest.mark.req("OB-57")
def test_who_leaves_a_parent_keeps_what_it_gave(place: Place, csm: Desk, objective: UUID, elsewhere: str) -> None:
    edit(csm, "playbook", change(csm, "playbook", UUID(elsewhere), objective_id=None))
    assert stands(place, "playbook", UUID(elsewhere)) == [place.globex, place.other_plan]


@pytest.mark.req("OB-59")
def test_a_new_resource_is_the_new_owner(place: Place, csm: Desk, objective: UUID) -> None:
    edit(csm, "objective", change(csm, "objective", objective, resource_id=place.ana))
    ana = place.world.here("cs_resource")[UUID(place.ana)]["user_id"]
    assert place.world.here("objective")[objective]["owner_id"] == ana
    edit(csm, "objective", change(csm, "objective", objective, resource_id=None))
    assert place.world.here("objective")[objective]["owner_id"] == csm.user.id


@pytest.mark.req("CO-22", "CO-23", "CO-24", "CO-26")
def test_of_many_edits_the_faulty_ones_keep_no_other_back(place: Place, csm: Desk, objective: UUID) -> None:
    others = [create(csm, "objective", {"title": f"O{n}", "account_id": place.acme}) for n in range(3)]
    place.world.settle()
    edits = [
        change(csm, "objective", objective, status="Completed", priority="High"),
        change(csm, "objective", others[0], health=6),
        change(csm, "objective", others[1], status="No such status"),
        Edit(id=others[2], version=0, given={"status": "Paused"}),
        Edit(id=place.world.new_id(), version=0, given={}),
    ]
    done, faulty, refused, changed, missing = [edited.refusal for edited in edit_many(csm, "objective", edits)]
    assert done is None
    assert isinstance(faulty, Invalid)
    assert faulty.faults[0].field == "health"
    assert isinstance(refused, Invalid)
    assert refused.faults[0].field == "status"
    assert isinstance(changed, Changed)
    assert isinstance(missing, Missing)
    assert place.world.there("objective")[place.crm(objective)]["Status__c"] == "Completed"


@pytest.mark.req("CO-22")
def test_edits_of_one_record_are_one_row(place: Place, csm: Desk, objective: UUID) -> None:
    edits = [change(csm, "objective", objective, title=title) for title in ("One", "Two")]
    with pytest.raises(Invalid) as refused:
        edit_many(csm, "objective", edits)
    (fault,) = refused.value.faults
    assert (fault.field, fault.code, fault.record) == ("id", "twice", str(objective))
    assert str(objective) in fault.message
    assert place.world.here("objective")[objective]["title"] == "Adopt"


@pytest.mark.req("CO-22", "P4")
@pytest.mark.parametrize("way", ["not_sent", "lost_answer"])
def test_of_many_edits_those_that_the_crm_took_are_told_when_a_later_call_is_lost(
    place: Place, csm: Desk, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [create(csm, "objective", {"title": f"O{n}", "account_id": place.acme}) for n in range(MOST_PARTS + 1)]
    place.world.settle()
    edits = [change(csm, "objective", one, priority="High") for one in made]
    lose_after_booking(place.world, monkeypatch, way)

    *done, lost = edit_many(csm, "objective", edits)
    place.world.org.faults.clear()

    assert [one.refusal for one in done] == [None] * MOST_PARTS
    assert isinstance(lost.refusal, Lost)
    assert "Repeat" in str(lost.refusal)
    place.world.settle()
    edit(csm, "objective", change(csm, "objective", made[-1], priority="High"))
    assert {one["Priority__c"] for one in place.world.there("objective").values()} == {"High"}
    assert {one["priority"] for one in place.world.here("objective").values()} == {"High"}


@pytest.mark.req("P2")
def test_an_edit_of_what_somebody_changed_in_the_crm_meanwhile_is_refused(
    place: Place, csm: Desk, objective: UUID
) -> None:
    seen = change(csm, "objective", objective, title="Mine")
    place.world.pass_time(seconds=10)
    place.world.edit_there("objective", place.crm(objective), Title__c="Theirs")
    with pytest.raises(Changed):
        edit(csm, "objective", seen)
    place.world.settle()
    assert place.world.here("objective")[objective]["title"] == "Theirs"


@pytest.mark.req("OB-04")
def test_a_participant_edits_an_objective_but_no_plan(place: Place, participant: Desk, objective: UUID) -> None:
    edit(participant, "objective", change(participant, "objective", objective, title="Ours"))
    with pytest.raises(Denied):
        edit(participant, "success_plan", change(participant, "success_plan", UUID(place.plan), name="Ours"))


@pytest.mark.req("OB-22")
def test_only_who_may_publish_ticks_template_later(place: Place, participant: Desk, csm: Desk, objective: UUID) -> None:
    with pytest.raises(Denied):
        edit(participant, "objective", change(participant, "objective", objective, template=True))
    edit(csm, "objective", change(csm, "objective", objective, template=True))


@pytest.mark.req("OB-05")
def test_sharing_in_the_crm_is_asked(place: Place, csm: Desk, outsider: Desk, objective: UUID) -> None:
    make_private(place.world, "objective", sharing=Sharing.READ)
    # The outsider's desk is given the rights here; the org itself knows better.
    bold = replace(csm, user=replace(csm.user, crm_id=outsider.user.crm_id))
    with pytest.raises(Denied, match="Sharing"):
        edit(bold, "objective", change(csm, "objective", objective, title="Mine"))


@pytest.mark.req("OB-05")
def test_what_sharing_hides_is_not_there_for_whoever_looks(
    place: Place, csm: Desk, outsider: Desk, objective: UUID
) -> None:
    make_private(place.world, "objective")
    hidden = replace(csm, user=replace(csm.user, crm_id=outsider.user.crm_id))
    assert [record.id for record in listing(csm, "objective", Wanted()).records] == [objective]
    assert not listing(hidden, "objective", Wanted()).records
    with pytest.raises(Missing):
        one(hidden, "objective", objective)

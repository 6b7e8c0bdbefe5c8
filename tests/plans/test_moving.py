"""A new start for what was made already: what follows it, what stays, and that the preview says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from service.plans.desk import Desk
from service.plans.moving import Move, foresee_move, move
from service.plans.records import find
from service.plans.refusals import Changed, Denied, Invalid
from tests.plans.adoption import NOW, Adoption, adoption
from tests.plans.conftest import Place

DECEMBER = Move(start=date(2026, 12, 1))


@pytest.fixture
def own(place: Place) -> Adoption:
    """An objective with its children that is no template; one task of it is over."""
    made = adoption(place, Template__c=False)
    place.world.edit_there("playbook_task", place.crm(made.of("Prepare")), Status__c="Completed")
    place.world.settle()
    return made


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return replace(csm, now=NOW)


def version(desk: Desk, own: Adoption) -> int:
    return find(desk, "objective", own.id).version


def dates(own: Adoption, noun: str, name: str) -> list[object]:
    row = own.world.here(noun)[own.of(name)]
    return [row[column] for column in ("start_date", "end_date", "target_date") if column in row]


@pytest.mark.req("OB-38", "OB-40", "OB-44")
def test_children_keep_their_distance_from_a_new_start_and_kpis_stay(own: Adoption, author: Desk) -> None:
    edited = move(author, "objective", own.id, DECEMBER, version=version(author, own))

    assert all(one.refusal is None for one in edited)
    assert edited[0].id == own.id
    assert dates(own, "objective", "Adopt") == ["2026-12-01", "2027-05-30"]
    assert dates(own, "playbook_task", "Invite") == ["2026-12-05", "2026-12-20"]
    assert dates(own, "playbook", "Kick-off") == ["2026-12-02", None]
    assert dates(own, "objective_kpi", "Seats") == ["2026-03-31"]
    invite = own.world.there("playbook_task")[own.world.crm_id(own.of("Invite")) or ""]
    assert (invite["Start_Date__c"], invite["End_Date__c"]) == ("2026-12-05", "2026-12-20")


def test_what_is_over_keeps_its_dates(own: Adoption, author: Desk) -> None:
    edited = move(author, "objective", own.id, DECEMBER, version=version(author, own))

    assert own.of("Prepare") not in {one.id for one in edited}
    assert dates(own, "playbook_task", "Prepare")[0] == "2026-01-08"


@pytest.mark.req("G1")
def test_the_preview_tells_what_would_move_and_writes_nothing(own: Adoption, author: Desk) -> None:
    calls = author.org.client.api_calls
    foreseen = foresee_move(author, "objective", own.id, replace(DECEMBER, move_kpis=True, calendar="DE-BY"))

    new = {(shift.title, shift.column): shift.new for shift in foreseen.shifts}
    assert new["Seats", "target_date"] == date(2027, 2, 28)
    assert ("Prepare", "start_date") not in new
    assert {(off.title, off.name) for off in foreseen.off_days} >= {("Invite", "Saturday"), ("Invite", "Sunday")}
    assert author.org.client.api_calls == calls
    assert dates(own, "playbook_task", "Invite") == ["2026-01-05", "2026-01-20"]


@pytest.mark.req("OB-44")
def test_the_preview_says_which_dates_of_kpis_stay(own: Adoption, author: Desk) -> None:
    shifts = foresee_move(author, "objective", own.id, replace(DECEMBER, working_days=True)).shifts

    [seats] = [shift for shift in shifts if shift.title == "Seats"]
    assert (seats.old, seats.new, seats.stays) == (date(2026, 3, 31), date(2026, 3, 31), True)


@pytest.mark.req("OB-41")
def test_without_any_start_only_the_record_gets_one(place: Place, author: Desk) -> None:
    bare = place.world.create_there("objective", Name="Bare", Title__c="Bare", Account__c=place.crm(place.acme))
    place.world.settle()
    bare_id: UUID = place.world.our_id(bare)

    [edited] = move(author, "objective", bare_id, DECEMBER, version=find(author, "objective", bare_id).version)
    assert edited.refusal is None
    assert place.world.here("objective")[bare_id]["start_date"] == "2026-12-01"


def test_a_move_that_cannot_be_made_moves_nothing(own: Adoption, author: Desk, outsider: Desk) -> None:
    with pytest.raises(Changed):
        move(author, "objective", own.id, DECEMBER, version=version(author, own) - 1)
    with pytest.raises(Invalid):
        move(author, "objective", own.id, Move(start=date(9999, 12, 31)), version=version(author, own))
    with pytest.raises(Denied):
        foresee_move(outsider, "objective", own.id, DECEMBER)
    assert dates(own, "playbook_task", "Invite") == ["2026-01-05", "2026-01-20"]

"""Clones asked for while the org does not answer: kept, made later as they were asked for, and never twice (P4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from service.localorg.automation.model import Automation, Reject, When
from service.plans.clone import Cloned, clone
from service.plans.clone_requests import CloneRequest
from service.plans.desk import Desk
from service.plans.keeping import Kept, outcome
from service.plans.kept_clones import make_kept
from service.plans.refusals import Missing
from service.store import kept_requests
from tests.desks import RIGHTS, know_fields, make_open, make_private
from tests.plans.adoption import CHILDREN, NOW, Adoption, adoption, count
from tests.plans.cloning import request_of
from tests.plans.conftest import Place
from tests.world import World

LATER = NOW + timedelta(minutes=1)
ONE_CLONE = {"objective": 1, **CHILDREN}
WAYS = ["not_sent", "lost_answer", "server_error", "late_server_error", "unavailable", "torn"]


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return know_fields(replace(csm, now=NOW))


def silence(world: World) -> None:
    """Let no call reach the org."""
    world.org.faults.set(rates={"not_sent": 1.0})


def kept(desk: Desk, request: CloneRequest, key: str = "once") -> Kept:
    """Clone, and insist that the request was kept."""
    made = clone(desk, request, key=key)
    assert isinstance(made, Kept)
    return made


def added(world: World, before: dict[str, int]) -> dict[str, int]:
    return {noun: number - before[noun] for noun, number in count(world).items() if number != before[noun]}


@pytest.mark.req("OB-46")
def test_a_request_is_kept_while_the_org_does_not_answer_and_made_when_it_does(
    template: Adoption, author: Desk
) -> None:
    world = template.world
    before = count(world)
    silence(world)
    waiting = kept(author, request_of(template, start=date(2026, 12, 1)))

    assert make_kept(author.org, now=LATER) == Counter(waiting=1)
    found = outcome(author, waiting.id)
    assert (found.ended_at, found.attempts, found.tried_at) == (None, 2, LATER)
    assert added(world, before) == {}

    world.org.faults.clear()
    assert make_kept(author.org, now=LATER) == Counter(done=1)
    assert added(world, before) == ONE_CLONE
    ended = outcome(author, waiting.id)
    assert ended.ended_at == LATER
    assert ended.outcome
    assert len(ended.outcome["made"]) == sum(ONE_CLONE.values())
    assert make_kept(author.org, now=LATER) == Counter()


@pytest.mark.req("OB-43")
def test_a_clone_that_is_made_days_later_begins_on_the_day_on_which_it_was_asked_for(
    template: Adoption, author: Desk
) -> None:
    world = template.world
    silence(world)
    waiting = kept(author, request_of(template))
    world.org.faults.clear()
    make_kept(author.org, now=NOW + timedelta(hours=20))

    made = {each["id"] for each in (outcome(author, waiting.id).outcome or {})["made"]}
    [objective] = [row for row in world.there("objective").values() if row["Plansync_Id__c"] in made]
    assert (objective["Start_Date__c"], objective["OwnerId"]) == ("2026-11-22", author.user.crm_id)


@pytest.mark.req("P4")
@pytest.mark.parametrize("way", WAYS)
def test_whatever_happens_on_the_way_there_is_one_clone_in_the_end(way: str, template: Adoption, author: Desk) -> None:
    world = template.world
    before = count(world)
    world.org.faults.once(way)
    for _ in range(2):
        clone(author, request_of(template), key="once")
    make_kept(author.org, now=LATER)
    world.settle()

    assert added(world, before) == ONE_CLONE
    again = clone(author, request_of(template), key="once")
    assert isinstance(again, Cloned)
    assert len(again.ids) == sum(ONE_CLONE.values())
    assert {noun: len(world.here(noun)) for noun in ONE_CLONE} == {noun: count(world)[noun] for noun in ONE_CLONE}


@pytest.mark.req("P4")
def test_a_clone_whose_lost_answer_was_a_yes_is_told_as_made_before_the_sync_brings_it(
    template: Adoption, author: Desk
) -> None:
    template.world.org.faults.once("lost_answer")
    waiting = kept(author, request_of(template))
    assert make_kept(author.org, now=LATER) == Counter(done=1)

    again = clone(author, request_of(template), key="once")
    assert isinstance(again, Cloned)
    assert [each.document() for each in again.made] == (outcome(author, waiting.id).outcome or {})["made"]
    assert again.api_calls == 0


@pytest.mark.req("P4")
@pytest.mark.parametrize("way", WAYS)
def test_a_clone_whose_sharing_cannot_be_asked_is_kept_and_made_once(
    way: str, template: Adoption, author: Desk
) -> None:
    world = template.world
    make_private(world, "objective", "playbook_task")
    before = count(world)
    silence(world)
    waiting = kept(author, request_of(template))
    world.org.faults.clear()
    # Nobody has to ask any more, and it is the clone that meets the fault.
    make_open(world)
    world.org.faults.once(way)
    for _ in range(3):
        make_kept(author.org, now=LATER)

    assert added(world, before) == ONE_CLONE
    told = (outcome(author, waiting.id).outcome or {})["made"]
    assert Counter(each["noun"] for each in told) == ONE_CLONE


def test_a_clone_whose_sharing_cannot_be_asked_is_refused_when_its_template_is_hidden(
    template: Adoption, participant: Desk
) -> None:
    world = template.world
    make_private(world, "objective")
    stranger = replace(participant, now=NOW, user=replace(participant.user, rights=RIGHTS["CSC_Customer_Success"]))
    silence(world)
    waiting = kept(stranger, request_of(template))
    world.org.faults.clear()

    assert make_kept(stranger.org, now=LATER) == Counter(refused=1)
    assert (outcome(stranger, waiting.id).refused or {})["code"] == "missing"


def test_a_row_that_is_locked_for_now_is_tried_again(template: Adoption, author: Desk) -> None:
    before = count(template.world)
    template.world.org.faults.once("lock")
    waiting = kept(author, request_of(template))

    assert "UNABLE_TO_LOCK_ROW" in waiting.reason
    assert make_kept(author.org, now=LATER) == Counter(done=1)
    assert added(template.world, before) == ONE_CLONE


def test_a_kept_request_that_the_org_refuses_ends_with_the_reason(template: Adoption, author: Desk) -> None:
    world = template.world
    silence(world)
    waiting = kept(author, request_of(template))
    world.org.faults.clear()
    world.org.automation.add(Automation("Playbook_Task__c", When.BEFORE, Reject('Name = "Train"', "Not here.")))

    assert make_kept(author.org, now=LATER) == Counter(refused=1)
    refused = outcome(author, waiting.id).refused or {}
    assert (refused["code"], refused["reason"]) == ("invalid", "Not here.")
    assert refused["faults"][0]["record"] == str(template.of("Train"))


def test_a_kept_request_for_which_the_org_has_only_a_no_ends_with_its_words(template: Adoption, author: Desk) -> None:
    silence(template.world)
    waiting = kept(author, request_of(template))
    template.world.org.faults.clear()
    namesake = replace(template.world.mappings["playbook_task_assignment"], sobject="Renamed__c")
    others = [m for m in template.world.mappings if m.name != namesake.name]
    org = replace(author.org, mappings=replace(template.world.mappings, objects=(*others, namesake)))

    assert make_kept(org, now=LATER) == Counter(refused=1)
    assert "Renamed__c" in (outcome(author, waiting.id).refused or {})["reason"]


def test_a_template_that_changed_meanwhile_is_not_cloned_as_nobody_saw_it(template: Adoption, author: Desk) -> None:
    silence(template.world)
    waiting = kept(author, request_of(template))
    template.world.org.faults.clear()
    template.world.edit_here("playbook_task", template.of("Meet"), name="Meet again")

    assert make_kept(author.org, now=LATER) == Counter(refused=1)
    assert (outcome(author, waiting.id).refused or {})["code"] == "changed"


def test_a_request_that_nobody_answered_for_a_day_is_given_up(template: Adoption, author: Desk) -> None:
    silence(template.world)
    waiting = kept(author, request_of(template))
    template.world.org.faults.clear()

    assert make_kept(author.org, now=NOW + timedelta(hours=24, seconds=1)) == Counter(refused=1)
    assert (outcome(author, waiting.id).refused or {})["code"] == "unanswered"


def test_a_silent_org_is_asked_once_for_all_that_waits(template: Adoption, author: Desk) -> None:
    silence(template.world)
    kept(author, request_of(template))
    second = kept(replace(author, now=LATER), request_of(template), key="twice")

    assert make_kept(author.org, now=LATER) == Counter(waiting=1)
    assert outcome(author, second.id).attempts == 1


@pytest.mark.req("P4")
def test_the_same_request_again_is_kept_once(template: Adoption, author: Desk) -> None:
    silence(template.world)

    assert kept(author, request_of(template)) == kept(author, request_of(template))
    with author.org.writing(by="") as connection:
        assert len(kept_requests.waiting(connection, limit=10)) == 1


def test_a_kept_request_is_there_for_who_asked_for_it_only(template: Adoption, author: Desk, participant: Desk) -> None:
    silence(template.world)
    waiting = kept(author, request_of(template))

    for desk, request_id in ((participant, waiting.id), (author, uuid4())):
        with pytest.raises(Missing):
            outcome(desk, request_id)


def test_what_ended_long_ago_is_dropped_and_what_waits_is_not(template: Adoption, author: Desk) -> None:
    silence(template.world)
    first = kept(author, request_of(template))
    template.world.org.faults.clear()
    make_kept(author.org, now=LATER)
    silence(template.world)
    second = kept(author, request_of(template), key="twice")

    with author.org.writing(by="") as connection:
        assert kept_requests.forget(connection, before=LATER + timedelta(days=1)) == 1
        assert kept_requests.of_id(connection, first.id) is None
        assert kept_requests.of_id(connection, second.id)

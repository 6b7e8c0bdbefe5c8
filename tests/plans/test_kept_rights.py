"""Kept clones are made with the rights of today, and so many are kept for a user and no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from service.plans.clone import clone
from service.plans.desk import Desk
from service.plans.keeping import MOST_WAITING, Crowded, outcome
from service.plans.kept_clones import make_kept
from service.plans.refusals import Denied
from service.store import kept_requests
from service.store.assignments import replace_assignments
from tests.desks import know_fields, mirror_rights
from tests.plans.adoption import Adoption, adoption, count
from tests.plans.cloning import request_of
from tests.plans.conftest import Place
from tests.plans.test_kept_clones import ONE_CLONE, added, kept, silence
from tests.world import World


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(place: Place, csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, at this moment."""
    return know_fields(replace(csm, now=place.world.clock.now()))


def take_rights(world: World, user_id: str) -> None:
    for row in list(world.org.storage.rows("PermissionSetAssignment", '"AssigneeId" = ?', (user_id,))):
        world.org.writer.delete(world.admin, row["Id"])


def later(world: World) -> None:
    """Let the org answer again, a while later."""
    world.org.faults.clear()
    world.pass_time(seconds=600)


def refused(desk: Desk, template: Adoption, before: dict[str, int]) -> dict[str, object]:
    """Try a kept request, and insist that it ends refused and leaves nothing."""
    with desk.org.writing(by="") as connection:
        [waiting] = kept_requests.waiting(connection, limit=2)
    assert make_kept(desk.org, now=template.world.clock.now()) == Counter(refused=1)
    assert added(template.world, before) == {}
    return outcome(desk, waiting.id).refused or {}


@pytest.mark.req("OB-46", "OB-05")
def test_a_clone_that_was_kept_is_not_made_for_whoever_lost_the_right_to_it(template: Adoption, author: Desk) -> None:
    world, before = template.world, count(template.world)
    silence(world)
    kept(author, request_of(template))
    later(world)
    take_rights(world, author.user.crm_id)
    mirror_rights(world)

    told = refused(author, template, before)
    assert (told["code"], "CSC" in str(told["reason"])) == ("denied", True)


@pytest.mark.req("OB-46", "OB-05")
def test_a_clone_that_was_kept_is_not_made_for_a_user_who_is_not_active_any_more(
    template: Adoption, author: Desk
) -> None:
    world, before = template.world, count(template.world)
    silence(world)
    kept(author, request_of(template))
    later(world)
    world.org.writer.update(world.admin, "User", author.user.crm_id, {"IsActive": False})
    world.cycle()

    told = refused(author, template, before)
    assert (told["code"], "not active" in str(told["reason"])) == ("denied", True)


@pytest.mark.req("OB-46", "P4")
def test_a_clone_that_had_landed_counts_as_made_whatever_became_of_the_rights(template: Adoption, author: Desk) -> None:
    world, before = template.world, count(template.world)
    world.org.faults.once("lost_answer")
    kept(author, request_of(template))
    later(world)
    take_rights(world, author.user.crm_id)
    mirror_rights(world)

    assert make_kept(author.org, now=world.clock.now()) == Counter(done=1)
    assert added(world, before) == ONE_CLONE


@pytest.mark.req("OB-46")
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_rights_of_the_request_count_where_no_later_look_at_the_org_tells_of_others(
    template: Adoption, author: Desk, mirrored: bool
) -> None:
    world, before = template.world, count(template.world)
    if mirrored:
        # What was looked at before the request says less than the request's own token.
        mirror_rights(world)
        with world.transaction() as connection:
            replace_assignments(connection, world.org_id, [])
        world.pass_time(seconds=60)
    asking = replace(author, now=world.clock.now())
    silence(world)
    kept(asking, request_of(template))
    later(world)

    assert make_kept(asking.org, now=world.clock.now()) == Counter(done=1)
    assert added(world, before) == ONE_CLONE


@pytest.mark.req("OB-46")
def test_twenty_requests_of_a_user_wait_and_the_next_is_told_to_come_again(
    template: Adoption, author: Desk, participant: Desk
) -> None:
    silence(template.world)
    for number in range(MOST_WAITING):
        kept(author, request_of(template), key=f"{number}")

    with pytest.raises(Crowded, match="20 requests of yours"):
        clone(author, request_of(template), key="one more")
    # Whoever asks again for one that waits is told so, and others are not kept from asking.
    assert kept(author, request_of(template), key="0")
    other = replace(author, user=replace(author.user, crm_id=participant.user.crm_id))
    assert kept(know_fields(other), request_of(template))
    with author.org.writing(by="") as connection:
        assert len(kept_requests.waiting(connection, limit=100)) == MOST_WAITING + 1


@pytest.mark.req("OB-46")
def test_a_request_that_waits_may_be_tried_again_while_twenty_others_wait(template: Adoption, author: Desk) -> None:
    silence(template.world)
    for number in range(MOST_WAITING):
        kept(author, request_of(template), key=f"{number}")

    at = author.now + timedelta(minutes=1)
    assert make_kept(author.org, now=at) == Counter(waiting=1)


def test_who_may_not_clone_is_denied_before_anything_is_kept(template: Adoption, participant: Desk) -> None:
    silence(template.world)
    with pytest.raises(Denied):
        clone(participant, request_of(template), key="once")

"""What follows when a resource is no longer active."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from service.plans.create import create
from service.plans.desk import Desk
from service.plans.refusals import Denied
from service.plans.resources import deactivation
from tests.desks import make_private
from tests.plans.conftest import Place
from tests.world import World


@pytest.mark.req("OB-60")
def test_the_open_objectives_of_a_resource_are_listed_the_next_due_first(world: World, desk: Desk) -> None:
    ana = world.create_here("cs_resource", name="Ana", active=True)
    ben = world.create_here("cs_resource", name="Ben", active=True)
    acme = world.create_here("account", name="Acme")
    hers = {"account_id": acme, "resource_id": ana}
    later = world.create_here("objective", title="Later", end_date=date(2026, 6, 1), status="Paused", **hers)
    some_time = world.create_here("objective", name="Some time", **hers)
    soon = world.create_here("objective", title="Soon", end_date=date(2026, 4, 1), status="In Progress", **hers)
    for closed in ({"status": "Completed"}, {"status": "Abandoned"}, {"archived": True}, {"template": True}):
        world.create_here("objective", title="Closed", **hers, **closed)
    world.create_here("objective", title="Ben's", account_id=acme, resource_id=ben)

    found = deactivation(desk, ana)

    assert [(each.id, each.title) for each in found] == [(soon, "Soon"), (later, "Later"), (some_time, "Some time")]
    assert (found[0].account, found[0].status, found[0].end_date) == ("Acme", "In Progress", date(2026, 4, 1))


@pytest.mark.req("OB-60")
def test_a_resource_without_work_is_deactivated_without_a_word(world: World, desk: Desk) -> None:
    assert deactivation(desk, world.create_here("cs_resource", name="Ana", active=True)) == []


@pytest.mark.req("OB-05", "OB-60")
def test_objectives_and_accounts_that_sharing_hides_are_not_listed(place: Place, csm: Desk, participant: Desk) -> None:
    given = {"account_id": place.acme, "resource_id": place.ana}
    create(csm, "objective", {"title": "Hidden", **given})
    seen = create(csm, "objective", {"title": "Seen", **given})
    place.world.settle()
    place.world.edit_there("objective", place.crm(seen), OwnerId=participant.user.crm_id)
    make_private(place.world, "objective", "account")

    (found,) = deactivation(participant, UUID(place.ana))

    assert (found.id, found.title, found.account) == (seen, "Seen", None)
    assert {each.title for each in deactivation(csm, UUID(place.ana))} == {"Hidden", "Seen"}


def test_without_a_permission_set_nothing_is_listed(world: World, desk: Desk) -> None:
    nobody = replace(desk, user=replace(desk.user, rights=frozenset()))

    with pytest.raises(Denied):
        deactivation(nobody, world.new_id())

"""Clones that go in parts, of which a later one does not come through: nothing half made stays for good (OB-46)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.crm.errors import CrmError
from service.localorg.automation.model import Automation, Reject, When
from service.plans.clone import clone
from service.plans.desk import Desk
from service.plans.keeping import Kept, outcome
from service.plans.kept_clones import make_kept
from service.plans.refusals import Changed, Invalid
from tests.plans.adoption import CHILDREN, NOW, Adoption, adoption, count
from tests.plans.cloning import made, request_of
from tests.plans.conftest import Place

LATER = NOW + timedelta(minutes=1)
A_DAY_LATER = NOW + timedelta(hours=24, seconds=1)
PART = 4
"""Records that go in one part here; the CRM takes 500."""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a clone of a dozen records go in parts."""
    for module in ("service.mirror.planting", "service.plans.kept_clones"):
        monkeypatch.setattr(f"{module}.MOST_NODES", PART)


@pytest.fixture
def template(place: Place) -> Adoption:
    """The template that is cloned."""
    return adoption(place)


@pytest.fixture
def author(csm: Desk) -> Desk:
    """Somebody with CSC - Customer Success, on the day of the examples."""
    return replace(csm, now=NOW)


def after_the_first_part(desk: Desk, strike: Callable[[], None]) -> None:
    """Let something happen as soon as the org has answered for the first part."""
    parts = Counter[str]()

    def answered(response: Any, *_: Any, **__: Any) -> None:
        parts["graph"] += response.url.endswith("composite/graph")
        if response.url.endswith("composite/graph") and parts["graph"] == 1:
            strike()

    desk.org.client.session.hooks["response"].append(answered)


def half_made(template: Adoption, author: Desk) -> Kept:
    """Ask for a clone while the org falls silent after the first part."""
    faults, before = template.world.org.faults, count(template.world)
    after_the_first_part(author, lambda: faults.set(rates={"limit": 1.0}))
    waiting = clone(author, request_of(template), key="once")
    assert isinstance(waiting, Kept)
    assert sum(count(template.world).values()) == sum(before.values()) + PART
    faults.clear()
    return waiting


@pytest.mark.req("OB-46")
def test_what_was_made_before_the_calls_were_used_up_is_taken_back_at_once(template: Adoption, author: Desk) -> None:
    world, before = template.world, count(template.world)
    after_the_first_part(author, lambda: world.org.faults.once("limit"))

    with pytest.raises(CrmError):
        clone(author, request_of(template), key="once")
    assert count(world) == before


@pytest.mark.req("OB-46")
def test_a_clone_that_is_half_made_is_kept_and_made_whole(template: Adoption, author: Desk) -> None:
    before = count(template.world)
    half_made(template, author)

    assert make_kept(author.org, now=LATER) == Counter(done=1)
    added = {noun: n - before[noun] for noun, n in count(template.world).items() if n != before[noun]}
    assert added == {"objective": 1, **CHILDREN}


@pytest.mark.req("OB-46")
def test_a_half_made_clone_that_the_org_refuses_later_is_taken_back(template: Adoption, author: Desk) -> None:
    world, before = template.world, count(template.world)
    waiting = half_made(template, author)
    world.org.automation.add(Automation("Playbook_Task__c", When.BEFORE, Reject('Name = "Train"', "Not here.")))

    assert make_kept(author.org, now=LATER) == Counter(refused=1)
    assert (outcome(author, waiting.id).refused or {})["reason"] == "Not here."
    assert count(world) == before


@pytest.mark.req("OB-46")
def test_a_half_made_clone_whose_template_changed_is_taken_back_and_told_as_refused(
    template: Adoption, author: Desk
) -> None:
    world, before = template.world, count(template.world)
    half_made(template, author)
    world.edit_here("playbook_task", template.of("Meet"), name="Meet again")

    assert make_kept(author.org, now=LATER) == Counter(refused=1)
    assert count(world) == before
    with pytest.raises(Changed, match="has changed since its preview"):
        clone(author, request_of(template), key="once")


@pytest.mark.req("OB-46")
def test_a_half_made_clone_is_given_up_only_once_it_is_taken_back(template: Adoption, author: Desk) -> None:
    world, before = template.world, count(template.world)
    waiting = half_made(template, author)
    world.org.faults.set(rates={"not_sent": 1.0})
    assert make_kept(author.org, now=A_DAY_LATER) == Counter(waiting=1)
    world.org.faults.clear()

    assert make_kept(author.org, now=A_DAY_LATER) == Counter(refused=1)
    assert (outcome(author, waiting.id).refused or {})["code"] == "unanswered"
    assert count(world) == before


@pytest.mark.req("OB-46")
def test_what_the_org_does_not_let_go_of_a_refused_clone_is_told(template: Adoption, author: Desk) -> None:
    waiting = half_made(template, author)
    [objective] = [i for i, r in template.world.there("objective").items() if r["OwnerId"] == author.user.crm_id]
    template.world.create_there("objective_kpi", Description__c="Mine", Objective__c=objective)
    template.world.edit_here("playbook_task", template.of("Meet"), name="Meet again")

    assert make_kept(author.org, now=LATER) == Counter(refused=1)
    reason = (outcome(author, waiting.id).refused or {})["reason"]
    assert "some of it stands in the org and cannot be taken back" in reason


@pytest.mark.req("OB-46")
def test_a_half_made_clone_that_the_sync_has_brought_is_not_told_as_done(template: Adoption, author: Desk) -> None:
    waiting = half_made(template, author)
    template.world.cycle()

    assert clone(author, request_of(template), key="once") == Kept(waiting.id, outcome(author, waiting.id).last_error)


@pytest.mark.req("P4")
def test_another_request_under_the_same_key_is_refused_and_the_same_one_is_not(
    template: Adoption, author: Desk
) -> None:
    first = made(author, request_of(template))
    with pytest.raises(Invalid) as refused:
        clone(author, request_of(template, values={"name": "Another"}), key="once")

    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("key", "used")]
    assert made(author, request_of(template)).root_id == first.root_id


def test_a_key_whose_request_came_to_nothing_may_be_used_again(template: Adoption, author: Desk) -> None:
    with pytest.raises(Invalid):
        clone(author, request_of(template, values={"name": "x" * 10_000}), key="once")

    assert made(author, request_of(template, values={"name": "Short"})).ids


@pytest.mark.req("P4")
def test_a_kept_request_that_was_made_is_told_as_made(template: Adoption, author: Desk) -> None:
    waiting = half_made(template, author)
    make_kept(author.org, now=LATER)
    told = (outcome(author, waiting.id).outcome or {})["made"]

    assert {str(each) for each in made(author, request_of(template)).ids} == {each["id"] for each in told}

"""View as at the console: a form, a table of verdicts in words, and since when the mirror stands."""

from __future__ import annotations

import pytest

from service.store.assignments import REPORT, Assignment, replace_assignments, replace_sharing
from service.store.reports import Report, keep
from tests import filled
from tests.pages.conftest import Visit, Visitor
from tests.world import World

pytestmark = pytest.mark.req("G15")

USER = "part@example.com"


@pytest.fixture
def at(visit: Visit, world: World) -> Visitor:
    """Somebody at an org whose rights were read: a participant, and an objective called Adopt."""
    user = world.org.add_user(USER, name=filled.HOSTILE[-40:])
    account = world.create_there("account", Name="Acme")
    world.create_there("objective", Name=filled.HOSTILE, Account__c=account)
    world.cycle()
    held = Assignment(user_id=user, permission="CSC_Participant_User", through="the group <b>Team</b>")
    with world.transaction() as connection:
        replace_assignments(connection, world.org_id, [held])
        replace_sharing(connection, world.org_id, {"objective": "ReadWrite"})
        keep(connection, world.org_id, Report(kind=REPORT, at=world.clock.now(), body={"shown": True}))
    visitor = visit()
    visitor.place = f"/orgs/{filled.connect(world, 'acme').id}"
    return visitor


def test_every_action_has_a_word_and_a_reason(at: Visitor) -> None:
    text = at.page(f"/view-as?user={USER}").text

    assert "edit allowed CSC - Participant User allows editing objectives" in text
    assert "delete refused CSC - Participant User does not allow deleting objectives; ask a Salesforce" in text
    assert "create from template refused" in text
    assert "By the rights as they were read" in text
    assert "2 Mar 2026, 10:31:21 CET , just now" in text
    assert "CSC_Participant_User the group <b>Team</b> no end" in text


def test_another_object_can_be_chosen(at: Visitor) -> None:
    text = at.page(f"/view-as?user={USER}&object=success_plan").text

    assert "edit refused CSC - Participant User does not allow editing success plans" in text


def test_a_record_is_judged_by_itself(at: Visitor, world: World) -> None:
    [(our_id, _)] = world.here("objective").items()

    page = at.page(f"/view-as?user={USER}&record={our_id}")

    assert "view allowed" in page.text
    assert "delete refused" in page.text
    assert "create from template" not in page.text
    assert any(link.endswith(f"/records/{our_id}") for link in page.links())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("user=who@example.com", "No user of the org is called 'who@example.com' here"),
        (f"user={USER}&record=nonsense", "No record here has the id 'nonsense'"),
    ],
)
def test_what_cannot_be_answered_is_said_beside_the_form(at: Visitor, query: str, words: str) -> None:
    page = at.page(f"/view-as?{query}")

    assert words in page.text
    assert len(page.all("form")) >= 1


def test_who_holds_nothing_reads_so(at: Visitor, world: World) -> None:
    with world.transaction() as connection:
        replace_assignments(connection, world.org_id, [])

    text = at.page(f"/view-as?user={USER}").text

    assert "None of Plansync's custom permissions." in text
    assert "view refused Without a permission set of Plansync" in text


def test_an_object_without_rules_is_refused(at: Visitor) -> None:
    assert at.get(f"/view-as?user={USER}&object=payroll").status_code == 400

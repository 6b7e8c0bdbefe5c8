"""Templates through the API: picked, looked at, foreseen, cloned once, kept when the org does not answer."""

from __future__ import annotations

from uuid import UUID

import pytest

from service.crm.errors import Unreachable
from service.crm.session import Session
from service.plans.kept_clones import make_kept
from tests.api.conftest import Somebody
from tests.desks import mirror_sharing
from tests.world import World


@pytest.fixture
def template(world: World, account: UUID) -> UUID:
    """A template with a KPI and a playbook of two tasks, and an objective that is none."""
    root = world.create_here("objective", name="Onboard", title="Onboard", template=True, start_date="2025-01-06")
    world.create_here("objective", name="Running", title="Running", account_id=account)
    world.create_here("objective_kpi", description="Seats", objective_id=root, target_date="2025-02-03")
    playbook = world.create_here("playbook", name="Kick-off", template=True, objective_id=root, start_date="2025-01-06")
    for number in (7, 11):
        days = {"start_date": f"2025-01-{number:02}", "end_date": f"2025-01-{number:02}"}
        stands = {"playbook_id": playbook, "objective_id": root, "template": True}
        world.create_here("playbook_task", name=f"Task {number}", **stands, **days)
    world.settle()
    assert world.parked() == []
    mirror_sharing(world)
    return root


def choices(account: UUID) -> dict[str, object]:
    """Return what a clone is to be."""
    return {"values": {"name": "For Acme", "title": "For Acme", "account_id": str(account)}, "start": "2026-03-02"}


@pytest.mark.req("OB-25")
def test_the_picker_lists_only_templates_with_what_they_hold(csm: Somebody, template: UUID) -> None:
    (listed,) = csm.read("/templates/objectives")["items"]

    assert listed["template"]["id"] == str(template)
    assert (listed["children"]["playbook"], listed["children"]["playbook_task"]) == (1, 2)
    assert csm.read("/templates/objectives?search=nothing")["items"] == []


def test_the_picker_has_pages(world: World, csm: Somebody) -> None:
    for name in "ABC":
        world.create_here("playbook", name=name, template=True)

    first = csm.read("/templates/playbooks?limit=2")
    second = csm.read(f"/templates/playbooks?limit=2&cursor={first['next']}")

    assert [one["template"]["name"] for one in (*first["items"], *second["items"])] == ["A", "B", "C"]
    assert second["next"] is None


@pytest.mark.req("OB-24")
def test_a_template_is_shown_with_everything_that_a_clone_may_take(csm: Somebody, template: UUID) -> None:
    whole = csm.read(f"/templates/objectives/{template}")

    assert whole["root"]["values"]["name"] == "Onboard"
    assert [child["noun"] for child in whole["children"]] == [
        "objective_kpi",
        "playbook",
        "playbook_task",
        "playbook_task",
    ]


@pytest.mark.req("G1")
def test_a_preview_tells_every_old_and_new_date_and_makes_nothing(
    world: World, csm: Somebody, account: UUID, template: UUID
) -> None:
    before = world.here("objective").keys()
    told = csm.post(f"/templates/objectives/{template}/preview", choices(account))

    assert told.status_code == 200, told.text
    starts = {shift["title"]: (shift["old"], shift["new"]) for shift in told.json["shifts"] if shift["moved"]}
    assert starts["Task 7"] == ("2025-01-07", "2026-03-03")
    assert {off["title"] for off in told.json["off_days"]} == {"Task 11"}
    assert (len(told.json["creates"]), told.json["faults"]) == (5, [])
    assert world.here("objective").keys() == before
    assert (told.json["of"], told.json["draft"]) == ("draft of version 1", True)


@pytest.mark.req("OB-14", "OB-76")
def test_a_kpi_is_added_to_a_clone_in_the_same_call(world: World, csm: Somebody, account: UUID, template: UUID) -> None:
    added = {"objective": str(template), "values": {"description": "Renewals", "target_value": 12.5}}
    asked = {**choices(account), "kpis": [added]}
    made = csm.post(f"/templates/objectives/{template}/clones", asked, Idempotency_Key="k")

    assert (made.status_code, len(made.json["ids"])) == (201, 6), made.text
    assert {row["Description__c"] for row in world.there("objective_kpi").values()} == {"Seats", "Renewals"}


@pytest.mark.req("OB-46", "P4")
def test_a_clone_is_made_once_in_one_call_however_often_it_is_asked_for(
    world: World, csm: Somebody, account: UUID, template: UUID
) -> None:
    seen = csm.post(f"/templates/objectives/{template}/preview", choices(account)).json["seen"]
    asked = {**choices(account), "seen": seen}
    made = csm.post(f"/templates/objectives/{template}/clones", asked, Idempotency_Key="k")
    again = csm.post(f"/templates/objectives/{template}/clones", asked, Idempotency_Key="k")

    assert (made.status_code, made.json["api_calls"], len(made.json["ids"])) == (201, 1, 5), made.text
    assert again.json == made.json
    assert csm.read(made.location)["name"] == "For Acme"
    assert sum(row["Name"] == "For Acme" for row in world.there("objective").values()) == 1


@pytest.mark.req("OB-04")
def test_a_participant_clones_nothing(world: World, participant: Somebody, account: UUID, template: UUID) -> None:
    for what in ("preview", "clones"):
        answer = participant.post(f"/templates/objectives/{template}/{what}", choices(account))
        assert (answer.status_code, answer.json["code"]) == (403, "denied")
    assert len(world.there("playbook")) == 1


def test_a_template_that_went_or_changed_since_its_preview_is_not_cloned(
    world: World, csm: Somebody, account: UUID, template: UUID
) -> None:
    seen = csm.post(f"/templates/objectives/{template}/preview", choices(account)).json["seen"]
    world.edit_here("objective", template, description="Other")
    changed = csm.post(f"/templates/objectives/{template}/clones", {**choices(account), "seen": seen})
    world.edit_here("objective", template, template=False)
    gone = csm.post(f"/templates/objectives/{template}/clones", {**choices(account), "seen": seen})

    assert [(a.status_code, a.json["code"]) for a in (changed, gone)] == [(412, "changed"), (404, "missing")]


def test_what_is_wrong_with_a_clone_stands_at_its_record(csm: Somebody, account: UUID, template: UUID) -> None:
    (_, playbook, *_) = csm.read(f"/templates/objectives/{template}")["children"]
    edits = {playbook["id"]: {"name": "x" * 10_000}}
    refused = csm.post(f"/templates/objectives/{template}/clones", {**choices(account), "edits": edits})

    assert refused.status_code == 422, refused.text
    (fault,) = refused.json["errors"]
    assert (fault["record"], fault["field"], fault["code"]) == (playbook["id"], "name", "too_long")


@pytest.mark.parametrize(
    ("given", "field"),
    [({"start": "someday"}, "start"), ({"left_out": ["x"]}, "left_out.0"), ({"nonsense": 1}, "nonsense")],
)
def test_choices_that_cannot_be_read_are_refused(
    csm: Somebody, account: UUID, template: UUID, given: dict[str, object], field: str
) -> None:
    refused = csm.post(f"/templates/objectives/{template}/preview", {**choices(account), **given})

    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)


def test_a_clone_is_kept_while_the_org_does_not_answer_and_made_when_it_does(
    world: World, csm: Somebody, account: UUID, template: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence(*_args: object, **_options: object) -> None:
        raise Unreachable("org.test", "no route", "mend it", repeatable=False)

    with monkeypatch.context() as away:
        away.setattr(Session, "exchange", silence)
        kept = csm.post(f"/templates/objectives/{template}/clones", choices(account))
    assert kept.status_code == 202, kept.text
    waiting = csm.read(kept.location)
    assert (waiting["state"], waiting["id"]) == ("waiting", kept.json["request_id"])
    assert csm.get(kept.location.replace(waiting["id"], str(template))).status_code == 404

    make_kept(world.sync, now=world.clock.now())

    done = csm.read(kept.location)
    assert (done["state"], len(done["outcome"]["made"])) == ("done", 5)

"""What can be done at the console: retrying what is parked, deciding conflicts, the doctor, the audit."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from service.jobs.table import table
from service.pages.jobs import ABOUT
from service.store import reports, schedule
from service.store.ledger import parked
from service.store.reports import Report
from service.sync.overview import DAY
from tests.pages.conftest import Visitor
from tests.world import World


def retry_at(world: World) -> list[object]:
    """Return when what was refused is tried again."""
    return [item["retry_at"] for item in world.parked() if item["kind"] == "refused"]


def kpi_conflict(world: World) -> dict[str, object]:
    """Return the conflict of a field."""
    [item] = [dict(item) for item in world.parked() if item["field"]]
    return item


def seen(visitor: Visitor) -> dict[str, str]:
    """Return the tokens of the values that the inbox shows."""
    fields = visitor.page("/conflicts").all("input")
    return {f["name"]: f["value"] for f in fields if f.get("value") and (f.get("name") or "").startswith("seen|")}


def test_what_is_ticked_is_tried_again(at_acme: Visitor, world: World) -> None:
    [record] = [item["link_id"] for item in world.parked() if item["kind"] == "refused"]
    assert retry_at(world) != [world.clock.now()]

    assert "1 to be tried with the next sync." in at_acme.told("/parked/retry", record=str(record))

    assert retry_at(world) == [world.clock.now()]


def test_everything_is_tried_again(at_acme: Visitor, world: World) -> None:
    assert "1 to be tried with the next sync." in at_acme.told("/parked/retry", all="yes")
    assert retry_at(world) == [world.clock.now()]


@pytest.mark.parametrize(("record", "said"), [(None, "Nothing was ticked."), ("conflict", "Nothing of that waits")])
def test_what_a_person_must_decide_is_not_tried(at_acme: Visitor, world: World, record: str | None, said: str) -> None:
    ticked = {"record": str(kpi_conflict(world)["link_id"])} if record else {}

    assert said in at_acme.told("/parked/retry", **ticked)


def test_a_record_that_is_named_wrongly_is_refused(at_acme: Visitor) -> None:
    assert at_acme.post("/parked/retry", record="x").status_code == 400


def test_the_parked_page_says_why_and_the_way_out(at_acme: Visitor) -> None:
    text = at_acme.page("/parked").text

    assert "refused · STRING_TOO_LONG" in text
    assert "Shorten the text here; the field in the CRM holds no more." in text
    assert "target_value" not in text


@pytest.mark.req("G3")
def test_the_inbox_shows_all_three_values_and_who_wrote_them(at_acme: Visitor) -> None:
    text = at_acme.page("/conflicts").text

    assert "Target value of OKPI-00000001" in text
    assert "Agreed before 25 Here 30" in text
    assert "In the CRM 40 by Ada Admin 2 Mar 2026" in text
    assert "deleted in the CRM, but edited here since" in text


@pytest.mark.parametrize(("take", "value"), [("ours", "30"), ("theirs", "40")])
def test_one_conflict_is_decided_with_its_own_button(at_acme: Visitor, world: World, take: str, value: str) -> None:
    conflict = kpi_conflict(world)
    place = f"{conflict['link_id']}|target_value"

    said = at_acme.told("/conflicts", one=f"{take}|{place}", **seen(at_acme))
    world.settle()

    assert "1 decided" in said
    assert world.here("objective_kpi")[conflict["link_id"]]["target_value"] == value
    assert [f"{row['Target_Value__c']:g}" for row in world.there("objective_kpi").values()] == [value]
    assert "decided by ada@example.com" in at_acme.page("/decisions?text=decided").text


def test_many_are_decided_at_once(at_acme: Visitor, world: World) -> None:
    tokens = seen(at_acme)

    said = at_acme.told("/conflicts", take="theirs", pick=[name.removeprefix("seen|") for name in tokens], **tokens)

    assert "2 decided" in said
    assert "Nothing waits for a decision." in said


def test_what_changed_since_it_was_shown_is_not_decided(at_acme: Visitor, world: World) -> None:
    tokens, conflict = seen(at_acme), kpi_conflict(world)
    world.edit_here("objective_kpi", conflict["link_id"], target_value="31")

    said = at_acme.told("/conflicts", one=f"ours|{conflict['link_id']}|target_value", **tokens)

    assert "has changed since it was shown" in said
    assert "Nothing was decided." in said


def test_what_was_not_shown_is_not_decided(at_acme: Visitor, world: World) -> None:
    conflict = kpi_conflict(world)

    assert "Nothing was decided." in at_acme.told("/conflicts", one=f"ours|{conflict['link_id']}|target_value")


def test_nothing_ticked_is_nothing_decided(at_acme: Visitor) -> None:
    assert "Nothing was ticked." in at_acme.told("/conflicts", take="ours")


@pytest.mark.parametrize("form", [{"one": "mine|x|y"}, {"take": "ours", "pick": "x|y"}, {"take": "both", "pick": "x|"}])
def test_a_decision_that_cannot_be_read_is_refused(at_acme: Visitor, form: dict[str, str]) -> None:
    assert at_acme.post("/conflicts", **form).status_code == 400


@pytest.mark.req("G7")
def test_the_doctors_findings_stand_with_the_gravest_first(at_acme: Visitor, world: World) -> None:
    with world.transaction() as connection:
        findings = [
            {"check": "clock", "state": "ok", "found": "They agree.", "fix": ""},
            {"check": "login", "state": "failure", "found": "Refused.", "fix": "Run `plansync connect`."},
        ]
        body = {"org": "acme", "at": None, "ok": False, "findings": findings}
        reports.keep(connection, world.org_id, Report(kind="doctor", at=world.clock.now(), body=body))

    text = at_acme.page("/doctor").text

    assert "Examined 2 Mar 2026" in text
    assert text.index("login Refused. Run plansync connect .") < text.index("clock They agree.")


def test_the_doctor_examines_at_once_and_goes_on_where_the_org_does_not_answer(at_acme: Visitor) -> None:
    said = at_acme.told("/doctor")

    assert "Examined: something is wrong." in said
    assert "failure" in said


def test_an_audit_is_shown_and_asked_for(at_acme: Visitor, world: World) -> None:
    field = {"column": "name", "base": "a", "ours": "b", "theirs": "c"}
    finding = {"object": "account", "id": None, "crm_id": "001A", "kind": "fields differ", "waiting": ""}
    tally = {"ours": 9, "theirs": 9, "buckets": 1, "differences": 1, "waiting": 1}
    waits = {**finding, "kind": "only here", "waiting": "parked", "fields": []}
    body = {"records": 9, "differences": 1, "waiting": 1, "api_calls": 2, "objects": {"account": tally}}
    body |= {"found": [{**finding, "fields": [field]}], "waits": [waits], "repaired": {}}
    with world.transaction() as connection:
        reports.keep(connection, world.org_id, Report(kind="audit", at=world.clock.now(), body=body))

    text = at_acme.page("/audit").text

    assert "9 records, 2 API calls" in text
    assert "1 differ plansync audit --repair mends them" in text
    assert "account 001A fields differ name a b c" in text
    assert "under way parked" in text
    assert "The job audit is asked for." in at_acme.told("/jobs", job="audit", next=f"{at_acme.place}/audit")
    assert "An audit waits for a worker." in at_acme.page("/audit").text


def test_both_sides_alike_are_said_to_be(at_acme: Visitor, world: World) -> None:
    body = {"records": 0, "differences": 0, "waiting": 0, "api_calls": 1, "objects": {}, "found": [], "waits": []}
    with world.transaction() as connection:
        reports.keep(connection, world.org_id, Report(kind="audit", at=world.clock.now(), body=body))

    assert "no difference" in at_acme.page("/audit").text


def test_the_jobs_show_how_they_went_and_when_they_are_due(at_acme: Visitor, world: World) -> None:
    now = world.clock.now()
    with world.transaction() as connection:
        schedule.claim(connection, world.org_id, "sync", now, missed=False)
        schedule.announce(connection, world.org_id, {"sync": now + DAY})
        schedule.note(
            connection, world.org_id, "sync", started_at=now, ended_at=now, outcome="failed", note="The org is `away`."
        )

    text = at_acme.page("/jobs").text

    assert "The clock last ticked just now" in text
    assert "failed The org is away . 3 Mar 2026" in text


def test_the_console_knows_every_job_of_the_schedule() -> None:
    assert {job.name: job.about for job in table(DAY)} == ABOUT


def test_a_parked_record_names_what_waits_behind_it(at_acme: Visitor, world: World) -> None:
    [refused] = [item["link_id"] for item in world.parked() if item["kind"] == "refused"]
    kpi = world.create_here("objective_kpi", description="Child", objective_id=refused)
    world.cycle()
    with world.transaction() as connection:
        connection.execute(update(parked).where(parked.c.link_id == kpi).values(attempts=2))

    assert "Behind it wait: objective_kpi" in at_acme.page("/parked").text

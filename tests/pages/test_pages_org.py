"""The pages of one org: overview, runs, records, decisions, and what they say when there is nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, insert, select

from service.localorg.org import LocalOrg
from service.store.ledger import decisions, runs
from service.store.record_list import State
from tests import filled
from tests.pages.conftest import Visit, Visitor
from tests.pages.page import Page
from tests.world import World

PAGES = (
    "/",
    "/records",
    "/parked",
    "/conflicts",
    "/runs",
    "/decisions",
    "/audit",
    "/doctor",
    "/jobs",
    "/view-as",
    "/templates",
)


@pytest.fixture
def fresh(visit: Visit, world: World) -> Visitor:
    """Somebody at an org that was only just connected."""
    visitor = visit()
    visitor.place = f"/orgs/{filled.connect(world, 'acme').id}"
    return visitor


@pytest.mark.parametrize(
    ("path", "next_step"),
    [
        ("/", "plansync sync --org acme"),
        ("/records", "plansync sync --org acme"),
        ("/records?text=acme", "No record fits. Take a filter away"),
        ("/parked", "Nothing is parked."),
        ("/conflicts", "Nothing waits for a decision."),
        ("/runs", "No sync has run yet."),
        ("/decisions", "Nothing was decided yet."),
        ("/decisions?text=x", "No decision fits. Take a filter away"),
        ("/audit", "Press Compare now"),
        ("/doctor", "Press Examine now"),
        ("/jobs", "start plansync worker"),
        ("/templates", "There is no template yet."),
        ("/view-as", "Name a user of the org"),
        ("/view-as?user=csm@example.com", "plansync jobs run rights"),
    ],
)
def test_a_page_with_nothing_to_show_says_what_to_do(fresh: Visitor, path: str, next_step: str) -> None:
    assert next_step in fresh.page(path).text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_itself_its_org_and_its_tables(reader: Visitor, path: str) -> None:
    page = reader.page(path)

    assert len(page.all("h1")) == 1
    assert [link.get("aria-current") for link in page.all("a")].count("page") == 1
    assert len(page.all("caption")) == len(page.all("table"))
    assert {heading.get("scope") for heading in page.all("th")} <= {"col", "row"}
    assert "Orgs / acme" in page.text
    assert {field.get("type") for field in page.all("input")} <= {None, "hidden", "checkbox", "date"}


@pytest.mark.parametrize("path", PAGES)
def test_an_org_that_is_not_connected_is_not_found(visit: Visit, path: str) -> None:
    answer = visit().get(f"/orgs/{uuid4()}{path}")

    assert answer.status_code == 404
    assert "No org of that id is connected." in answer.text


@pytest.mark.req("P13")
def test_another_orgs_records_and_runs_are_not_found(
    reader: Visitor, visit: Visit, engine: Engine, installed_org: LocalOrg, acme: World
) -> None:
    other = World(org=installed_org, engine=engine)
    elsewhere = visit()
    elsewhere.place = f"/orgs/{filled.connect(other, 'other').id}"
    with acme.transaction() as connection:
        run = connection.execute(select(runs.c.id).limit(1)).scalar_one()
    record = next(iter(acme.here("account")))

    assert reader.get(f"/runs/{run}").status_code == reader.get(f"/records/{record}").status_code == 200
    assert elsewhere.get(f"/runs/{run}").status_code == elsewhere.get(f"/records/{record}").status_code == 404
    assert "Adopt 3" in reader.page("/records?text=Adopt").text
    assert "No record fits." in elsewhere.page("/records?text=Adopt").text


def test_the_overview_shows_figures_charts_states_and_runs(reader: Visitor) -> None:
    page = reader.page("/")

    assert "In step 29 To be pushed 2 Parked 1 Conflicts 2" in page.text
    assert "All objects 29 2 3 0" in page.text
    assert "The org's API calls are used up" in page.text
    assert "How far behind, at worst At worst 1 h 2 min behind" in page.text
    assert [each["aria-label"] for each in page.all("svg") if each.get("role") == "img"][1].startswith("API calls: ")
    assert page.text.count("Failed runs") == 2


def test_the_charts_span_a_day_or_a_week(reader: Visitor) -> None:
    assert "The last 24 hours" in reader.page("/").text
    assert "The last 7 days" in reader.page("/?span=7d").text
    assert reader.get("/?span=1y").status_code == 400


def test_a_sync_that_is_asked_for_waits_for_a_worker(at_acme: Visitor) -> None:
    place = f"{at_acme.place}/"

    first = at_acme.told("/jobs", job="sync", next=place)
    again = at_acme.told("/jobs", job="sync", next=place)

    assert "The job sync is asked for. No worker is running" in first
    assert "The job sync waits already." in again
    assert "sync bring both sides into step never when the clock runs waits" in at_acme.page("/jobs").text


def test_a_job_that_is_none_is_refused(at_acme: Visitor) -> None:
    assert at_acme.post("/jobs", job="format the disk").status_code == 400


# Runs


def test_runs_lead_to_what_they_decided(reader: Visitor, acme: World) -> None:
    with acme.transaction() as connection:
        asked = connection.execute(select(decisions.c.run_id).where(decisions.c.action == "ask")).scalar_one()

    assert f"{reader.place}/runs/{asked}" in reader.page("/runs").links()
    text = reader.page(f"/runs/{asked}").text
    assert "ask 1, park 1, refused 1" in text
    assert "field target_value ask changed on both sides; a person decides 25 30 40" in text


def test_a_run_that_was_cut_off_says_so(at_acme: Visitor, world: World) -> None:
    with filled.running(world):
        assert "under way" in at_acme.page("/runs").text

    assert "it never noted its end" in at_acme.page("/runs").text


def test_a_run_under_way_says_so_on_its_own_page(at_acme: Visitor, world: World) -> None:
    with filled.running(world):
        newest = next(link for link in at_acme.page("/runs").links() if "/runs/" in link)
        assert "under way" in Page(at_acme.client.get(newest).text).text
    assert "no end" in Page(at_acme.client.get(newest).text).text


def test_runs_go_on_page_by_page_however_many_come_meanwhile(fresh: Visitor, world: World) -> None:
    def add(count: int) -> None:
        with world.transaction() as connection:
            for _ in range(count):
                world.pass_time(minutes=1)
                values = {"started_at": world.clock.now(), "ended_at": world.clock.now(), "kind": "cycle"}
                connection.execute(insert(runs).values(org_id=world.org_id, id=uuid4(), **values))

    def started(page: Page) -> list[str | None]:
        return [each["datetime"] for each in page.all("time")][:-1]

    add(120)
    first = fresh.page("/runs")
    add(10)
    pages = [first]
    while following := [link["href"] for link in pages[-1].all("a") if link.get("rel") == "next"]:
        pages.append(Page(fresh.client.get(following[0] or "").text))

    seen = [moment for page in pages for moment in started(page)]
    assert [len(started(page)) for page in pages] == [50, 50, 20]
    assert seen == sorted(set(seen), reverse=True)
    assert "Newest runs" in pages[1].text


@pytest.mark.parametrize("path", ["/runs", "/decisions", "/records?object=account&", "/parked"])
@pytest.mark.parametrize(
    "mark", ["x", "W10=", "eyJhIjoxfQ==", "WyJ4IiwgIngiLCAieCJd", "WyJcdTAwMDAiLCAiIl0=", "WyJcdWQ4MDAiLCAiIl0=", "%ff"]
)
def test_a_page_that_begins_nowhere_is_refused(fresh: Visitor, path: str, mark: str) -> None:
    assert fresh.get(f"{path}{'' if '?' in path else '?'}from={mark}").status_code == 400


# Records


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("object=success_plan", [f"Grow {number}" for number in range(9)]),
        ("object=objective&state=to+be+pushed", ["Not pushed yet 0", "Not pushed yet 1"]),
        ("text=adopt+3", ["Adopt 3"]),
        ("text=ADOPT+3&object=success_plan", []),
        ("text=%25", []),
        ("state=gone", []),
    ],
)
def test_records_are_found_by_object_state_and_name(reader: Visitor, query: str, names: list[str]) -> None:
    text = reader.page(f"/records?{query}").text

    assert [name for name in [f"Grow {n}" for n in range(9)] if name in text] == [n for n in names if "Grow" in n]
    assert all(name in text for name in names)
    assert names or "No record fits." in text


def test_records_are_found_by_either_id(reader: Visitor, acme: World) -> None:
    crm_id, record = next(iter(acme.there("success_plan").items()))
    ours = acme.our_id(crm_id)

    for given in (str(ours), str(ours).upper(), crm_id, crm_id[:15]):
        links = reader.page(f"/records?text={given}").links()
        assert [link for link in links if "/records/" in link] == [f"{reader.place}/records/{ours}"], given
    assert record["Name"] == "Grow 0"


def test_an_id_that_was_never_seen_is_explained(reader: Visitor) -> None:
    assert "Plansync has never seen 001000000000001AAA" in reader.page("/records?text=001000000000001AAA").text


@pytest.mark.parametrize("query", ["object=unicorn", "state=lost"])
def test_an_object_or_state_that_is_none_is_refused(reader: Visitor, query: str) -> None:
    assert reader.get(f"/records?{query}").status_code == 400


def test_letters_that_the_database_does_not_take_find_nothing(reader: Visitor) -> None:
    assert "No record fits." in reader.page("/records?text=A%00dopt%ff").text


def test_records_go_on_page_by_page_by_name(fresh: Visitor, world: World) -> None:
    for number in range(60):
        world.create_here("account", name=f"{'a' if number % 2 else 'A'}ccount {number:03}")
    first = fresh.page("/records?object=account")
    [following] = [link["href"] for link in first.all("a") if link.get("rel") == "next"]
    second = Page(fresh.client.get(following or "").text)

    def found(page: Page) -> list[str]:
        return [word.strip() for word in page.words if word.strip().lower().startswith("account ")]

    assert (len(found(first)), len(found(second))) == (50, 10)
    assert [name.lower() for name in found(first) + found(second)] == [f"account {number:03}" for number in range(60)]


def test_a_long_list_of_states_is_the_same_in_both_places(reader: Visitor) -> None:
    options = [option.get("value") for option in reader.page("/records").all("option")]

    assert "objective_kpi" in options
    assert all(state.value in reader.page("/records").text for state in State)


@pytest.mark.req("G3")
def test_a_record_says_why_it_waits(reader: Visitor, acme: World) -> None:
    [kpi] = [item["link_id"] for item in acme.parked() if item["field"]]

    text = reader.page(f"/records/{kpi}").text

    assert "Its target_value waits (conflict, CONFLICT): changed on both sides; a person decides." in text
    assert "target value Target_Value__c both ways a person decides 25 30 waits (conflict)" in text
    assert "Decide among the conflicts" in text
    assert "create here new in the CRM" in text


@pytest.mark.parametrize("path", ["/records/{}", "/runs/{}"])
def test_what_is_not_known_is_not_found(reader: Visitor, path: str) -> None:
    assert reader.get(path.format(uuid4())).status_code == 404


def test_an_org_that_does_not_answer_is_told_with_a_sentence(reader: Visitor, acme: World) -> None:
    answer = reader.post(f"/records/{next(iter(acme.here('account')))}")

    assert answer.status_code == 409
    assert "That could not be done" in answer.text


# Decisions


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ("action=ask", "changed on both sides", "new in the CRM"),
        ("object=success_plan", "Grow 3", "Adopt 3"),
        ("text=TARGET_value", "changed on both sides", "new in the CRM"),
        ("text=Logins+a+week", "deleted in the CRM, but edited here since", "changed on both sides"),
        ("since=2026-03-02&until=2026-03-02", "changed on both sides", "No decision fits"),
        ("since=2026-03-03", "No decision fits", "changed on both sides"),
        ("until=2026-03-01", "No decision fits", "changed on both sides"),
    ],
)
def test_decisions_are_found_by_object_action_text_and_time(
    reader: Visitor, query: str, there: str, missing: str
) -> None:
    text = reader.page(f"/decisions?{query}").text

    assert there in text
    assert missing not in text


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-13-01"])
def test_a_day_that_is_none_is_refused(reader: Visitor, query: str) -> None:
    answer = reader.get(f"/decisions?{query}")

    assert answer.status_code == 400
    assert "is no day" in answer.text


def test_a_day_ends_where_the_viewer_is(fresh: Visitor, world: World) -> None:
    midnight_in_tokyo = world.clock.now().replace(hour=15, minute=0, second=0)
    with world.transaction() as connection:
        for seconds in (-1, 0):
            values = {"run_id": uuid4(), "object": "account", "action": "pull", "reason": f"at {seconds}"}
            at = midnight_in_tokyo + timedelta(seconds=seconds)
            connection.execute(insert(decisions).values(org_id=world.org_id, at=at, **values))
    fresh.client.post("/account/time-zone", data={"csrf_token": fresh.csrf_token(), "zone": "Asia/Tokyo"})

    assert "at -1" in fresh.page("/decisions?until=2026-03-02").text
    assert "at 0" not in fresh.page("/decisions?until=2026-03-02").text
    assert "at 0" in fresh.page("/decisions?since=2026-03-03").text


def test_a_long_value_is_folded_and_there_whole(fresh: Visitor, world: World) -> None:
    text = "".join(f"word{number} " for number in range(200)).strip()
    with world.transaction() as connection:
        values = {"run_id": uuid4(), "object": "account", "action": "pull", "reason": "r", "field": "name"}
        connection.execute(
            insert(decisions).values(org_id=world.org_id, at=world.clock.now(), ours=text, theirs="a\u202eb", **values)
        )

    page = fresh.page("/decisions")

    assert len(page.all("details")) == 1
    assert text in page.text
    assert "(empty)" in page.text
    assert "a⟦U+202E⟧b" in page.text

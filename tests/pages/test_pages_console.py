"""The console's first page: what it shows, what it says when there is nothing, and that it trusts no text."""

from __future__ import annotations

from html.parser import HTMLParser
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from service.app import HEADERS, create_app
from service.config import ROOT
from service.store.sealing import Seal, new_key
from service.wiring import Services
from tests import filled
from tests.pages.conftest import Visit
from tests.world import World

VOID = {"meta", "link", "path", "circle", "rect", "br", "img"}


class Page(HTMLParser):
    """A page's elements and text; every element that is opened must be closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        """Return the words as they read."""
        return " ".join(" ".join(self.words).split())


def page_of(visit: Visit, path: str = "/", **settings: object) -> Page:
    """Return a page of the console that can be shown."""
    answer = visit(**settings).get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def test_without_an_org_the_page_says_how_to_connect_one(visit: Visit) -> None:
    page = page_of(visit)

    assert "No org is connected yet" in page.text
    assert "plansync connect" in page.text
    assert "plansync localorg --install sfdx" in page.text


def test_before_the_first_sync_the_page_says_how_to_run_it(visit: Visit, world: World) -> None:
    filled.connect(world, "acme")

    page = page_of(visit)

    assert "not synced yet" in page.text
    assert "plansync sync --org acme" in page.text
    assert "Nothing is parked." in page.text
    assert page.all("table") == []


def test_a_filled_page_shows_health_runs_records_and_what_is_parked(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    text = page_of(visit).text

    assert "needs attention" in text
    assert "3 records or fields wait for a decision or a correction." in text
    assert "In step 29 To be pushed 2 Parked 3" in text
    assert "All objects 29 2 3 0" in text
    assert "The org's API calls are used up" in text
    assert "refused · STRING_TOO_LONG" in text
    assert "Shorten the text here; the field in the CRM holds no more." in text
    assert "Here 30 In the CRM 40 Agreed last 25" in text


def test_moments_are_the_orgs_with_the_zone_beside_them(visit: Visit, world: World) -> None:
    filled.connect(world, time_zone="America/New_York")
    world.cycle(after=0)

    page = page_of(visit)

    assert "times in America/New_York" in page.text
    assert "2 Mar 2026, 04:30:20 EST" in page.text
    assert {"datetime": "2026-03-02T04:30:20-05:00"} in page.all("time")


def test_text_of_the_crm_is_text_on_the_page(visit: Visit, world: World) -> None:
    filled.connect(world, filled.HOSTILE)
    filled.fill(world)

    html = visit().get("/").text
    page = Page(html)

    assert filled.HOSTILE in page.text
    assert filled.HOSTILE not in html
    assert page.all("script") == page.all("img") == []


def test_a_record_is_linked_only_where_the_org_is_a_web_address(visit: Visit, world: World) -> None:
    filled.connect(world, url="javascript:alert(1)//")
    filled.fill(world)

    links = [link["href"] or "" for link in page_of(visit).all("a")]

    assert not [link for link in links if "javascript" in link]


def test_the_page_needs_no_script_and_no_style_of_its_own(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    page = page_of(visit)

    assert page.all("script") == page.all("style") == []
    assert not [attributes for _, attributes in page.elements if "style" in attributes]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/static/console.css"])
def test_every_answer_is_hardened(visit: Visit, path: str) -> None:
    with visit().get(path) as answer:
        pass

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_pages_are_not_kept_by_anybody(visit: Visit) -> None:
    assert visit().get("/").headers["Cache-Control"] == "no-store"


def test_tables_name_themselves_and_their_headings(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    page = page_of(visit)

    assert len(page.all("caption")) == len(page.all("table")) == 3
    assert {heading.get("scope") for heading in page.all("th")} == {"col", "row"}


def test_state_is_never_colour_alone(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    page = page_of(visit)

    states = [each["class"] for each in page.all("span") if (each.get("class") or "").startswith("state ")]
    assert len(states) == page.text.count("done") + page.text.count("failed") + page.text.count("needs attention")
    assert all(each.get("aria-hidden") == "true" for each in page.all("svg") if each.get("class") == "icon")


def test_the_page_follows_a_running_sync_and_can_be_kept_still(visit: Visit, world: World) -> None:
    filled.connect(world)

    def reloads(path: str) -> list[str | None]:
        metas = page_of(visit, path).all("meta")
        return [meta["content"] for meta in metas if meta.get("http-equiv") == "refresh"]

    idle = reloads("/")
    with filled.running(world):
        following, still = reloads("/"), reloads("/?reload=off")
        text = page_of(visit).text

    assert (idle, following, still) == ([], ["5"], [])
    assert "syncing now" in text
    assert "under way" in text


def test_a_run_that_was_cut_off_says_so(visit: Visit, world: World) -> None:
    filled.connect(world)
    with filled.running(world):
        pass

    assert "cut off" in page_of(visit).text
    assert "it never noted its end" in page_of(visit).text


def test_a_long_queue_is_cut_and_the_way_to_the_rest_named(visit: Visit, world: World) -> None:
    filled.connect(world)
    account = world.create_there("account", Name="Acme")
    world.cycle()
    for _ in range(52):
        world.create_here("objective", name="x" * 81, account_id=world.our_id(account))
    world.cycle()

    assert "The 50 that wait longest, of 52; plansync parked lists them all" in page_of(visit).text


def test_a_page_that_is_not_there_looks_like_the_others(visit: Visit) -> None:
    answer = visit().get("/nowhere")

    assert answer.status_code == 404
    assert "Not Found" in Page(answer.text).text


@pytest.fixture
def without_database(world: World, tmp_path: object) -> Services:
    """Services whose database does not answer."""
    return Services(
        settings=filled.settings(ROOT),
        engine=create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"),
        seal=Seal([new_key()]),
        clock=world.clock.now,
        new_id=uuid4,
    )


def test_life_is_told_without_the_database(without_database: Services) -> None:
    answer = create_app(without_database).test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_database_that_does_not_answer_is_a_page_with_a_way_out(without_database: Services) -> None:
    answer = create_app(without_database).test_client().get("/")

    assert answer.status_code == 503
    assert "plansync db status" in Page(answer.text).text

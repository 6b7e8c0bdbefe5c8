"""The first page: every org at a glance, the gravest first, and that it trusts no text."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine

from service.app import create_console
from service.config import ROOT
from service.localorg.org import LocalOrg
from service.store import allowances
from service.wiring import Services
from tests import filled
from tests.pages.conftest import Visit
from tests.pages.page import Page
from tests.world import World


def test_without_an_org_the_page_says_how_to_connect_one(visit: Visit) -> None:
    page = visit().page("/")

    assert "No org is connected yet" in page.text
    assert "plansync connect" in page.text
    assert "plansync localorg --install sfdx" in page.text


def test_before_the_first_sync_the_org_is_not_synced_yet(visit: Visit, world: World) -> None:
    filled.connect(world, "acme")

    text = visit().page("/").text

    assert "not synced yet" in text
    assert "CRM read up to not yet Last run none" in text
    assert "The org has not told yet how many it allows." in text


def test_an_org_shows_its_health_and_its_figures(visit: Visit, world: World) -> None:
    filled.connect(world, "acme")
    filled.fill(world)

    text = visit().page("/").text

    assert "needs attention" in text
    assert "3 records or fields wait for a decision or a correction." in text
    assert "In step 29 To be pushed 2 Parked 1 Conflicts 2 CRM read up to just now" in text
    assert "of 100,000 used" in text
    assert "It stops at 80,000; the rest is for people." in text
    assert "An admin sees every org of this installation." in text


def test_the_gravest_stands_first(visit: Visit, world: World, engine: Engine, installed_org: LocalOrg) -> None:
    filled.connect(world, "aaa")
    world.cycle()
    other = World(org=installed_org, engine=engine)
    filled.connect(other, "zzz")
    filled.fill(other)
    world.clock.set(other.clock.now())
    world.cycle()

    text = visit().page("/").text

    assert text.index("zzz") < text.index("aaa")


def test_a_paused_org_says_until_when(visit: Visit, world: World) -> None:
    org = filled.connect(world, "acme")
    world.cycle()
    with world.transaction() as connection:
        allowances.save(
            connection,
            org.id,
            used=81_000,
            allowed=100_000,
            paused_until=world.clock.now().replace(minute=59, second=0),
        )

    text = visit().page("/").text

    assert "The org's API calls run short" in text
    assert "Paused until 2 Mar 2026, 09:59:00 UTC . paused" in text


def test_text_of_the_crm_is_text_on_the_page(visit: Visit, world: World) -> None:
    filled.connect(world, filled.HOSTILE)
    filled.fill(world)

    html = visit().get("/").text
    page = Page(html)

    assert filled.HOSTILE in page.text
    assert filled.HOSTILE not in html
    assert page.all("img") == []
    assert [script["src"] for script in page.all("script")] == ["/static/console.js"]


def test_a_page_needs_no_style_and_no_handler_of_its_own(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    page = visit().page("/")

    assert page.all("style") == []
    assert not [attributes for _, attributes in page.elements if "style" in attributes]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_state_is_never_colour_alone(visit: Visit, world: World) -> None:
    filled.connect(world)
    filled.fill(world)

    page = visit().page("/")

    assert [each["class"] for each in page.all("span") if (each.get("class") or "").startswith("state ")] == [
        "state warn"
    ]
    assert all(each.get("aria-hidden") == "true" for each in page.all("svg") if each.get("class") == "icon")


@pytest.mark.parametrize("path", ["/", "/orgs/{org}/"])
def test_a_page_follows_a_running_sync_and_can_be_kept_still(visit: Visit, world: World, path: str) -> None:
    path = path.format(org=filled.connect(world).id)
    visitor = visit()

    def reloads(path: str) -> list[str | None]:
        metas = visitor.page(path).all("meta")
        return [meta["content"] for meta in metas if meta.get("http-equiv") == "refresh"]

    idle = reloads(path)
    with filled.running(world):
        following, still = reloads(path), reloads(f"{path}?reload=off")
        text = visitor.page(path).text

    assert (idle, following, still) == ([], ["5"], [])
    assert "syncing now" in text
    assert "under way" in text


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
        seal=filled.SEAL,
        clock=world.clock.now,
        new_id=uuid4,
    )


def test_life_is_told_without_the_database(without_database: Services) -> None:
    answer = create_console(without_database).test_client().get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_a_database_that_does_not_answer_is_a_page_with_a_way_out(without_database: Services) -> None:
    answer = create_console(without_database).test_client().get("/sign-in")

    assert answer.status_code == 503
    assert "plansync db status" in Page(answer.text).text

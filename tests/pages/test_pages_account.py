"""What an admin chooses for herself: a zone and a password."""

from __future__ import annotations

import pytest

from service.access import admins
from service.store import admins as store
from service.store.admins import Admin
from tests import filled
from tests.pages.conftest import Visit, Visitor
from tests.world import World

PASSWORD, NEW = filled.PASSWORD.text, "another long password"


def zone(world: World) -> str | None:
    """Return the zone of the only admin."""
    with world.engine.connect() as connection:
        [admin] = store.every(connection)
    return admin.time_zone


def sign_in(visitor: Visitor, password: str, **others: str) -> int:
    """Try to sign in; return how it was answered."""
    return visitor.post("/sign-in", email="ada@example.com", password=password, **others).status_code


def test_a_chosen_zone_is_kept_and_used_everywhere(visit: Visit, world: World) -> None:
    visitor = visit()

    assert "Moments are shown in Asia/Tokyo." in visitor.told("/account/time-zone", zone="Asia/Tokyo")
    assert "2 Mar 2026, 18:30:20 JST" in visitor.page("/").text
    assert {"selected": None} in visitor.page("/account").all("option")


def test_without_one_an_orgs_moments_are_its_own(visit: Visit, world: World) -> None:
    org = filled.connect(world, time_zone="America/New_York")
    visitor = visit()

    visitor.told("/account/time-zone", zone="Asia/Tokyo")
    assert "JST" in visitor.page(f"/orgs/{org.id}/").text

    assert "the zone of each org" in visitor.told("/account/time-zone", zone="")
    assert "2 Mar 2026, 04:30:20 EST" in visitor.page(f"/orgs/{org.id}/").text


def test_a_zone_that_is_none_is_refused(visit: Visit, world: World) -> None:
    assert visit().post("/account/time-zone", zone="Moon/Tycho").status_code == 400
    assert zone(world) is None


@pytest.mark.parametrize(("told", "kept"), [("Asia/Tokyo", "Asia/Tokyo"), ("", None), ("Moon/Tycho", None)])
def test_the_browsers_zone_is_taken_at_the_first_sign_in(
    stranger: Visit, admin: Admin, world: World, told: str, kept: str | None
) -> None:
    assert sign_in(stranger(), PASSWORD, zone=told) == 303
    assert zone(world) == kept


def test_a_chosen_zone_is_not_changed_by_another_browser(stranger: Visit, admin: Admin, world: World) -> None:
    sign_in(stranger(), PASSWORD, zone="Asia/Tokyo")
    sign_in(stranger(), PASSWORD, zone="Europe/Paris")

    assert zone(world) == "Asia/Tokyo"


def test_a_new_password_is_taken_from_who_knows_the_old_one(visit: Visit, stranger: Visit) -> None:
    here, elsewhere = visit(), visit()

    assert "You have a new password" in here.told("/account/password", current=PASSWORD, new=NEW, again=NEW)

    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 303)
    assert (sign_in(stranger(), PASSWORD), sign_in(stranger(), NEW)) == (403, 303)


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("wrong", NEW, NEW, "The present password is another one"),
        (PASSWORD, NEW, NEW + "!", "was not the same twice"),
        (PASSWORD, "short", "short", "A password has 12 to 1024 characters"),
        ("", "", "", "The present password is another one"),
    ],
)
def test_anything_else_changes_nothing(
    visit: Visit, stranger: Visit, current: str, new: str, again: str, sentence: str
) -> None:
    said = visit().told("/account/password", current=current, new=new, again=again)

    assert sentence in said
    assert "othing was changed" in said
    assert sign_in(stranger(), PASSWORD) == 303


def test_an_admin_who_was_removed_is_out_at_once(visit: Visit, world: World) -> None:
    visitor = visit()

    admins.remove(world.engine, "ada@example.com")

    assert visitor.get("/").status_code == 303

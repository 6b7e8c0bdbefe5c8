"""The console's templates: the list, one with its versions and differences, and clones with their preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.localorg.org import INTEGRATION
from service.localorg.server import Server
from service.plans.desk import Desk
from service.plans.template_import import carry_out, plan_import
from service.store import orgs
from tests import filled
from tests.desks import desk_of, employ, mirror_rights
from tests.pages.conftest import Visit, Visitor
from tests.plans.template_texts import blueprint, reading
from tests.world import World

TESS = "tess@example.com"


@pytest.fixture
def desk(world: World) -> Desk:
    """The desk of a template author, beside an account."""
    world.create_there("account", Name="Acme")
    user_id = employ(world, TESS, "CSC_Customer_Success")
    mirror_rights(world)
    return desk_of(world, user_id, "CSC_Customer_Success")


@pytest.fixture
def visitor(world: World, desk: Desk, visit: Visit) -> Iterator[Visitor]:
    """Somebody signed in, at an org that answers."""
    with Server(world.app) as server:
        org = filled.connect(world, "acme", url=server.url)
        token = world.app.api.sessions.open(world.org.user_id(INTEGRATION))
        login = {"kind": "token", "token": token, "instance_url": server.url}
        orgs.renew_login(world.engine, org.id, filled.SEAL.seal(login))
        visitor = visit()
        visitor.place = f"/orgs/{org.id}"
        yield visitor


def onboarding(desk: Desk, folder: Path) -> str:
    """Import the template; return the address of its page."""
    plan = plan_import(desk, blueprint(folder))
    carry_out(desk, plan, note="first")
    return f"/templates/{plan.template_id}"


def edit(world: World, **values: object) -> None:
    """Edit the template in the CRM and let it be synced."""
    [crm_id] = [crm_id for crm_id, row in world.there("objective").items() if row["Template__c"]]
    world.pass_time(minutes=2)
    world.edit_there("objective", crm_id, **values)
    world.settle()


def silence(world: World) -> None:
    """Let the org be where nobody answers."""
    login = {"kind": "token", "token": "any", "instance_url": "http://127.0.0.1:9"}
    orgs.renew_login(world.engine, world.org_id, filled.SEAL.seal(login))


def test_without_a_template_the_list_says_how_there_will_be_one(visitor: Visitor) -> None:
    page = visitor.page("/templates")

    assert "There is no template yet. Tick Template" in page.text
    assert "Templates" in page.text


def test_the_list_tells_what_each_template_holds_and_its_newest_version(
    visitor: Visitor, desk: Desk, tmp_path: Path
) -> None:
    address = onboarding(desk, tmp_path)

    page = visitor.page("/templates")

    assert visitor.place + address in page.links()
    assert "1 objective KPI, 1 playbook, 3 playbook tasks" in page.text
    assert "version 1, " in page.text
    # Its playbook is ticked, too, and yet no template of its own.
    assert len([link for link in page.links() if "/templates/" in link]) == 1


def test_a_template_shows_its_records_with_days_and_whom_they_wait_for(
    visitor: Visitor, desk: Desk, tmp_path: Path
) -> None:
    page = visitor.page(onboarding(desk, tmp_path))

    assert "Objective template, version 1" in page.text
    assert "Kick-off call playbook task, key call day +4 2026-01-05 day +19 2026-01-20 prepare" in page.text
    assert "call and 7 days" in page.text
    assert "The two say the same." in page.text


def test_a_template_that_was_never_published_offers_to_be(visitor: Visitor, world: World) -> None:
    crm_id = world.create_there("playbook", Name="Renewal", Template__c=True)
    world.settle()
    address = f"/templates/{world.our_id(crm_id)}"

    before = visitor.page(address)
    told = visitor.told(address, **{"as": TESS, "note": "the beginning"})

    assert "It was never published" in before.text
    assert "Publish version 1" in before.text
    assert "It has no dates." in before.text
    assert "Version 1 is published." in told
    assert "the beginning" in visitor.page(address).text


def test_what_was_changed_since_is_shown_and_published(
    visitor: Visitor, world: World, desk: Desk, tmp_path: Path
) -> None:
    address = onboarding(desk, tmp_path)
    edit(world, Priority__c="Low")

    page = visitor.page(address)
    assert "Objective template, draft of version 2" in page.text
    assert "the template objective changed priority High Low" in page.text

    assert "Version 2 is published." in visitor.told(address, **{"as": TESS})
    page = visitor.page(f"{address}?old=1&new=2")
    assert "the template objective changed priority High Low" in page.text
    assert "The two say the same." in visitor.page(f"{address}?old=2&new=live").text


def test_a_template_is_saved_as_its_file(visitor: Visitor, desk: Desk, tmp_path: Path) -> None:
    answer = visitor.get(f"{onboarding(desk, tmp_path)}/file")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="onboarding.yaml"'
    made, problems = reading(tmp_path, answer.text)
    assert (made is not None, problems) == (True, [])


@pytest.mark.parametrize("path", ["", "/file", "/clone", "?old=7"])
def test_what_is_not_there_is_not_found(visitor: Visitor, desk: Desk, tmp_path: Path, path: str) -> None:
    known = onboarding(desk, tmp_path)
    nobody = f"/templates/{desk.org.org_id}"

    assert visitor.get((known if path.startswith("?") else nobody) + path).status_code in (400, 404)


@pytest.mark.req("OB-07")
def test_nothing_is_published_in_the_name_of_nobody_or_of_a_guest(
    visitor: Visitor, world: World, desk: Desk, tmp_path: Path
) -> None:
    address = onboarding(desk, tmp_path)
    edit(world, Priority__c="Low")
    employ(world, "guest@example.com")

    assert "No user of the org is called" in visitor.told(address, **{"as": "nobody@example.com"})
    assert "Nothing was published." in visitor.told(address, **{"as": "guest@example.com"})


# Clones

ACME = {"account": "Acme", "as": TESS, "start": "2026-12-01", "calendar": "DE-BY", "name": "For Acme"}


def address_of(path: str, **given: str) -> str:
    """Return an address with a query."""
    return f"{path}/clone?" + "&".join(f"{name}={value}" for name, value in given.items())


def test_before_anything_is_chosen_the_form_says_what_it_wants(visitor: Visitor, desk: Desk, tmp_path: Path) -> None:
    page = visitor.page(f"{onboarding(desk, tmp_path)}/clone")

    assert "Name an account and a user of the CRM, then press Preview" in page.text
    assert page.all("button")


@pytest.mark.req("G1", "OB-44")
def test_a_preview_shows_every_date_what_stays_and_what_falls_on_a_day_off(
    visitor: Visitor, desk: Desk, tmp_path: Path
) -> None:
    page = visitor.page(address_of(onboarding(desk, tmp_path), **ACME))

    assert "8 records would be made" in page.text
    assert "Kick-off call playbook task start 2026-01-05 2026-12-05" in page.text
    assert "warning Saturday" in page.text
    assert "Make this clone" in page.text


def test_a_preview_of_what_cannot_be_made_says_why_and_offers_no_button(
    visitor: Visitor, desk: Desk, tmp_path: Path
) -> None:
    address = onboarding(desk, tmp_path)

    nobody = visitor.page(address_of(address, **{**ACME, "account": "Nobody"}))
    too_long = visitor.page(address_of(address, **{**ACME, "name": "x" * 200}))

    assert "No account is called Nobody" in nobody.text
    assert "failure" in too_long.text
    assert "Make this clone" not in nobody.text + too_long.text


def test_a_clone_is_made_once_however_often_it_is_sent(
    visitor: Visitor, world: World, desk: Desk, tmp_path: Path
) -> None:
    address = f"{onboarding(desk, tmp_path)}/clone"

    first = visitor.told(address, **ACME, key="one")
    again = visitor.told(address, **ACME, key="one")

    assert "Made: 8 records." in first
    assert "Made: 8 records." in again
    assert [row["Name"] for row in world.there("objective").values()] == ["Onboarding", "For Acme"]


def test_a_clone_that_is_refused_keeps_what_was_entered(visitor: Visitor, desk: Desk, tmp_path: Path) -> None:
    answer = visitor.post(f"{onboarding(desk, tmp_path)}/clone", **{**ACME, "seen": "another", "key": "one"})

    assert answer.status_code == 303
    assert "account=Acme" in answer.location
    assert "Nothing was made." in visitor.client.get(answer.location).text


def test_a_clone_for_an_org_that_does_not_answer_is_kept(
    visitor: Visitor, world: World, desk: Desk, tmp_path: Path
) -> None:
    address = f"{onboarding(desk, tmp_path)}/clone"
    silence(world)

    assert "The org does not answer; the request is kept as" in visitor.told(address, **ACME, key="one")


def test_publishing_while_the_org_does_not_answer_says_so(
    visitor: Visitor, world: World, desk: Desk, tmp_path: Path
) -> None:
    address = onboarding(desk, tmp_path)
    edit(world, Priority__c="Low")
    silence(world)

    assert "Nothing was published." in visitor.told(address, **{"as": TESS})

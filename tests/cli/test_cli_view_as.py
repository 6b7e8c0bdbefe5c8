"""`plansync view-as`: what a user may do, as a table and as JSON."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from service.access import rights
from service.cli.opening import opened, signed_in
from service.config import read_settings
from service.localorg.org import ADMIN
from service.store import orgs
from tests.cli.conftest import Crm, Shell

pytestmark = pytest.mark.req("G15")

USER = "part@example.com"


@pytest.fixture
def mirrored(shell: Shell, crm: Crm) -> Crm:
    """An org whose setup the integration user may see, connected, synced and mirrored."""
    crm.org.add_user(USER, name="Pia Part", permission_sets=["CSC_Participant_User"])
    for name in ("Plansync_Integration", "Plansync_Standard_Objects"):
        crm.org.assign(crm.admin.user_id, name)
    token = crm.token_file(crm.app.api.sessions.open(crm.org.user_id(ADMIN)))
    assert shell("connect", "--url", crm.url, "--token-file", token).code == 0
    account = crm.create_there("Account", Name="Acme")
    crm.create_there("Objective__c", Name="Adopt", Account__c=account)
    assert shell("sync").code == 0
    with opened(read_settings()) as services, signed_in(services, orgs.named(services.engine, None)) as sides:
        rights.refresh(sides, now=services.clock())
    return crm


def test_every_action_is_told_with_its_reason(shell: Shell, mirrored: Crm) -> None:
    ran = shell("view-as", USER)

    assert ran.code == 0
    assert "Pia Part (part@example.com) and objectives, by the rights read" in ran.out
    assert "CSC - Participant User allows editing objectives" in ran.out
    assert "CSC - Participant User does not allow deleting objectives" in ran.out
    assert "CSC_Participant_User" in ran.out


def test_a_record_is_judged_by_itself_in_one_json_line(shell: Shell, mirrored: Crm, engine: Engine) -> None:
    (record,) = mirrored.org.storage.rows("Objective__c")

    document = shell("view-as", USER, record["Id"], "--json").document

    assert document["org"] == orgs.named(engine, None).name
    assert document["user"] == {
        "crm_id": mirrored.org.user_id(USER),
        "username": USER,
        "name": "Pia Part",
        "active": True,
    }
    assert (document["object"], document["record_name"]) == ("objective", "Adopt")
    assert {each["action"]: each["allowed"] for each in document["actions"]} == {
        "view": True,
        "edit": True,
        "delete": False,
    }
    assert [each["through"] for each in document["held"]] == ["CSC - Participant User"]


def test_who_holds_nothing_gets_no_second_table(shell: Shell, mirrored: Crm) -> None:
    ran = shell("view-as", ADMIN, "--object", "success_plan")

    assert "and success plans" in ran.out
    assert "What the user holds" not in ran.out


def test_a_user_who_is_not_there_is_one_sentence(shell: Shell, mirrored: Crm) -> None:
    ran = shell("view-as", "who@example.com", "--json")

    assert (ran.code, ran.document["error"]["code"]) == (1, "unanswerable")

"""Why: each state of a record is said in sentences, and the CRM is asked only when told to, in one call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from service.crm.client import Client
from service.crm.login import AccessToken
from service.store import allowances
from service.store.database import transaction
from service.store.ledger import unfit
from service.sync.why import Explanation, NoRecord, explain
from tests.sync import planting
from tests.sync.conftest import Customer
from tests.sync.test_inbox import clash
from tests.sync.test_pull import ONLY_DRAFTS, filtered
from tests.world import URL, World
from tests.wsgi_transport import WsgiAdapter


def why(world: World, record: object, *, ask_org: bool = False) -> Explanation:
    """Explain a record."""
    return explain(world.sync, str(record), now=world.clock.now(), ask_org=ask_org)


def said(world: World, record: object, *, ask_org: bool = False) -> str:
    """Return the sentences about a record."""
    return " ".join(why(world, record, ask_org=ask_org).sentences)


@pytest.mark.req("G3")
def test_a_record_in_step_is_told_with_both_ids_and_its_last_decision(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)

    told = why(world, ours)

    assert (told.object, told.id, told.crm_id, told.name) == ("objective", ours, customer.objective, "Adopt")
    assert told.sentences[0] == f"objective Adopt: {ours} here, Objective__c {customer.objective} in the CRM."
    assert told.sentences[1].startswith("As far as Plansync knows both sides hold the same, last read 2026-03-02")
    assert told.sentences[-1].endswith("create here, because new in the CRM.")
    assert (told.asked, told.parked, told.behind) == (False, [], ())


@pytest.mark.parametrize("length", [15, 18])
def test_a_record_is_found_by_either_form_of_its_crm_id(world: World, customer: Customer, length: int) -> None:
    assert why(world, customer.objective[:length]).id == customer.here(customer.objective)


def test_nothing_is_asked_of_the_crm_unless_told_to_and_then_in_one_call(world: World, customer: Customer) -> None:
    before = world.sync.client.api_calls

    why(world, customer.objective)
    assert world.sync.client.api_calls == before

    told = why(world, customer.objective, ask_org=True)
    assert world.sync.client.api_calls == before + 1
    assert "The CRM still holds what both sides agreed on." in told.sentences
    assert {f.column: f.theirs for f in told.fields}["name"] == "Adopt"


def test_a_change_here_is_told_with_its_writer_and_fields(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)
    with transaction(world.engine, world.org_id, by="ada@example.com") as connection:
        table = world.table("objective")
        connection.execute(table.update().where(table.c.id == ours).values(status="Paused"))

    told = why(world, ours)

    assert "It was changed here by ada@example.com on" in told.sentences[1]
    assert told.sentences[1].endswith("The next sync takes it to the CRM (status).")
    [field] = [f for f in told.fields if f.column == "status"]
    assert (field.base, field.ours, field.theirs, field.state) == ("Not Started", "Paused", None, "changed here")
    assert (field.direction, field.conflict, field.crm) == ("both", "theirs", "Status__c")


def test_a_change_that_the_mapping_does_not_send_is_told_to_be_set_back(world: World, customer: Customer) -> None:
    world.edit_here("account", customer.here(customer.account), name="Ours")

    told = why(world, customer.account)

    assert told.sentences[1].endswith("The next sync takes it to the CRM.")
    assert {f.column: f.state for f in told.fields}["name"] == "set back"


def test_a_change_of_a_record_that_is_only_read_is_told_to_be_set_back(world: World, customer: Customer) -> None:
    user = next(iter(world.here("user")))
    world.edit_here("user", user, name="Ours")

    assert "The mapping only reads these records, so the next sync sets it back." in said(world, user)


def test_a_change_in_the_crm_is_told_when_it_is_asked(world: World, customer: Customer) -> None:
    world.edit_there("objective", customer.objective, Name="Later")

    told = why(world, customer.objective, ask_org=True)

    assert "The CRM holds something else now in name; the next sync takes that in." in told.sentences
    assert {f.column: (f.state, f.theirs) for f in told.fields}["name"] == ("changed in the CRM", "Later")


def test_a_record_that_the_crm_does_not_show_is_told(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)

    assert "The CRM does not show it" in said(world, customer.kpi, ask_org=True)


def test_a_value_that_cannot_be_read_is_told(world: World, customer: Customer) -> None:
    planting.change_there(world, "objective", customer.objective, Start_Date__c="not a day")

    assert "a value that the mapping cannot read" in said(world, customer.objective, ask_org=True)


def test_a_refused_record_is_told_with_its_reason_the_next_try_and_what_waits_behind(
    world: World, customer: Customer
) -> None:
    refused = world.create_here("objective", name="x" * 81, account_id=customer.here(customer.account))
    follower = world.create_here("objective_kpi", objective_id=refused, description="Seats")
    world.settle()

    told = why(world, refused)

    text = " ".join(told.sentences)
    assert "That waits:" in text
    assert "It waits after" in text
    assert "(refused, STRING_TOO_LONG)" in text
    assert "next try 2026-03-02" in text
    assert "Way out: Shorten the text here" in text
    assert f"Behind it wait: objective_kpi {follower}." in text
    assert [waiter.id for waiter in told.behind] == [follower]


def test_a_question_is_told_as_one(world: World, customer: Customer) -> None:
    clash(world, customer)

    told = why(world, customer.kpi)

    assert "Its target_value waits (conflict, CONFLICT): changed on both sides; a person decides." in told.sentences
    assert {f.column: f.state for f in told.fields}["target_value"] == "waits (conflict)"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"gone": True}, "It is deleted on both sides, and stays so."),
        ({"merged_into": uuid4()}, "A merge in the CRM put it into"),
        ({"deleted": True, "version": 9}, "It was deleted here on"),
        ({"base": None}, "The CRM has it, and it could not be taken in yet."),
        ({"sending": {"name": "x"}, "version": 9}, "It was sent and the answer got lost"),
        ({"version": 9, "base": None}, "The next sync takes it to the CRM."),
    ],
)
def test_the_state_of_a_link_is_told(world: World, customer: Customer, state: dict[str, object], sentence: str) -> None:
    world.edit_here("objective", customer.here(customer.objective), name="Adopt")
    planting.believe_clean(world, customer.here(customer.objective))
    planting.set_link(
        world, customer.here(customer.objective), **{k: planting.NOTHING if v is None else v for k, v in state.items()}
    )

    assert sentence in said(world, customer.objective)


def test_a_deletion_that_the_mapping_keeps_here_is_told(world: World, customer: Customer) -> None:
    world.delete_here("objective_kpi", customer.here(customer.kpi))
    world.delete_here("objective", customer.here(customer.objective))
    world.delete_here("success_plan", customer.here(customer.plan))
    world.delete_here("account", customer.here(customer.account))

    assert "The mapping keeps deletions here, so the CRM keeps its record." in said(world, customer.account)


def test_a_record_that_the_mapping_does_not_create_is_told(world: World, customer: Customer) -> None:
    local = world.create_here("account", name="Ours alone")
    assert "does not create these records in the CRM, so it stays here alone" in said(world, local)

    world.settle()

    assert "does not create these records in the CRM, so it stays here alone" in said(world, local)


def test_a_field_that_the_org_no_longer_offers_and_a_pause_are_told(world: World, customer: Customer) -> None:
    now = world.clock.now()
    with world.transaction() as connection:
        known = {"org_id": world.org_id, "object": "objective"}
        connection.execute(insert(unfit).values(**known, field="title", reason="it was removed", since=now))
        until = now + timedelta(hours=1)
        allowances.save(connection, world.org_id, paused_until=until)

    told = why(world, customer.objective)

    assert "The field title is not synced at present: it was removed." in told.sentences
    assert any(sentence.startswith("The org's sync is paused until") for sentence in told.sentences)
    assert {f.column: f.state for f in told.fields}["title"] == "not offered by the org"


def test_an_explanation_has_a_form_for_machines(world: World, customer: Customer) -> None:
    document = why(world, customer.objective).as_json()

    assert (document["object"], document["fields"][0]["column"]) == ("objective", "name")


@pytest.mark.parametrize("word", ["", "Acme", "a0X", "a03Ls0000000001 IAA"])
def test_what_is_no_id_is_refused(world: World, word: str) -> None:
    with pytest.raises(NoRecord, match="neither an id of ours nor one of the CRM"):
        why(world, word)


def test_an_id_that_we_never_gave_is_told_to_be_unknown(world: World) -> None:
    told = why(world, uuid4())

    assert (told.id, told.crm_id) == (None, None)
    assert told.sentences == ("No record of ours has this id, and none ever had one that was synced.",)


def test_a_record_never_seen_is_guessed_at_without_a_call(world: World, customer: Customer) -> None:
    before = world.sync.client.api_calls
    born = world.create_there("objective", Name="Born", Account__c=customer.account)

    told = why(world, born)

    assert (told.object, told.id, told.crm_id) == ("objective", None, born)
    assert "it was created after 2026-03-02" in told.sentences[0]
    assert world.sync.client.api_calls == before


def test_a_record_never_seen_that_is_new_is_found_out(world: World, customer: Customer) -> None:
    before = world.sync.client.api_calls
    world.pass_time(seconds=120)
    born = world.create_there("objective", Name="Born", Account__c=customer.account)

    assert "was changed since the CRM was last read" in said(world, born, ask_org=True)
    assert world.sync.client.api_calls == before + 1


def test_a_record_that_was_missed_is_found_out(world: World, customer: Customer) -> None:
    born = world.create_there("objective", Name="Born", Account__c=customer.account)
    planting.change_there(world, "objective", born, SystemModstamp="2026-03-01T00:00:00.000Z")

    assert "`plansync sync --full` takes it in" in said(world, born, ask_org=True)


def test_a_record_that_is_deleted_or_never_was_is_found_out(world: World, customer: Customer) -> None:
    born = world.create_there("objective", Name="Born", Account__c=customer.account)
    world.delete_there(born)

    assert "was deleted in the CRM before Plansync saw it" in said(world, born, ask_org=True)
    assert "does not exist, was purged" in said(world, f"{born[:3]}Ls0000000ZZZ", ask_org=True)


def test_a_record_outside_the_filter_is_found_out(world: World, customer: Customer) -> None:
    born = world.create_there("success_plan", Name="Born", Account__c=customer.account, Status__c="Active")
    world.mappings = filtered(world, "success_plan", ONLY_DRAFTS)
    world.sync = world.new_sync()

    assert "it is outside the mapping's filter" in said(world, born)
    assert "outside the mapping's filter (Status__c = 'Draft')" in said(world, born, ask_org=True)


def test_an_object_that_may_not_be_read_is_found_out(world: World, customer: Customer) -> None:
    born = world.create_there("objective", Name="Born", Account__c=customer.account)
    token = world.app.api.sessions.open(world.org.add_user("nobody@example.com", name="No Body"))
    world.sync.client.session.close()
    client = Client(AccessToken(token=token, instance_url=URL), sleep=world.waits.append)
    client.session.mount(URL, WsgiAdapter(world.app))
    world.sync = replace(world.sync, client=client)

    assert "does not let the integration user read" in said(world, born, ask_org=True)


def test_an_object_that_is_not_mapped_is_found_out(world: World, customer: Customer) -> None:
    organization = "00DLs0000000001"

    assert "nor any record whose id begins with 00D" in said(world, organization)
    assert "belongs to the object Organization, which no mapping takes" in said(world, organization, ask_org=True)
    assert "no object whose ids begin with zzz" in said(world, "zzzLs0000000001", ask_org=True)


def test_the_first_record_of_a_mapped_object_is_found_out(world: World, customer: Customer) -> None:
    world.pass_time(seconds=120)
    born = world.create_there("playbook", Name="Born", Template__c=True)

    assert "was changed since the CRM was last read" in said(world, born, ask_org=True)

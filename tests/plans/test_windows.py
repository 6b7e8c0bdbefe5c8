"""Create and edit windows: their fields are those that the org's admins chose, as far as their user may see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from service.crm.client import Client
from service.crm.errors import Refused
from service.crm.login import AccessToken
from service.domain.values import Kind
from service.localorg.org import ADMIN, LocalOrg
from service.plans.create import create
from service.plans.desk import Desk
from service.plans.edit import Edit, edit
from service.plans.records import find
from service.plans.refusals import Denied, Invalid, Missing
from service.plans.windows import FormField, form
from tests.desks import desk_of, employ
from tests.plans.conftest import CUSTOMER_SUCCESS, PARTICIPANT
from tests.world import URL, World, installed, with_record_types
from tests.wsgi_transport import WsgiAdapter


def seated(world: World, *sets: str, sees_setup: bool = True) -> Desk:
    """Seat a user with these permission sets; Plansync signs in as somebody who sees the setup, or does not."""
    held = sets or (CUSTOMER_SUCCESS,)
    desk = desk_of(world, employ(world, "cleo@example.com", *held), *held)
    if not sees_setup:
        return desk
    token = AccessToken(token=world.app.api.sessions.open(world.org.user_id(ADMIN)), instance_url=URL)
    client = Client(token, sleep=world.wait)
    client.session.mount(URL, WsgiAdapter(world.app))
    return replace(desk, org=replace(desk.org, client=client))


def columns(fields: tuple[FormField, ...]) -> list[str]:
    return [field.column for field in fields]


def by_column(fields: tuple[FormField, ...]) -> dict[str, FormField]:
    return {field.column: field for field in fields}


@pytest.fixture(scope="module")
def typed_org(tmp_path_factory: pytest.TempPathFactory) -> LocalOrg:
    """An org with two record types of objectives, each with a layout of its own."""
    return with_record_types(tmp_path_factory.mktemp("typed"))


@pytest.fixture
def typed(engine: Engine, typed_org: LocalOrg) -> World:
    """A world with record types."""
    return World(org=typed_org, engine=engine)


def type_id(desk: Desk, name: str) -> str:
    return next(each.id for each in form(desk, "objective").record_types if each.name == name)


@pytest.mark.req("OB-51")
@pytest.mark.parametrize("noun", ["cs_activity", "objective", "playbook", "playbook_task", "success_plan"])
def test_without_record_types_a_window_shows_the_field_set_in_its_order(world: World, noun: str, root: Path) -> None:
    mapping = world.mappings[noun]
    file = root / f"sfdx/force-app/main/default/objects/{mapping.sobject}/fieldSets/Create_And_Edit.fieldSet-meta.xml"
    named = [line.strip()[7:-8] for line in file.read_text().splitlines() if "<field>" in line]
    desk = seated(world)

    made = form(desk, noun)

    assert [mapping.field(column).crm for column in columns(made.fields)] == named
    assert (made.record_types, made.record_type, made.note) == ((), None, None)


@pytest.mark.req("OB-51")
def test_a_field_says_what_it_takes(world: World) -> None:
    fields = by_column(form(seated(world), "objective").fields)

    name, status, target, plan = (fields[column] for column in ("name", "status", "target_value", "success_plan_id"))
    assert (name.required, name.kind, name.length, name.read_only) == (True, Kind.TEXT, 80, False)
    assert [option.value for option in status.options][:2] == ["Not Started", "In Progress"]
    assert (target.kind, target.scale, target.required) == (Kind.NUMBER, 4, False)
    assert (plan.kind, plan.refers_to, plan.label) == (Kind.REFERENCE, "success_plan", "Success Plan")


@pytest.mark.req("OB-51")
def test_a_field_that_an_admin_adds_to_the_set_appears_without_code(world: World) -> None:
    desk = seated(world)
    before = columns(form(desk, "objective").fields)
    with world.org.transaction():
        text = '"Archived__c", "isFieldManaged": false, "isRequired": true}, {"field": "Name"'
        world.org.storage.execute("""UPDATE "FieldSet" SET "Metadata" = replace("Metadata", '"Name"', ?)""", (text,))

    fields = form(desk, "objective").fields

    assert columns(fields) == ["archived", *before]
    assert fields[0].required


@pytest.mark.req("OB-52")
def test_a_field_that_the_user_may_not_read_is_left_out_and_one_they_may_not_edit_is_read_only(world: World) -> None:
    desk = seated(world)
    with world.org.transaction():
        hide = """DELETE FROM "FieldPermissions" WHERE "Field" = 'Objective__c.Risk_Level__c'"""
        lock = """UPDATE "FieldPermissions" SET "PermissionsEdit" = 0 WHERE "Field" = 'Objective__c.Priority__c'"""
        world.org.storage.execute(hide)
        world.org.storage.execute(lock)

    fields = by_column(form(desk, "objective").fields)

    assert "risk_level" not in fields
    assert fields["priority"].read_only
    assert not fields["status"].read_only


@pytest.mark.req("OB-52")
def test_a_user_without_a_permission_set_sees_what_every_reader_sees(world: World) -> None:
    desk = seated(world)
    stranger = world.org.add_user("stranger@example.com", name="A Stranger")

    fields = form(replace(desk, user=replace(desk.user, crm_id=stranger)), "objective").fields

    assert columns(fields) == ["name"]


@pytest.mark.req("OB-52")
def test_of_several_permission_sets_the_kinder_one_counts(world: World) -> None:
    desk = seated(world, PARTICIPANT, CUSTOMER_SUCCESS)
    with world.org.transaction():
        world.org.storage.execute(
            """UPDATE "FieldPermissions" SET "PermissionsEdit" = 0 WHERE "Field" = 'Objective__c.Priority__c'
            AND "ParentId" = (SELECT "Id" FROM "PermissionSet" WHERE "Name" = 'CSC_Participant_User')"""
        )

    assert not by_column(form(desk, "objective").fields)["priority"].read_only


def test_an_object_without_a_field_set_shows_every_mapped_field_computed_ones_read_only(world: World) -> None:
    fields = by_column(form(seated(world), "objective_kpi").fields)

    assert {"objective_id", "description", "current_value"} <= set(fields)
    assert fields["description"].required
    assert fields["name"].read_only
    assert fields["last_progress_update"].read_only


@pytest.mark.req("OB-59")
@pytest.mark.parametrize("noun", ["success_plan", "playbook"])
def test_who_owns_a_record_and_where_it_came_from_is_shown_and_not_entered(world: World, noun: str) -> None:
    fields = by_column(form(seated(world, sees_setup=False), noun).fields)

    for column in ("owner_id", "template_version", "source_template_id"):
        assert (fields[column].read_only, fields[column].required) == (True, False)
    assert not fields["template"].read_only


def test_an_org_that_does_not_show_its_setup_is_named_as_the_reason_for_more_fields(world: World) -> None:
    made = form(seated(world, sees_setup=False), "objective")

    assert "View Setup" in str(made.note)
    assert {"title", "archived", "progress"} <= set(columns(made.fields))


def test_a_setup_that_cannot_be_asked_for_is_an_error(world: World) -> None:
    desk = seated(world)
    # The mapping of an object that the org does not have.
    gone = replace(world.mappings["objective"], sobject="Gone__c")
    desk = replace(desk, org=replace(desk.org, mappings=replace(world.mappings, objects=(gone,))))

    with pytest.raises(Refused):
        form(desk, "objective")


@pytest.mark.req("OB-51")
def test_with_a_namespace_the_fields_are_found_by_their_names_in_the_org(engine: Engine) -> None:
    world = World(org=installed(namespace="acme"), engine=engine, namespace="acme")

    made = form(seated(world), "success_plan")

    assert columns(made.fields)[:2] == ["name", "account_id"]
    assert made.note is None


@pytest.mark.req("OB-47")
def test_of_several_record_types_one_is_to_be_chosen_first(typed: World) -> None:
    made = form(seated(typed), "objective")

    assert {each.name for each in made.record_types} == {"Plan Objective", "Customer Objective"}
    assert (made.record_type, made.fields) == (None, ())


@pytest.mark.req("OB-48")
@pytest.mark.req("OB-49")
@pytest.mark.req("OB-50")
def test_each_record_type_has_the_fields_of_its_layout_and_its_type_is_filled_where_the_layout_shows_it(
    typed: World,
) -> None:
    desk = seated(typed)

    plan = form(desk, "objective", record_type=type_id(desk, "Plan Objective"))
    customer = form(desk, "objective", record_type=type_id(desk, "Customer Objective"))

    assert columns(plan.fields) == [
        "record_type_id",
        "name",
        "success_plan_id",
        "account_id",
        "health",
        "portal_shared",
    ]
    shown = by_column(plan.fields)
    assert shown["record_type_id"].read_only
    assert [option.label for option in shown["record_type_id"].options] == ["Plan Objective"]
    assert shown["success_plan_id"].required
    assert shown["health"].read_only
    assert columns(customer.fields) == ["name", "title", "account_id", "priority"]
    assert customer.record_type is not None
    assert customer.record_type.name == "Customer Objective"


@pytest.mark.req("OB-47")
def test_the_only_record_type_is_chosen_already(typed: World) -> None:
    with typed.org.transaction():
        typed.org.storage.execute("""DELETE FROM "RecordType" WHERE "DeveloperName" = 'Plan_Objective'""")

    made = form(seated(typed), "objective")

    assert made.record_type is not None
    assert made.record_type.name == "Customer Objective"
    assert made.fields


@pytest.mark.parametrize("noun", ["objective", "playbook"])
def test_a_record_type_that_there_is_none_of_is_refused_with_those_there_are(typed: World, noun: str) -> None:
    with pytest.raises(Invalid, match="no record type that you can choose; there are: ") as refused:
        form(seated(typed), noun, record_type="012000000000001AAA")

    assert refused.value.faults[0].field == "record_type_id"


@pytest.mark.req("OB-82")
def test_an_edit_window_follows_the_type_of_its_record(typed: World) -> None:
    desk = seated(typed)
    acme = typed.create_there("account", Name="Acme")
    kinds: dict[str, Any] = {"Plan Objective": type_id(desk, "Plan Objective"), "none": None}
    made = {
        kind: typed.create_there("objective", Name="Churn", Account__c=acme, RecordTypeId=record_type)
        for kind, record_type in kinds.items()
    }
    typed.cycle()

    windows = {kind: form(desk, "objective", record_id=typed.our_id(crm_id)) for kind, crm_id in made.items()}

    assert columns(windows["Plan Objective"].fields)[:2] == ["record_type_id", "name"]
    assert windows["none"].record_type is None
    assert columns(windows["none"].fields) == ["name", "title", "account_id", "priority"]


@pytest.mark.req("OB-82")
def test_an_edit_window_without_record_types_shows_the_same_field_set(world: World) -> None:
    desk = seated(world)
    acme = world.create_there("account", Name="Acme")
    world.cycle()
    plan = world.create_here("success_plan", name="2026", account_id=world.our_id(acme))

    assert form(desk, "success_plan", record_id=plan).fields == form(desk, "success_plan").fields


def test_a_record_that_is_not_there_has_no_window(world: World) -> None:
    with pytest.raises(Missing):
        form(seated(world), "objective", record_id=world.new_id())


def test_a_participant_gets_no_window_for_a_new_success_plan(world: World) -> None:
    with pytest.raises(Denied, match="success plans"):
        form(seated(world, PARTICIPANT), "success_plan")


def test_a_master_is_chosen_once_and_read_only_from_then_on(world: World) -> None:
    desk = seated(world)
    acme = world.create_there("account", Name="Acme")
    tasks = [world.create_there("playbook_task", Name=name, Account__c=acme) for name in ("Kick-off", "Training")]
    made = world.create_there("playbook_task_dependency", Playbook_Task__c=tasks[1], Predecessor__c=tasks[0])
    world.cycle()

    new = by_column(form(desk, "playbook_task_dependency").fields)
    edited = by_column(form(desk, "playbook_task_dependency", record_id=world.our_id(made)).fields)

    assert (new["predecessor_id"].read_only, new["predecessor_id"].required) == (False, True)
    assert (edited["predecessor_id"].read_only, edited["predecessor_id"].required) == (True, False)
    assert not edited["lag_days"].read_only


class Breaking(WsgiAdapter):
    """An org that does not understand what the Tooling API is asked."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().send(request, *args, **kwargs)
        if "/tooling/query" in str(request.url):
            response.status_code = 400
            response._content = b'[{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}]'
        return response


def test_a_broken_question_for_the_field_set_is_no_hidden_setup(world: World) -> None:
    desk = seated(world)
    desk.org.client.session.mount(URL, Breaking(world.app))

    with pytest.raises(Refused, match="MALFORMED_QUERY"):
        form(desk, "objective")


@pytest.mark.req("OB-47", "OB-49")
def test_a_record_is_made_with_the_type_that_was_chosen_and_keeps_it(typed: World) -> None:
    desk = desk_of(typed, employ(typed, "cleo@example.com", "CSC_Customer_Success"), "CSC_Customer_Success")
    chosen = type_id(desk, "Customer Objective")
    made = create(desk, "objective", {"title": "Adopt", "template": True, "record_type_id": chosen})
    assert typed.there("objective")[typed.crm_id(made) or ""]["RecordTypeId"] == chosen
    seen = find(desk, "objective", made)
    with pytest.raises(Invalid, match="record_type_id"):
        edit(desk, "objective", Edit(id=made, version=seen.version, given={"record_type_id": chosen}))


@pytest.mark.req("OB-47")
@pytest.mark.parametrize("wrong", ["Customer Objective", 7])
def test_a_type_that_there_is_not_is_refused_at_its_field(typed: World, wrong: object) -> None:
    desk = desk_of(typed, employ(typed, "cleo@example.com", "CSC_Customer_Success"), "CSC_Customer_Success")
    with pytest.raises(Invalid) as refused:
        create(desk, "objective", {"title": "Adopt", "template": True, "record_type_id": wrong})
    assert [fault.field for fault in refused.value.faults] == ["record_type_id"]
    assert not typed.there("objective")

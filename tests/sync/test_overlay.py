"""An org's own fields: mapped by an overlay, kept in the JSONB column, synced like the rest."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import Engine, select

from service.config import ROOT
from service.localorg.org import LocalOrg
from service.mapping.load import load
from service.mapping.model import Mappings
from service.store.records import RECORDS
from tests.sync.road import Road
from tests.world import World, installed

FIELD = """<?xml version="1.0" encoding="UTF-8"?>
<CustomField xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>{name}</fullName>
    <label>{name}</label>
    {rest}
</CustomField>
"""
FIELDS = {
    "Region__c": "<type>Text</type><length>40</length>",
    "Seats__c": "<type>Number</type><precision>10</precision><scale>2</scale>",
    "Vip__c": "<type>Checkbox</type><defaultValue>false</defaultValue>",
}
OVERLAY = """
overlay:
  objective:
    fields:
      region: {crm: Region__c, kind: text, length: 40}
      seats: {crm: Seats__c, kind: number, scale: 2}
      vip: {crm: Vip__c, kind: boolean}
"""


@pytest.fixture(scope="module")
def own_fields_org(tmp_path_factory: pytest.TempPathFactory) -> LocalOrg:
    """An org whose objectives have three fields of its own."""
    package = tmp_path_factory.mktemp("package") / "sfdx"
    shutil.copytree(ROOT / "sfdx", package)
    source = package / "force-app" / "main" / "default"
    for name, rest in FIELDS.items():
        path = source / "objects" / "Objective__c" / "fields" / f"{name}.field-meta.xml"
        path.write_text(FIELD.format(name=name, rest=rest))
    grants = "".join(
        f"<fieldPermissions><editable>true</editable><field>Objective__c.{name}</field>"
        f"<readable>true</readable></fieldPermissions>"
        for name in FIELDS
    )
    rights = source / "permissionsets" / "Plansync_Integration.permissionset-meta.xml"
    rights.write_text(rights.read_text().replace("<fieldPermissions>", f"{grants}<fieldPermissions>", 1))
    return installed(package)


@pytest.fixture(scope="module")
def mappings(tmp_path_factory: pytest.TempPathFactory) -> Mappings:
    """The shipped mappings with the overlay."""
    overlay = tmp_path_factory.mktemp("overlay") / "overlay.yaml"
    overlay.write_text(OVERLAY)
    return load(ROOT / "mappings", overlay=overlay)


@pytest.fixture
def own(own_fields_org: LocalOrg, engine: Engine, mappings: Mappings) -> World:
    """Both sides with the org's own fields."""
    return World(org=own_fields_org, engine=engine, mappings=mappings)


@pytest.fixture
def objective(own: World) -> str:
    """An objective with a value in each of the org's own fields, taken in."""
    account = own.create_there("account", Name="Acme")
    there = own.create_there(
        "objective", Name="Adopt", Account__c=account, Region__c="North", Seats__c=12.5, Vip__c=True
    )
    own.settle()
    return there


def test_own_fields_arrive_in_the_jsonb_column(own: World, objective: str) -> None:
    table = RECORDS["objective"]
    with own.transaction() as connection:
        extra = connection.execute(select(table.c.extra)).scalar_one()

    assert extra == {"region": "North", "seats": "12.5", "vip": True}


def test_an_edit_there_of_an_own_field_arrives_here(own: World, objective: str) -> None:
    own.edit_there("objective", objective, Region__c="South", Seats__c=None, Vip__c=False)

    own.cycle()

    here = own.here("objective")[own.our_id(objective)]
    assert (here["region"], here["seats"], here["vip"]) == ("South", None, False)


def test_an_edit_here_of_an_own_field_is_pushed_and_the_others_are_left_alone(own: World, objective: str) -> None:
    road = Road(own)

    own.edit_here("objective", own.our_id(objective), extra={"region": "West", "seats": "12.50", "vip": True})
    own.settle()

    assert [write["body"] for write in road.writes] == [{"Region__c": "West"}]
    assert own.there("objective")[objective]["Region__c"] == "West"
    assert own.cycle(after=120).counts == {}


def test_a_record_made_here_carries_its_own_fields(own: World, objective: str) -> None:
    account = own.here("objective")[own.our_id(objective)]["account_id"]

    made = own.create_here("objective", name="New", account_id=account, extra={"region": "East", "seats": 3})
    own.settle()

    there = own.there("objective")[own.crm_id(made) or ""]
    assert (there["Region__c"], there["Seats__c"], bool(there["Vip__c"])) == ("East", 3, False)
    assert own.cycle(after=120).counts == {}


def test_a_conflict_in_an_own_field_goes_by_its_policy(own: World, objective: str) -> None:
    ours = own.our_id(objective)
    own.edit_here("objective", ours, extra={"region": "West", "seats": "12.5", "vip": True})
    own.edit_there("objective", objective, Region__c="South")

    own.settle()

    assert own.here("objective")[ours]["region"] == "South"
    [lost] = [d for d in own.decisions() if d["action"] == "theirs won"]
    assert (lost["field"], lost["ours"]) == ("region", "West")


@pytest.mark.req("P8")
def test_an_overlay_that_comes_later_sends_nothing_of_its_fields(
    own_fields_org: LocalOrg, engine: Engine, mappings: Mappings
) -> None:
    world = World(org=own_fields_org, engine=engine)
    account = world.create_there("account", Name="Acme")
    there = world.create_there("objective", Name="Adopt", Account__c=account, Region__c="North", Vip__c=True)
    world.settle()

    world.mappings = mappings
    world.sync = world.new_sync()
    road = Road(world)
    world.edit_here("objective", world.our_id(there), title="Now with more")
    world.settle()

    assert [write["body"] for write in road.writes] == [{"Title__c": "Now with more"}]
    assert world.here("objective")[world.our_id(there)]["vip"] is True


def test_other_objects_know_nothing_of_own_fields(own: World, objective: str) -> None:
    plan = own.create_there("success_plan", Name="Plan", Account__c=next(iter(own.there("account"))))

    own.cycle()

    assert "region" not in own.here("success_plan")[own.our_id(plan)]


def test_an_undeleted_record_brings_its_own_fields_back(own: World, objective: str) -> None:
    own.delete_there(objective)
    own.settle()
    own.org.writer.undelete(own.admin, objective)

    own.settle()

    here = own.here("objective")[own.our_id(objective)]
    assert (here["region"], here["seats"], here["vip"]) == ("North", "12.5", True)

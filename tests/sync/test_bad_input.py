"""Bad input, one at a time: each waits with its message while every other record still syncs."""

from __future__ import annotations

import shutil
from uuid import UUID

import pytest
from sqlalchemy import Engine

from service.config import ROOT
from service.localorg.org import LocalOrg
from tests.sync.conftest import Customer
from tests.world import World, installed


@pytest.fixture(scope="module")
def strict_org(tmp_path_factory: pytest.TempPathFactory) -> LocalOrg:
    """An org in which the integration user may read an objective's title and not write it."""
    package = tmp_path_factory.mktemp("package") / "sfdx"
    shutil.copytree(ROOT / "sfdx", package)
    rights = package / "force-app/main/default/permissionsets/Plansync_Integration.permissionset-meta.xml"
    text = rights.read_text()
    editable = "<editable>true</editable>\n        <field>Objective__c.Title__c</field>"
    assert editable in text
    rights.write_text(text.replace(editable, editable.replace("true", "false")))
    return installed(package)


def proves_the_rest_still_syncs(world: World, account: UUID) -> None:
    """Make a record on each side and see both cross."""
    ours = world.create_here("objective", name="Good here", account_id=account)
    theirs = world.create_there("objective", Name="Good there", Account__c=world.crm_id(account))
    world.settle()
    assert world.there("objective")[world.crm_id(ours) or ""]["Name"] == "Good here"
    assert world.here("objective")[world.our_id(theirs)]["name"] == "Good there"


def test_a_field_that_the_integration_user_may_not_write(strict_org: LocalOrg, engine: Engine) -> None:
    world = World(org=strict_org, engine=engine)
    account = world.create_there("account", Name="Acme")
    objective = world.create_there("objective", Name="Adopt", Account__c=account)
    other = world.create_there("objective", Name="Other", Account__c=account)
    world.settle()

    ours = world.our_id(objective)
    world.edit_here("objective", ours, title="Not allowed")
    new = world.create_here("objective", name="New", account_id=world.our_id(account), title="Not allowed either")
    world.edit_here("objective", world.our_id(other), status="Paused")
    world.settle()

    assert {item["link_id"]: item["code"] for item in world.parked()} == {
        ours: "INVALID_FIELD_FOR_INSERT_UPDATE",
        new: "INVALID_FIELD_FOR_INSERT_UPDATE",
    }
    assert all(item["details"]["fields"] == ["Title__c"] and item["reason"] for item in world.parked())
    assert world.there("objective")[other]["Status__c"] == "Paused"
    proves_the_rest_still_syncs(world, world.our_id(account))


def test_a_value_too_long_for_its_field(world: World, customer: Customer) -> None:
    ours = customer.here(customer.objective)

    world.edit_here("objective", ours, title="x" * 256)
    proves_the_rest_still_syncs(world, customer.here(customer.account))

    [item] = world.parked()
    assert (item["link_id"], item["code"], item["details"]["fields"]) == (ours, "STRING_TOO_LONG", ["Title__c"])
    assert item["details"]["values"] == {"title": "x" * 256}


def test_a_record_whose_parent_was_deleted(world: World, customer: Customer) -> None:
    world.delete_there(customer.kpi)
    world.delete_there(customer.objective)
    kpi = world.create_here("objective_kpi", objective_id=customer.here(customer.objective), description="Late")

    proves_the_rest_still_syncs(world, customer.here(customer.account))

    [item] = world.parked()
    assert (item["link_id"], item["kind"], item["code"]) == (kpi, "orphaned", "PARENT_DELETED")
    assert "The objective that its Objective__c points at was deleted in the CRM" in item["reason"]

    world.edit_here("objective_kpi", kpi, objective_id=next(iter(world.here("objective"))))
    world.settle()
    assert world.parked() == []
    assert world.crm_id(kpi) in world.there("objective_kpi")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("health", 9, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        ("status", "No Such Status", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("end_date", "1999-01-01", "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
    ],
)
def test_a_value_that_a_rule_of_the_crm_refuses(
    world: World, customer: Customer, column: str, value: object, code: str
) -> None:
    ours = customer.here(customer.objective)

    world.edit_here("objective", ours, start_date="2026-01-01", **{column: value})
    proves_the_rest_still_syncs(world, customer.here(customer.account))

    [item] = world.parked()
    assert (item["link_id"], item["code"]) == (ours, code)
    assert item["reason"]


def test_a_record_that_lost_its_account_here_waits(world: World, customer: Customer) -> None:
    ours = world.create_here("objective", name="Homeless")

    proves_the_rest_still_syncs(world, customer.here(customer.account))

    [item] = world.parked()
    assert (item["link_id"], item["code"]) == (ours, "FIELD_CUSTOM_VALIDATION_EXCEPTION")

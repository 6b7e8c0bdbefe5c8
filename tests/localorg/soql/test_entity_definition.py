"""EntityDefinition: how each object is shared, for whoever asks."""

from __future__ import annotations

from typing import Any

from service.localorg.clock import Clock
from service.localorg.org import INTEGRATION, LocalOrg
from service.localorg.soql.run import run_query

QUERY = "SELECT QualifiedApiName, InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName IN {names}"


def models(org: LocalOrg, username: str, *names: str) -> dict[str, Any]:
    quoted = ", ".join(f"'{name}'" for name in names)
    found = run_query(org, org.actor(org.user_id(username)), QUERY.format(names=f"({quoted})"))
    return {row["QualifiedApiName"]: row["InternalSharingModel"] for row in found.records}


def test_every_user_may_ask_how_objects_are_shared(org: LocalOrg) -> None:
    asked = ("Account", "Contact", "Task", "Objective__c", "Playbook_Task_Assignment__c", "Nothing__c")

    assert models(org, INTEGRATION, *asked) == {
        "Account": "ReadWrite",
        "Contact": "ControlledByParent",
        "Task": "Private",
        "Objective__c": "ReadWrite",
        "Playbook_Task_Assignment__c": "ControlledByParent",
    }


def test_names_are_told_apart_as_salesforce_does(package: Any) -> None:
    org = LocalOrg.install(package, namespace="acme", clock=Clock())
    text = "SELECT NamespacePrefix, DeveloperName, Label, KeyPrefix, ExternalSharingModel FROM EntityDefinition"
    where = " WHERE QualifiedApiName = 'acme__Objective__c'"
    [row] = run_query(org, org.admin(), text + where).records

    del row["attributes"]
    assert row == {
        "NamespacePrefix": "acme",
        "DeveloperName": "Objective",
        "Label": "Objective",
        "KeyPrefix": org.schema.objects["acme__Objective__c"].key_prefix,
        "ExternalSharingModel": "ReadWrite",
    }

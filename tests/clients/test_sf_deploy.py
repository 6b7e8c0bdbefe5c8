"""`sf project deploy start` of our package into orgs that have nothing yet."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.localorg.clock import Clock
from service.localorg.http.app import App, create_app
from service.localorg.org import LocalOrg
from service.localorg.server import Server
from tests.clients.conftest import admin_token
from tests.clients.node import ROOT, Sf

DEPLOY = ("project", "deploy", "start", "--source-dir", "force-app", "--wait", "1")
OBJECTS = "force-app/main/default/objects"


SignIn = Callable[[App], str]


@pytest.fixture
def sign_in(sf: Sf) -> Iterator[SignIn]:
    """Put an org behind a socket and return the name by which sf knows it."""
    with ExitStack() as servers:

        def known(app: App) -> str:
            url = servers.enter_context(Server(app)).url
            login = ("org", "login", "access-token", "--instance-url", url, "--no-prompt", "--alias", "target")
            assert sf(*login, SF_ACCESS_TOKEN=admin_token(app))["status"] == 0
            return "target"

        yield known


@pytest.fixture
def empty() -> App:
    """An org without any package."""
    return create_app(LocalOrg.install(None))


@pytest.fixture(scope="module")
def shipped() -> LocalOrg:
    """The org that the package makes when it is installed from its source."""
    return LocalOrg.install(ROOT / "sfdx")


@pytest.fixture
def full(shipped: LocalOrg) -> App:
    """An org with the package."""
    return create_app(shipped.clone(Clock()))


@pytest.mark.parametrize("rest", ["false", "true"], ids=["soap", "rest"])
def test_the_package_deploys_and_makes_the_schema_that_it_describes(
    sf: Sf, sign_in: SignIn, empty: App, shipped: LocalOrg, rest: str
) -> None:
    done = sf(*DEPLOY, "--target-org", sign_in(empty), SF_ORG_METADATA_REST_DEPLOY=rest)

    assert (done["status"], done["result"]["status"]) == (0, "Succeeded"), done
    states = Counter(file["state"] for file in done["result"]["files"])
    assert states == {"Created": sum(1 + component.kind.has_body for component in shipped.components.values())}
    assert empty.api.org.schema.objects == shipped.schema.objects
    assert empty.api.org.schema.permission_sets == shipped.schema.permission_sets


def test_a_dry_run_says_what_a_deploy_would_do_and_does_not(sf: Sf, sign_in: SignIn, empty: App) -> None:
    done = sf(*DEPLOY, "--target-org", sign_in(empty), "--dry-run")
    assert (done["status"], done["result"]["checkOnly"]) == (0, True)
    assert {file["state"] for file in done["result"]["files"]} == {"Created"}
    assert not any(sobject.custom for sobject in empty.api.org.schema.objects.values())


def test_a_second_deploy_changes_nothing(sf: Sf, sign_in: SignIn, full: App) -> None:
    done = sf(*DEPLOY, "--target-org", sign_in(full))
    assert {file["state"] for file in done["result"]["files"]} == {"Unchanged"}


def test_faults_are_told_one_by_one_and_nothing_is_deployed(
    sf: Sf, sign_in: SignIn, empty: App, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(sf.project, tmp_path / "project"))
    _edit(project, f"{OBJECTS}/Objective__c/fields/Plansync_Id__c.field-meta.xml", "<type>Text<", "<type>Txt<")
    _edit(project, f"{OBJECTS}/CS_Resource__c/fields/User__c.field-meta.xml", "To>User<", "To>Usr<")
    rule = f"{OBJECTS}/Playbook_Task__c/validationRules/Percent_Complete_0_To_100.validationRule-meta.xml"
    _edit(project, rule, "Percent_Complete__c", "Percent__c")
    rights = "force-app/main/default/permissionsets/CSC_Participant_User.permissionset-meta.xml"
    _edit(project, rights, "<fieldPermissions>", f"{_RIGHT}<fieldPermissions>")

    done = replace(sf, project=project)(*DEPLOY, "--target-org", sign_in(empty))

    assert (done["status"], done["result"]["status"]) == (1, "Failed")
    failures = {failure["fullName"]: failure for failure in done["result"]["details"]["componentFailures"]}
    problems = {name: failure["problem"] for name, failure in failures.items()}
    assert problems["Objective__c.Plansync_Id__c"] == "fields of type Txt are not supported"
    assert problems["CS_Resource__c.User__c"] == "no CustomObject named Usr found"
    assert problems["Playbook_Task__c.Percent_Complete_0_To_100"] == "Field Percent__c does not exist. Check spelling."
    assert problems["CSC_Participant_User"] == "no CustomField named Objective__c.Nope__c found"
    assert all(failure["lineNumber"] > 1 and failure["problemType"] == "Error" for failure in failures.values())
    assert not any(sobject.custom for sobject in empty.api.org.schema.objects.values())


def test_fields_are_deleted_by_destructive_changes(sf: Sf, sign_in: SignIn, full: App, tmp_path: Path) -> None:
    manifest, deletions = tmp_path / "package.xml", tmp_path / "destructiveChanges.xml"
    manifest.write_text(_PACKAGE.format(""))
    named = "<members>Account.MRR__c</members><members>Account.Nope__c</members>"
    deletions.write_text(_PACKAGE.format(f"<types>{named}<name>CustomField</name></types>"))

    command = ("project", "deploy", "start", "--target-org", sign_in(full), "--wait", "1")
    done = sf(*command, "--manifest", manifest, "--post-destructive-changes", deletions)

    assert done["status"] == 0, done
    assert "MRR__c" not in full.api.org.schema.objects["Account"].fields
    told = _told(done)
    assert told["Account.MRR__c"]["deleted"] is True
    assert told["Account.Nope__c"]["problem"] == "No CustomField named: Account.Nope__c found"


def _told(done: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["fullName"]: each for each in done["result"]["details"]["componentSuccesses"]}


def _edit(project: Path, file: str, old: str, new: str) -> None:
    text = (project / file).read_text()
    assert old in text, file
    (project / file).write_text(text.replace(old, new, 1))


_RIGHT = (
    "<fieldPermissions><editable>false</editable><field>Objective__c.Nope__c</field><readable>true</readable>"
    "</fieldPermissions>"
)
_PACKAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Package xmlns="http://soap.sforce.com/2006/04/metadata">{}<version>68.0</version></Package>'
)

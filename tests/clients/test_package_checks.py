"""`sfdx/checks/run` finds what is wrong with a package; the package as it is passes in `scripts/check`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.node import NODE, ROOT, SF, install

DEFAULT = Path("force-app/main/default")
CONNECTOR = DEFAULT / "classes/ConnectorApi.cls"
NAMED = DEFAULT / "namedCredentials/Plansync_Connector.namedCredential-meta.xml"
EXTERNAL = DEFAULT / "externalCredentials/Plansync_Connector.externalCredential-meta.xml"
Check = Callable[[], tuple[str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the package, to be spoilt."""
    return Path(shutil.copytree(ROOT / "sfdx", tmp_path / "sfdx", ignore=shutil.ignore_patterns("checks")))


@pytest.fixture
def refused(project: Path) -> Check:
    """Run the checks over the copy, which must fail, and return what they print and what is wrong."""
    install(SF)

    def run() -> tuple[str, str]:
        done = subprocess.run([NODE, SF / "run", project], capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout
        return done.stdout, done.stderr

    return run


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, old
    file.write_text(text.replace(old, new, 1))


def test_every_fault_of_the_metadata_is_told(project: Path, refused: Check) -> None:
    (project / f"{CONNECTOR}-meta.xml").unlink()
    edit(project / NAMED, "<externalCredential>Plansync_Connector", "<externalCredential>Other")
    edit(project / NAMED, "<calloutStatus>Enabled", "<calloutState>Enabled</calloutState><calloutStatus>Maybe")
    edit(project / EXTERNAL, "<parameterGroup>Caller", "<parameterGroup>Nobody")

    _, faults = refused()

    assert "classes/ConnectorApi.cls: file: " in faults
    assert "NamedCredential/namedCredentialParameters: there is no ExternalCredential Other" in faults
    assert "NamedCredential/calloutState: there is no such element here" in faults
    assert "NamedCredential/calloutStatus: 'Maybe' is not one of" in faults
    assert "there is no principal Plansync_Connector-Caller" in faults
    assert "PermissionSet/classAccesses: there is no ApexClass ConnectorApi" in faults


def test_apex_that_no_org_compiles_is_told(project: Path, refused: Check) -> None:
    edit(project / CONNECTOR, "settings.Connector_URL__c", "settings.Conector_URL__c")
    edit(project / CONNECTOR, "UUID.randomUUID()", "UUID.random()")

    passed, faults = refused()

    assert "metadata types and references" in passed
    assert "Unknown field 'Conector_URL__c' on SObject 'Schema.Plansync_Settings__c'" in faults
    assert "No matching method found for 'random' on 'System.UUID'" in faults


def test_apex_that_is_unsafe_is_told(project: Path, refused: Check) -> None:
    edit(project / CONNECTOR, "public with sharing class", "public class")
    edit(project / CONNECTOR, "private static List<String> permissions() {", _INJECTION)

    passed, faults = refused()

    assert "apex-ls: 2 classes, 0 faults" in passed
    assert "classes/ConnectorApi.cls" in faults
    assert {"ApexSharingViolations", "ApexSOQLInjection"} <= set(faults.replace(":", "").split())


_INJECTION = """public static List<Account> named(String text) {
        return Database.query('SELECT Id FROM Account WHERE Name = ' + text);
    }

    private static List<String> permissions() {"""

"""Apex classes, the credentials of their callouts and the settings they read: what is held, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from service.localorg.errors import InstallError, Refusal
from service.localorg.http.app import create_app
from service.localorg.org import ADMIN, LocalOrg
from service.localorg.schema.model import Schema, Type
from service.localorg.schema.reader import read_package
from tests.localorg.http.calling import Caller

MAIN = "force-app/main/default"
SPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
CLASS = f"{MAIN}/classes/Radio.cls"
EXTERNAL = f"{MAIN}/externalCredentials/Shore.externalCredential-meta.xml"
NAMED = f"{MAIN}/namedCredentials/Shore.namedCredential-meta.xml"
SET = f"{MAIN}/permissionsets/Sailor.permissionset-meta.xml"
SETTING = f"{MAIN}/objects/Radio__c/Radio__c.object-meta.xml"
CHANNEL = f"{MAIN}/objects/Radio__c/fields/Channel__c.field-meta.xml"
FILES = {
    CLASS: "public class Radio {}",
    f"{CLASS}-meta.xml": f"<ApexClass {SPACE}><apiVersion>68.0</apiVersion><status>Active</status></ApexClass>",
    EXTERNAL: f"""<ExternalCredential {SPACE}><authenticationProtocol>Custom</authenticationProtocol>
        <externalCredentialParameters><parameterGroup>DefaultGroup</parameterGroup><parameterName>Custom</parameterName>
        <parameterType>AuthProtocolVariant</parameterType></externalCredentialParameters>
        <externalCredentialParameters><parameterName>Crew</parameterName><parameterType>NamedPrincipal</parameterType>
        </externalCredentialParameters><label>Shore</label></ExternalCredential>""",
    NAMED: f"""<NamedCredential {SPACE}><generateAuthorizationHeader>false</generateAuthorizationHeader>
        <label>Shore</label><namedCredentialParameters><parameterName>Url</parameterName>
        <parameterType>Url</parameterType><parameterValue>https://shore.example.com</parameterValue>
        </namedCredentialParameters><namedCredentialParameters><externalCredential>Shore</externalCredential>
        <parameterName>Auth</parameterName><parameterType>Authentication</parameterType></namedCredentialParameters>
        <namedCredentialType>SecuredEndpoint</namedCredentialType></NamedCredential>""",
    SETTING: f"""<CustomObject {SPACE}><customSettingsType>Hierarchy</customSettingsType><enableFeeds>false</enableFeeds>
        <label>Radio</label><visibility>Public</visibility></CustomObject>""",
    CHANNEL: f"""<CustomField {SPACE}><fullName>Channel__c</fullName><label>Channel</label><length>20</length>
        <type>Text</type></CustomField>""",
}
ACCESSES = """<objectPermissions><allowRead>true</allowRead><object>UserExternalCredential</object></objectPermissions>
    <classAccesses><apexClass>Radio</apexClass><enabled>true</enabled></classAccesses>
    <externalCredentialPrincipalAccesses><enabled>true</enabled>
    <externalCredentialPrincipal>Shore-Crew</externalCredentialPrincipal></externalCredentialPrincipalAccesses>"""


@pytest.fixture
def package(boats_package: Path, tmp_path: Path) -> Path:
    """The package of boats with a radio."""
    folder = Path(shutil.copytree(boats_package, tmp_path / "package"))
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    edit(folder, SET, "<label>", f"{ACCESSES}<label>")
    return folder


def edit(package: Path, path: str, old: str, new: str) -> None:
    text = (package / path).read_text()
    assert old in text
    (package / path).write_text(text.replace(old, new, 1))


def read(package: Path, namespace: str | None = None) -> Schema:
    return read_package(package, namespace=namespace)


def test_a_class_is_held_with_its_source(package: Path) -> None:
    held = LocalOrg.install(package).components["ApexClass", "Radio"]
    assert (held.body, held.origin.file) == (b"public class Radio {}", str(package / CLASS))


@pytest.mark.parametrize("namespace", [None, "sea"])
def test_credentials_and_accesses_fit_together_with_and_without_a_namespace(
    package: Path, namespace: str | None
) -> None:
    sets = read(package, namespace).permission_sets
    assert "UserExternalCredential" not in sets["sea__Sailor" if namespace else "Sailor"].objects


def test_a_custom_setting_is_an_object_whose_rows_are_for_the_org_a_profile_or_a_user(package: Path) -> None:
    setting = read(package).objects["Radio__c"]
    owner = setting.fields["SetupOwnerId"].reference
    assert setting.setting
    assert owner is not None
    assert owner.to == ("Organization", "Profile", "User")
    assert setting.fields["Channel__c"].type is Type.STRING
    assert "OwnerId" not in setting.fields


def test_the_administrator_enters_a_setting_and_no_other_user_does(package: Path) -> None:
    org = LocalOrg.install(package)
    values = {"SetupOwnerId": org.org_id, "Channel__c": "16"}
    sailor = org.actor(org.add_user("sailor@boats.example", name="A Sailor", permission_sets=("Sailor",)))
    with pytest.raises(Refusal):
        org.insert_many(sailor, "Radio__c", [values])
    org.insert_many(org.admin(), "Radio__c", [values])
    (kept,) = org.storage.rows("Radio__c", "1", ())
    assert (kept["SetupOwnerId"], kept["Channel__c"]) == (org.org_id, "16")


def test_a_custom_setting_is_described_as_one(package: Path) -> None:
    org = LocalOrg.install(package)
    app = create_app(org)
    caller = Caller(app, app.api.sessions.open(org.user_id(ADMIN)))
    described = {name: caller("GET", f"sobjects/{name}/describe").json for name in ("Radio__c", "Boat__c")}
    assert {name: each["customSetting"] for name, each in described.items()} == {"Radio__c": True, "Boat__c": False}


@pytest.mark.parametrize(
    ("path", "old", "new", "element", "reason"),
    [
        (f"{CLASS}-meta.xml", "68.0", "168.0", "apiVersion", "Invalid version specified: 168"),
        (f"{CLASS}-meta.xml", "68.0", "new", "apiVersion", "Invalid version specified: new"),
        (f"{CLASS}-meta.xml", "Active", "Asleep", "status", "is not one of"),
        (f"{CLASS}-meta.xml", "<status>", "<body/><status>", "body", "not understood in <ApexClass>"),
        (EXTERNAL, "Custom<", "NoAuthentication<", "authenticationProtocol", "is not one of"),
        (EXTERNAL, "<label>", "<secret>x</secret><label>", "secret", "not understood in <ExternalCredential>"),
        (EXTERNAL, "NamedPrincipal", "Anybody", "parameterType", "is not one of"),
        (EXTERNAL, "Crew", "Captain", "externalCredentialPrincipal", "named Shore-Crew found"),
        (NAMED, "SecuredEndpoint", "Legacy", "namedCredentialType", "is not one of"),
        (NAMED, "https:", "ftp:", "parameterValue", "must begin with https:// or http://"),
        (NAMED, ">Shore</external", ">Ship</external", "externalCredential", "no ExternalCredential named Ship found"),
        (NAMED, ">Url</parameterType>", ">HttpHeader</parameterType>", "namedCredentialParameters", "type Url is"),
        (NAMED, "<label>", "<endpoint>x</endpoint><label>", "endpoint", "not understood in <NamedCredential>"),
        (SET, "<apexClass>Radio", "<apexClass>Sonar", "apexClass", "no apexClass named Sonar found"),
        (SET, "<apexClass>Radio</apexClass>", "", "apexClass", "required"),
        (SETTING, "Hierarchy", "List", "customSettingsType", "is not one of"),
        (SETTING, "<label>", "<sharingModel>Read</sharingModel><label>", "sharingModel", "not understood in"),
    ],
)
def test_what_an_org_refuses_is_refused(
    package: Path, path: str, old: str, new: str, element: str, reason: str
) -> None:
    edit(package, path, old, new)
    with pytest.raises(InstallError) as refused:
        read(package)
    assert refused.value.element == element
    assert reason in str(refused.value)


@pytest.mark.parametrize("missing", [CLASS, f"{CLASS}-meta.xml"], ids=["source", "description"])
def test_a_class_needs_its_source_and_its_description(package: Path, missing: str) -> None:
    (package / missing).unlink()
    with pytest.raises(InstallError, match=f"{missing} is missing"):
        read(package)

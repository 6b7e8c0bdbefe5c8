"""Deploys to an org with records: what they change, what they keep, what they refuse."""

from __future__ import annotations

import pytest

from service.localorg.deploy.reading import read_deployment
from service.localorg.deploy.result import DeployResult
from service.localorg.deploy.run import deploy, deploy_partly
from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.schema.model import Type
from service.localorg.soql.run import run_query
from tests.localorg.deploy.packing import PIER, PLAIN_OBJECT, SPACE, fields, manifest, packed, text_field

NUMBER = "<type>Number</type><precision>5</precision><scale>1</scale>"


def send(org: LocalOrg, files: dict[str, str], *, check_only: bool = False) -> DeployResult:
    return deploy(org, read_deployment(packed(files), org.components), check_only=check_only)


def boat_field(xml: str) -> dict[str, str]:
    name = xml.partition("<fullName>")[2].partition("<")[0]
    return {"package.xml": manifest(CustomField=[f"Boat__c.{name}"]), "objects/Boat__c.object": fields(xml)}


def deletion(**members: list[str]) -> dict[str, str]:
    return {"package.xml": manifest(), "destructiveChanges.xml": manifest(**members)}


def problems(result: DeployResult) -> dict[str, str | None]:
    return {failure.origin.full_name: failure.problem for failure in result.failures}


@pytest.fixture
def boat(boats: LocalOrg, admin: Actor) -> str:
    return boats.writer.create(admin, "Boat__c", {"Name": "Ariel", "Length__c": 9, "Serial__c": "S-1"})


def test_a_new_object_is_there_with_its_own_prefix_and_the_others_keep_theirs(boats: LocalOrg, admin: Actor) -> None:
    before = {name: sobject.key_prefix for name, sobject in boats.schema.objects.items()}
    result = send(
        boats, {**PIER, "package.xml": manifest(CustomObject=["Aft__c"]), "objects/Aft__c.object": PLAIN_OBJECT}
    )
    assert not result.succeeded
    result = send(boats, {"package.xml": manifest(CustomObject=["Aft__c"]), "objects/Aft__c.object": PLAIN_OBJECT})
    assert {(o.origin.full_name, o.created) for o in result.outcomes} == {("Aft__c", True), ("Aft__c.Side__c", True)}
    after = {name: sobject.key_prefix for name, sobject in boats.schema.objects.items()}
    assert after.items() >= before.items()
    assert after["Aft__c"] not in before.values()
    made = boats.writer.create(admin, "Aft__c", {"Name": "1", "Side__c": "port"})
    assert made.startswith(after["Aft__c"])


def test_a_field_changes_its_label_and_length_and_keeps_what_fits(boats: LocalOrg, admin: Actor, boat: str) -> None:
    xml = text_field("Serial__c", 2, "<externalId>true</externalId><unique>true</unique>")
    result = send(boats, boat_field(xml.replace(">Serial<", ">Serial number<")))
    assert [(o.created, o.changed) for o in result.outcomes] == [(False, True)]
    field = boats.schema.objects["Boat__c"].fields["Serial__c"]
    assert (field.label, field.length) == ("Serial number", 2)
    assert boats.storage.row("Boat__c", boat) is not None
    assert run_query(boats, admin, "SELECT Id FROM Boat__c WHERE Serial__c = 'S-'").total == 1


def test_an_unchanged_component_is_told_apart(boats: LocalOrg) -> None:
    send(boats, PIER)
    assert {(o.created, o.changed) for o in send(boats, PIER).outcomes} == {(False, False)}


def test_a_dry_run_changes_nothing(boats: LocalOrg) -> None:
    before = boats.schema
    result = send(boats, PIER, check_only=True)
    assert (result.succeeded, result.check_only) == (True, True)
    assert boats.schema is before


def test_one_problem_keeps_everything_back(boats: LocalOrg) -> None:
    broken = PLAIN_OBJECT.replace("</CustomObject>", f"<fields>{text_field('Bad__c', 999)}</fields></CustomObject>")
    result = send(boats, {**PIER, "objects/Pier__c.object": broken})
    assert problems(result) == {"Pier__c.Bad__c": "'999' is not a whole number from 1 to 255"}
    assert "Pier__c" not in boats.schema.objects


def test_each_component_tells_its_problem_with_its_line(boats: LocalOrg) -> None:
    broken = PLAIN_OBJECT.replace(">ReadWrite<", ">Open<").replace("<fields>", "\n\n<fields>").replace(">20<", ">0<")
    result = send(boats, {**PIER, "objects/Pier__c.object": broken})
    assert {(f.origin.full_name, f.line) for f in result.failures} == {("Pier__c", 1), ("Pier__c.Side__c", 3)}


def test_without_rollback_the_rest_is_deployed(boats: LocalOrg) -> None:
    broken = PLAIN_OBJECT.replace("</CustomObject>", f"<fields>{text_field('Bad__c', 999)}</fields></CustomObject>")
    files = {**PIER, "objects/Pier__c.object": broken}
    result = deploy_partly(boats, read_deployment(packed(files), boats.components))
    assert problems(result).keys() == {"Pier__c.Bad__c"}
    assert {success.origin.full_name for success in result.successes} == {"Pier__c", "Pier__c.Side__c"}
    assert boats.schema.objects["Pier__c"].fields.keys() >= {"Side__c"}


def test_without_rollback_what_others_stand_on_still_stays(boats: LocalOrg) -> None:
    package = read_deployment(packed(boat_field(f"<fullName>Length__c</fullName><label>L</label>{_LONG}")), {})
    result = deploy_partly(boats, package)
    assert problems(result).keys() == {"Boat__c.Length_Positive"}
    assert boats.schema.objects["Boat__c"].fields["Length__c"].type is Type.DOUBLE


def test_a_deleted_object_takes_its_records_and_rights_along(boats: LocalOrg, admin: Actor) -> None:
    boats.writer.create(
        admin,
        "Visit__c",
        {
            "Boat__c": boats.writer.create(admin, "Boat__c", {"Name": "A", "Length__c": 1}),
            "Harbour__c": boats.writer.create(admin, "Harbour__c", {"Name": "H"}),
        },
    )
    result = send(boats, deletion(CustomObject=["Visit__c"]))
    assert [(o.origin.full_name, o.deleted) for o in result.outcomes] == [("Visit__c", True)]
    with pytest.raises(Refusal, match="sObject type 'Visit__c' is not supported"):
        run_query(boats, admin, "SELECT Id FROM Visit__c")
    assert "Visit__c" not in boats.schema.permission_sets["Sailor"].objects
    assert not [key for key in boats.components if key[1].startswith("Visit__c")]


def test_an_object_that_others_refer_to_stays(boats: LocalOrg) -> None:
    told = problems(send(boats, deletion(CustomField=["Boat__c.Story__c"], CustomObject=["Harbour__c"])))
    assert "Boat__c.Story__c" not in told
    assert "This custom object is referenced elsewhere in salesforce.com" in str(told["Harbour__c"])


def test_a_deployed_permission_set_takes_the_place_of_the_old(boats: LocalOrg, sailor: Actor, boat: str) -> None:
    xml = f"<PermissionSet {SPACE}><label>Deck hand</label><hasActivationRequired>false</hasActivationRequired></PermissionSet>"
    files = {"package.xml": manifest(PermissionSet=["Sailor"]), "permissionsets/Sailor.permissionset": xml}
    assert send(boats, files).succeeded
    with pytest.raises(Refusal, match="sObject type 'Boat__c' is not supported"):
        run_query(boats, sailor, "SELECT Id FROM Boat__c")
    (row,) = boats.storage.rows("PermissionSet", '"Name" = ?', ("Sailor",))
    assert row["Label"] == "Deck hand"


def test_a_deleted_permission_set_is_nobodys_any_more(boats: LocalOrg, sailor: Actor) -> None:
    assert send(boats, deletion(PermissionSet=["Sailor", "Harbour_Master"])).succeeded
    assert list(boats.storage.rows("PermissionSetAssignment")) == []
    assert boats.access.object_rights(sailor, "Boat__c").read is False


def test_custom_permissions_and_who_has_them_follow(boats: LocalOrg, master: Actor) -> None:
    assert boats.access.has_custom_permission(master, "Rename_Boats")
    permission = f"<CustomPermission {SPACE}><label>Moor</label><isLicensed>false</isLicensed></CustomPermission>"
    files = {"package.xml": manifest(CustomPermission=["Moor"]), "customPermissions/Moor.customPermission": permission}
    assert send(boats, files).succeeded
    assert {row["DeveloperName"] for row in boats.storage.rows("CustomPermission")} == {"Moor", "Rename_Boats"}
    assert len(list(boats.storage.rows("SetupEntityAccess"))) == 1


def test_a_field_that_becomes_required_loses_its_field_level_security(boats: LocalOrg, sailor: Actor) -> None:
    xml = text_field("Serial__c", 20, "<externalId>true</externalId><unique>true</unique><required>true</required>")
    assert send(boats, boat_field(xml)).succeeded
    assert "Boat__c.Serial__c" not in boats.schema.permission_sets["Sailor"].fields
    with pytest.raises(Refusal, match="REQUIRED_FIELD_MISSING"):
        boats.writer.create(sailor, "Boat__c", {"Name": "A", "Length__c": 1})


def test_a_unique_field_is_refused_over_duplicates(boats: LocalOrg, admin: Actor) -> None:
    for _ in range(2):
        boats.writer.create(admin, "Boat__c", {"Name": "A", "Length__c": 1, "Email__c": "a@example.com"})
    email = "<fullName>Email__c</fullName><label>Email</label><type>Email</type><unique>true</unique>"
    assert problems(send(boats, boat_field(email))) == {
        "Boat__c.Email__c": "Cannot make the field unique: there are duplicate values"
    }


def test_a_master_is_refused_to_records_that_have_none(boats: LocalOrg, admin: Actor, boat: str) -> None:
    master = (
        "<fullName>Account__c</fullName><label>Account</label><type>MasterDetail</type>"
        "<referenceTo>Account</referenceTo><relationshipOrder>0</relationshipOrder>"
    )
    before, after = boat_field(master), boats.components[("CustomObject", "Boat__c")]
    assert after.origin.file
    own = (
        "<label>Boat</label><pluralLabel>Boats</pluralLabel><sharingModel>ControlledByParent</sharingModel>"
        "<deploymentStatus>Deployed</deploymentStatus><nameField><label>Name</label><type>Text</type></nameField>"
    )
    files = {
        "package.xml": manifest(CustomObject=["Boat__c"]),
        "objects/Boat__c.object": before["objects/Boat__c.object"].replace("<fields>", f"{own}<fields>", 1),
    }
    told = problems(send(boats, files))
    assert "there are records without a parent" in str(told["Boat__c.Account__c"])


def test_a_detail_that_stands_alone_again_belongs_to_who_made_it(boats: LocalOrg, admin: Actor, boat: str) -> None:
    trip = boats.writer.create(admin, "Trip__c", {"Boat__c": boat})
    lookup = (
        "<fullName>Boat__c</fullName><label>Boat</label><type>Lookup</type>"
        "<referenceTo>Boat__c</referenceTo><relationshipName>Trips</relationshipName>"
    )
    own = (
        "<label>Trip</label><pluralLabel>Trips</pluralLabel><sharingModel>ReadWrite</sharingModel>"
        "<deploymentStatus>Deployed</deploymentStatus><nameField><label>Name</label><type>Text</type></nameField>"
    )
    alone = fields(lookup).replace("<fields>", f"{own}<fields>", 1)
    files = {"package.xml": manifest(CustomObject=["Trip__c"]), "objects/Trip__c.object": alone}
    ticket = deletion(CustomObject=["Ticket__c"])["destructiveChanges.xml"]
    assert send(boats, {**files, "destructiveChanges.xml": ticket}).succeeded
    row = boats.storage.row("Trip__c", trip) or {}
    assert (row["Boat__c"], row["OwnerId"]) == (boat, admin.user_id)


@pytest.mark.parametrize(
    ("field", "xml", "reason"),
    [
        (
            "Length__c",
            f"<formula>1</formula><formulaTreatBlanksAs>BlankAsZero</formulaTreatBlanksAs>{NUMBER}",
            "to a Formula",
        ),
        (
            "Harbour__c",
            "<type>Lookup</type><referenceTo>Account</referenceTo><relationshipName>Boats_Here</relationshipName>",
            "Cannot change the object that a relationship field refers to",
        ),
        ("Story__c", "<type>Text</type><length>20</length>", "A rich text area can only be converted"),
    ],
)
def test_a_field_that_cannot_become_another_is_refused(boats: LocalOrg, field: str, xml: str, reason: str) -> None:
    told = problems(send(boats, boat_field(f"<fullName>{field}</fullName><label>X</label>{xml}")))
    assert reason in str(told[f"Boat__c.{field}"])


def test_a_deploy_that_breaks_off_leaves_the_org_as_it_was(
    boats: LocalOrg, boat: str, monkeypatch: pytest.MonkeyPatch, admin: Actor
) -> None:
    before = boats.schema
    monkeypatch.setattr("service.localorg.org.follow_schema", _fail)
    with pytest.raises(KeyboardInterrupt):
        send(boats, deletion(CustomField=["Boat__c.Notes__c"]))
    assert boats.schema is before
    assert run_query(boats, admin, "SELECT Notes__c FROM Boat__c").total == 1


def _fail(*_: object) -> None:
    raise KeyboardInterrupt


_LONG = "<type>LongTextArea</type><length>300</length><visibleLines>3</visibleLines>"


def radio(source: str = "public class Radio {}") -> dict[str, str]:
    described = f"<ApexClass {SPACE}><apiVersion>68.0</apiVersion><status>Active</status></ApexClass>"
    return {
        "package.xml": manifest(ApexClass=["Radio"]),
        "classes/Radio.cls": source,
        "classes/Radio.cls-meta.xml": described,
    }


@pytest.mark.parametrize(("source", "changed"), [("public class Radio {}", False), ("public class Radio { }", True)])
def test_a_class_is_one_component_and_changes_with_its_source(boats: LocalOrg, source: str, changed: bool) -> None:
    first, second = send(boats, radio()), send(boats, radio(source))
    assert [(o.origin.full_name, o.created) for o in first.outcomes] == [("Radio", True)]
    assert [(o.created, o.changed) for o in second.outcomes] == [(False, changed)]
    assert boats.components["ApexClass", "Radio"].body == source.encode()


@pytest.mark.parametrize("missing", ["classes/Radio.cls", "classes/Radio.cls-meta.xml"])
def test_a_class_without_its_source_or_its_description_is_not_deployed(boats: LocalOrg, missing: str) -> None:
    result = send(boats, {path: text for path, text in radio().items() if path != missing})
    assert problems(result) == {"Radio": f"{missing} is missing"}


def test_an_external_credential_stays_while_a_named_one_uses_it(boats: LocalOrg) -> None:
    external = f"""<ExternalCredential {SPACE}><authenticationProtocol>Custom</authenticationProtocol>
        <label>Shore</label></ExternalCredential>"""
    named = f"""<NamedCredential {SPACE}><label>Shore</label><namedCredentialParameters>
        <parameterName>Url</parameterName><parameterType>Url</parameterType>
        <parameterValue>https://shore.example.com</parameterValue></namedCredentialParameters>
        <namedCredentialParameters><externalCredential>Shore</externalCredential><parameterName>Auth</parameterName>
        <parameterType>Authentication</parameterType></namedCredentialParameters>
        <namedCredentialType>SecuredEndpoint</namedCredentialType></NamedCredential>"""
    files = {
        "package.xml": manifest(ExternalCredential=["Shore"], NamedCredential=["Shore"]),
        "externalCredentials/Shore.externalCredential": external,
        "namedCredentials/Shore.namedCredential": named,
    }
    assert send(boats, files).succeeded
    assert problems(send(boats, deletion(ExternalCredential=["Shore"]))) == {
        "Shore": "This component is referenced elsewhere in salesforce.com. : NamedCredential - Shore."
    }
    assert send(boats, deletion(ExternalCredential=["Shore"], NamedCredential=["Shore"])).succeeded

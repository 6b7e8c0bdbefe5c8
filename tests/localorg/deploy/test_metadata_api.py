"""The Metadata API as clients call it: by SOAP and by REST, with what it refuses."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest

from service.localorg.http.app import App
from service.localorg.org import LocalOrg
from tests.localorg.deploy.packing import PIER, PLAIN_OBJECT, packed, text_field
from tests.localorg.http.calling import Caller, call, refusal

SPACE = "{http://soap.sforce.com/2006/04/metadata}"
BROKEN = PLAIN_OBJECT.replace("</CustomObject>", f"<fields>{text_field('Bad__c', 999)}</fields></CustomObject>")
FAULTY = {**PIER, "objects/Pier__c.object": BROKEN}
REQUESTS = "metadata/deployRequest"


@pytest.fixture
def stranger(app: App, boats: LocalOrg) -> Caller:
    return Caller(app, app.api.sessions.open(boats.user_id("sailor@example.com")))


def post(caller: Caller, files: dict[str, str], **options: Any) -> Any:
    """Start a deployment by REST."""
    form = {"file": (BytesIO(packed(files)), "package.zip"), "entity_content": json.dumps({"deployOptions": options})}
    return caller("POST", REQUESTS, data=form)


def finished(caller: Caller, deployment_id: str) -> dict[str, Any]:
    answer = caller("GET", f"{REQUESTS}/{deployment_id}?includeDetails=true")
    assert answer.status_code == 200, answer.text
    return dict(answer.json["deployResult"])


def soap(app: App, body: str, *, token: str = "", version: str = "68.0") -> ElementTree.Element:
    """Call the Metadata API by SOAP and return what is in the envelope's body."""
    envelope = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns="http://soap.sforce.com/2006/04/metadata"><soapenv:Header><SessionHeader>'
        f"<sessionId>{token}</sessionId></SessionHeader></soapenv:Header>"
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
    answer = call(app, "POST", f"/services/Soap/m/{version}", data=envelope, content_type="text/xml")
    assert answer.headers["Content-Type"].startswith("text/xml")
    return ElementTree.fromstring(answer.data)[0][0]


def zipped(files: dict[str, str], options: str = "<rollbackOnError>true</rollbackOnError>") -> str:
    content = base64.b64encode(packed(files)).decode()
    return f"<deploy><ZipFile>{content}</ZipFile><DeployOptions>{options}</DeployOptions></deploy>"


def fault(element: ElementTree.Element) -> str:
    assert element.tag.endswith("Fault")
    return str(element.findtext("faultcode") or element.findtext(f"{SPACE}faultcode")).removeprefix("sf:")


class TestRest:
    """`metadata/deployRequest`."""

    def test_a_deployment_is_done_when_it_is_asked_for(self, caller: Caller, boats: LocalOrg) -> None:
        answer = post(caller, PIER, rollbackOnError=True, testLevel="NoTestRun", runTests=None)
        assert answer.status_code == 201
        result = finished(caller, answer.json["id"])
        assert (result["status"], result["done"], result["success"]) == ("Succeeded", True, True)
        assert (result["numberComponentsTotal"], result["numberComponentsDeployed"]) == (2, 2)
        names = [success["fullName"] for success in result["details"]["componentSuccesses"]]
        assert names == ["Pier__c", "Pier__c.Side__c", "package.xml"]
        assert "Pier__c" in boats.schema.objects

    def test_failures_are_told_with_their_place(self, caller: Caller) -> None:
        result = finished(caller, post(caller, FAULTY, rollbackOnError=True).json["id"])
        assert (result["status"], result["success"], result["numberComponentErrors"]) == ("Failed", False, 1)
        (failure,) = result["details"]["componentFailures"]
        assert failure | {"createdDate": ""} == {
            "changed": False,
            "columnNumber": 1,
            "componentType": "CustomField",
            "created": False,
            "createdDate": "",
            "deleted": False,
            "fileName": "objects/Pier__c.object",
            "fullName": "Pier__c.Bad__c",
            "lineNumber": 1,
            "problem": "'999' is not a whole number from 1 to 255",
            "problemType": "Error",
            "success": False,
        }

    def test_without_rollback_a_deployment_can_succeed_in_part(self, caller: Caller) -> None:
        result = finished(caller, post(caller, FAULTY, rollbackOnError=False).json["id"])
        assert (result["status"], result["success"]) == ("SucceededPartial", True)

    def test_the_components_are_only_told_when_asked_for(self, caller: Caller) -> None:
        answer = post(caller, PIER)
        assert "details" not in answer.json["deployResult"]
        assert "details" not in caller("GET", f"{REQUESTS}/{answer.json['id']}").json["deployResult"]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"checkOnly": "perhaps"}, "INVALID_TYPE"),
            ({"testLevel": "SomeTests"}, "INVALID_TYPE"),
            ({"performRetrieve": True}, "INVALID_TYPE"),
        ],
    )
    def test_options_that_are_not_understood_are_refused(
        self, caller: Caller, options: dict[str, Any], code: str
    ) -> None:
        assert refusal(post(caller, PIER, **options)) == (400, code)

    def test_a_request_without_a_file_or_options_that_are_none_is_refused(self, caller: Caller) -> None:
        assert refusal(caller("POST", REQUESTS, json={})) == (400, "JSON_PARSER_ERROR")
        form = {"file": (BytesIO(packed(PIER)), "package.zip"), "entity_content": "[]"}
        assert refusal(caller("POST", REQUESTS, data=form)) == (400, "JSON_PARSER_ERROR")

    def test_a_file_that_is_no_zip_is_refused(self, caller: Caller) -> None:
        assert refusal(caller("POST", REQUESTS, data={"file": (BytesIO(b"x"), "x.zip")})) == (400, "INVALID_OPERATION")

    def test_only_who_may_change_metadata_deploys(self, stranger: Caller) -> None:
        assert refusal(post(stranger, PIER)) == (400, "INSUFFICIENT_ACCESS")

    def test_an_unknown_deployment_is_not_found_and_a_done_one_not_cancelled(self, caller: Caller) -> None:
        assert refusal(caller("GET", f"{REQUESTS}/0Af000000000001AAA")) == (404, "INVALID_CROSS_REFERENCE_KEY")
        done = post(caller, PIER).json["id"]
        wanted = {"deployResult": {"status": "Canceling"}}
        assert refusal(caller("PATCH", f"{REQUESTS}/{done}", json=wanted)) == (400, "INVALID_ID_FIELD")


class TestSoap:
    """`/services/Soap/m/`."""

    def test_a_deployment_is_started_and_asked_for(self, app: App, caller: Caller, boats: LocalOrg) -> None:
        started = soap(app, zipped(PIER), token=caller.token)
        deployment_id = started.findtext(f"{SPACE}result/{SPACE}id")
        question = f"<asyncProcessId>{deployment_id}</asyncProcessId><includeDetails>true</includeDetails>"
        done = soap(app, f"<checkDeployStatus>{question}</checkDeployStatus>", token=caller.token)
        result = done[0]
        assert (result.findtext(f"{SPACE}status"), result.findtext(f"{SPACE}done")) == ("Succeeded", "true")
        assert len(result.findall(f"{SPACE}details/{SPACE}componentSuccesses")) == 3
        assert "Pier__c" in boats.schema.objects

    def test_a_deployment_without_options_goes_as_far_as_it_can(
        self, app: App, caller: Caller, boats: LocalOrg
    ) -> None:
        content = base64.b64encode(packed(FAULTY)).decode()
        soap(app, f"<deploy><ZipFile>{content}</ZipFile></deploy>", token=caller.token)
        assert "Pier__c" in boats.schema.objects

    def test_the_types_that_the_org_understands_are_described(self, app: App, caller: Caller) -> None:
        described = soap(
            app, "<describeMetadata><asOfVersion>68.0</asOfVersion></describeMetadata>", token=caller.token
        )
        types = {each.findtext(f"{SPACE}xmlName"): each for each in described[0].findall(f"{SPACE}metadataObjects")}
        assert types["CustomObject"].findtext(f"{SPACE}directoryName") == "objects"
        assert "CustomField" in [each.text for each in types["CustomObject"].findall(f"{SPACE}childXmlNames")]

    def test_the_components_of_a_type_are_listed(self, app: App, caller: Caller) -> None:
        query = "<listMetadata><queries><type>PermissionSet</type></queries><queries/></listMetadata>"
        listed = soap(app, query, token=caller.token)
        assert {each.findtext(f"{SPACE}fullName") for each in listed} == {"Harbour_Master", "Sailor"}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("<deploy><ZipFile>!</ZipFile></deploy>", "INVALID_TYPE"),
            (
                "<checkDeployStatus><asyncProcessId>0Af</asyncProcessId></checkDeployStatus>",
                "INVALID_CROSS_REFERENCE_KEY",
            ),
            ("<retrieve/>", "UNKNOWN_EXCEPTION"),
            ("<deploy/><deploy/>", "UNKNOWN_EXCEPTION"),
            ("<deploy>", "UNKNOWN_EXCEPTION"),
        ],
    )
    def test_what_cannot_be_done_is_a_fault(self, app: App, caller: Caller, body: str, code: str) -> None:
        assert fault(soap(app, body, token=caller.token)) == code

    def test_a_done_deployment_is_not_cancelled(self, app: App, caller: Caller) -> None:
        done = soap(app, zipped(PIER), token=caller.token).findtext(f"{SPACE}result/{SPACE}id")
        assert fault(soap(app, f"<cancelDeploy><String>{done}</String></cancelDeploy>", token=caller.token)) == (
            "INVALID_ID_FIELD"
        )

    @pytest.mark.parametrize("version", ["50.0", "69.0", "64.1", "x"])
    def test_other_versions_are_refused(self, app: App, caller: Caller, version: str) -> None:
        assert fault(soap(app, "<deploy/>", token=caller.token, version=version)) == "UNSUPPORTED_API_VERSION"

    def test_an_unknown_session_is_refused(self, app: App) -> None:
        assert fault(soap(app, zipped(PIER), token="00D!none")) == "INVALID_SESSION_ID"

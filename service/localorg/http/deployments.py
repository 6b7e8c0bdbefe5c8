"""Deployments as the Metadata API keeps them, by SOAP and by REST: started, done at once, asked for later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.localorg.deploy.reading import MANIFEST, read_deployment
from service.localorg.deploy.result import DeployResult, Outcome
from service.localorg.deploy.run import deploy, deploy_partly
from service.localorg.errors import Origin, Refusal
from service.localorg.http.api import Api
from service.localorg.http.users import User
from service.localorg.records.access import Actor
from service.localorg.records.values import stamp

_SWITCHES = ("checkOnly", "rollbackOnError", "ignoreWarnings", "singlePackage", "purgeOnDelete", "autoUpdatePackage")
_TEST_LEVELS = ("NoTestRun", "RunSpecifiedTests", "RunLocalTests", "RunAllTestsInOrg", "RunRelevantTests")
_OPTIONS = {*_SWITCHES, "testLevel", "runTests"}
"""What is understood; the org has no tests to run, so that the last two change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment and what became of it."""

    id: str
    user: User
    at: datetime
    switches: Mapping[str, bool]
    result: DeployResult

    @property
    def status(self) -> str:
        """Return the status by its name in the API."""
        if self.result.succeeded:
            return "Succeeded"
        return "Failed" if self.switches["rollbackOnError"] or not self.result.successes else "SucceededPartial"


def start(api: Api, user: User, content: bytes, options: Mapping[str, Any]) -> Deployment:
    """Deploy the content of a zip on behalf of a user who may."""
    if not api.org.access.has_user_permission(Actor(user["Id"]), "ModifyAllData"):
        raise Refusal("INSUFFICIENT_ACCESS", "use of the Metadata API requires the Modify Metadata permission")
    switches = _read_options(options)
    package = read_deployment(content, api.org.components)
    run = deploy if switches["rollbackOnError"] else deploy_partly
    result = run(api.org, package, check_only=switches["checkOnly"])
    deployment = Deployment(id=api.new_id("0Af"), user=user, at=api.org.clock.now(), switches=switches, result=result)
    api.deployments[deployment.id] = deployment
    return deployment


def find(api: Api, deployment_id: str | None) -> Deployment:
    """Return a deployment by its id, in either length."""
    found = api.deployments.get(deployment_id or "")
    if found is None:
        raise Refusal("INVALID_CROSS_REFERENCE_KEY", f"invalid cross reference id: {deployment_id}", status=404)
    return found


def described(deployment: Deployment, *, details: bool) -> dict[str, Any]:
    """Return what the API calls a DeployResult."""
    result, at = deployment.result, stamp(deployment.at)
    body: dict[str, Any] = {
        "checkOnly": deployment.switches["checkOnly"],
        "completedDate": at,
        "createdBy": deployment.user["Id"],
        "createdByName": deployment.user["Name"],
        "createdDate": at,
        "done": True,
        "id": deployment.id,
        "ignoreWarnings": deployment.switches["ignoreWarnings"],
        "lastModifiedDate": at,
        "numberComponentErrors": len(result.failures),
        "numberComponentsDeployed": len(result.successes),
        "numberComponentsTotal": len(result.outcomes),
        "numberTestErrors": 0,
        "numberTestsCompleted": 0,
        "numberTestsTotal": 0,
        "rollbackOnError": deployment.switches["rollbackOnError"],
        "runTestsEnabled": False,
        "startDate": at,
        "status": deployment.status,
        "success": deployment.status != "Failed",
    }
    return {**body, "details": _details(result, at)} if details else body


def _details(result: DeployResult, at: str) -> dict[str, Any]:
    manifest = Outcome(origin=Origin(MANIFEST, "", MANIFEST), changed=True)
    return {
        "componentFailures": [_message(failure, at) for failure in result.failures],
        "componentSuccesses": [_message(success, at) for success in (*result.successes, manifest)],
        "runTestResult": {"numFailures": 0, "numTestsRun": 0, "totalTime": 0.0},
    }


def _message(outcome: Outcome, at: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "changed": outcome.changed or outcome.created,
        "componentType": outcome.origin.type,
        "created": outcome.created,
        "createdDate": at,
        "deleted": outcome.deleted,
        "fileName": outcome.origin.file,
        "fullName": outcome.origin.full_name,
        "success": not outcome.failed,
    }
    if outcome.problem is not None:
        body |= {"problem": outcome.problem, "problemType": "Warning" if outcome.warning else "Error"}
    return body | ({"lineNumber": outcome.line, "columnNumber": 1} if outcome.line else {})


def _read_options(options: Mapping[str, Any]) -> dict[str, bool]:
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        raise Refusal("INVALID_TYPE", f"deploy option {unknown[0]} is not supported")
    level = options.get("testLevel") or _TEST_LEVELS[0]
    if level not in _TEST_LEVELS:
        raise Refusal("INVALID_TYPE", f"'{level}' is not a valid value for the enum 'TestLevel'")
    return {name: _switch(name, options.get(name, False)) for name in _SWITCHES}


def _switch(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise Refusal("INVALID_TYPE", f"'{value}' is not a valid value for the boolean {name}")
    return text == "true"

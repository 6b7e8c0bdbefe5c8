"""The Metadata API by SOAP: deploy and what clients ask around it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import NEWEST, OLDEST, Api
from service.localorg.http.deployments import described, find, start
from service.localorg.http.envelopes import Operation, child, fault, local, read_envelope, result
from service.localorg.http.messages import Answer
from service.localorg.http.users import User, user_of
from service.localorg.records.values import stamp
from service.localorg.schema.kinds import KINDS, NESTED, OBJECT, REPORT_FOLDER
from service.localorg.schema.xml import Element

_SPACE = "http://soap.sforce.com/2006/04/metadata"


def metadata(api: Api, request: Request, version: str) -> Answer:
    """Carry out one operation of the Metadata API."""
    try:
        _check_version(version)
        operation = read_envelope(request)
        handler = _HANDLERS.get(operation.name)
        if handler is None:
            raise Refusal("UNKNOWN_EXCEPTION", f"No operation available for request {operation.name}")
        user = user_of(api, f"Bearer {operation.session}")
        return result(_SPACE, operation.name, handler(api, user, operation))
    except Refusal as refusal:
        return fault(_SPACE, refusal)


def _check_version(version: str) -> None:
    number, _, rest = version.partition(".")
    if rest != "0" or not number.isdigit() or not OLDEST <= int(number) <= NEWEST:
        raise Refusal("UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {version}")


def _deploy(api: Api, user: User, operation: Operation) -> dict[str, Any]:
    try:
        content = base64.b64decode(operation.text("ZipFile") or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("INVALID_TYPE", f"ZipFile is not base64: {error}") from error
    given = child(operation.element, "DeployOptions")
    options = {local(each): each.text.strip() for each in given.children} if given else {}
    deployment = start(api, user, content, options)
    return {"done": False, "id": deployment.id, "state": "Queued"}


def _check_deploy_status(api: Api, _user: User, operation: Operation) -> dict[str, Any]:
    details = operation.text("includeDetails") == "true"
    return described(find(api, operation.text("asyncProcessId")), details=details)


def _cancel_deploy(api: Api, _user: User, operation: Operation) -> dict[str, Any]:
    find(api, operation.text("String") or operation.text("id"))
    raise Refusal("INVALID_ID_FIELD", "Deployment already completed")


def _describe_metadata(api: Api, _user: User, _operation: Operation) -> dict[str, Any]:
    types = [
        {
            "childXmlNames": [nested.type for nested in NESTED.values()] if kind is OBJECT else [],
            "directoryName": kind.folder,
            "inFolder": kind.in_folders,
            "metaFile": kind.has_body,
            "suffix": kind.suffix,
            "xmlName": kind.type,
        }
        for kind in KINDS
        if kind.folder and kind is not REPORT_FOLDER
    ]
    return {
        "metadataObjects": types,
        "organizationNamespace": api.org.schema.namespace or "",
        "partialSaveAllowed": True,
        "testRequired": False,
    }


def _list_metadata(api: Api, _user: User, operation: Operation) -> list[dict[str, Any]]:
    queries = [_text(query, "type") for query in operation.element.children if local(query) == "queries"]
    at = stamp(api.org.schema_changed_at)
    return [
        {"createdDate": at, "fileName": c.origin.file, "fullName": c.origin.full_name, "type": c.kind.type}
        for c in api.org.components.values()
        if c.kind.type in queries
    ]


def _text(element: Element, name: str) -> str:
    found = child(element, name)
    return found.text.strip() if found else ""


_HANDLERS: dict[str, Callable[[Api, User, Operation], Any]] = {
    "deploy": _deploy,
    "checkDeployStatus": _check_deploy_status,
    "cancelDeploy": _cancel_deploy,
    "describeMetadata": _describe_metadata,
    "listMetadata": _list_metadata,
}

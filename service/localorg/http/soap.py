"""The SOAP API as far as clients of REST still need it: login, logout, who am I, what time is it, and merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from service.localorg.errors import Refusal
from service.localorg.http.api import Api
from service.localorg.http.envelopes import Operation, child, fault, local, read_envelope, result
from service.localorg.http.messages import Answer
from service.localorg.http.passwords import Verdict
from service.localorg.http.users import User, find_user, user_of
from service.localorg.records.access import Actor
from service.localorg.records.values import stamp
from service.localorg.schema.xml import Element

SPACES = {"u": "urn:partner.soap.sforce.com", "c": "urn:enterprise.soap.sforce.com"}
LAST_WITH_LOGIN = 64
_INVALID = "Invalid username, password, security token; or user locked out."
_NEW_PLACE = (
    "Are you at a new location? When accessing Salesforce--either via a desktop client or the API--from outside of your"
    " company's trusted networks, you must add a security token to your password to log in."
)
_NOT_VALUES = frozenset({"Id", "type", "fieldsToNull"})


def soap(api: Api, request: Request, kind: str, version: str, org_id: str = "") -> Answer:
    """Carry out the operation of an envelope."""
    del org_id
    try:
        operation = read_envelope(request)
        if operation.name == "login":
            return result(SPACES[kind], "login", _login(api, request, operation, kind, version))
        if operation.name not in _OPERATIONS:
            raise Refusal("INVALID_OPERATION", f"No operation available for request {operation.name}", status=500)
        user = user_of(api, f"Bearer {operation.session}")
        api.usage.count()
        return result(SPACES[kind], operation.name, _OPERATIONS[operation.name](api, user, operation))
    except Refusal as refusal:
        return fault(SPACES[kind], refusal)


def _login(api: Api, request: Request, operation: Operation, kind: str, version: str) -> dict[str, Any]:
    """Exchange username and password for a session; the newest versions no longer do."""
    number = version.partition(".")[0]
    if not number.isdigit() or int(number) > LAST_WITH_LOGIN:
        raise Refusal("UNSUPPORTED_API_VERSION", f"login() is not available in API version {version}")
    user = find_user(api.org, operation.text("username") or "")
    verdict = api.passwords.judge(user["Id"], operation.text("password") or "") if user else Verdict.WRONG
    if verdict is Verdict.NO_TOKEN:
        raise Refusal("LOGIN_MUST_USE_SECURITY_TOKEN", f"{_INVALID} {_NEW_PLACE}")
    if user is None or verdict is not Verdict.GOOD or not user["IsActive"]:
        raise Refusal("INVALID_LOGIN", _INVALID)
    host = request.host_url.rstrip("/")
    return {
        "metadataServerUrl": f"{host}/services/Soap/m/{version}/{api.org.org_id}",
        "passwordExpired": False,
        "sandbox": False,
        "serverUrl": f"{host}/services/Soap/{kind}/{version}/{api.org.org_id}",
        "sessionId": api.sessions.open(user["Id"]),
        "userId": user["Id"],
        "userInfo": _user_info(api, user, operation),
    }


def _user_info(api: Api, user: User, operation: Operation) -> dict[str, Any]:
    del operation
    (organization,) = api.org.storage.rows("Organization")
    return {
        "organizationId": api.org.org_id,
        "organizationMultiCurrency": False,
        "organizationName": organization["Name"],
        "profileId": user["ProfileId"],
        "roleId": user["UserRoleId"],
        "userEmail": user["Email"],
        "userFullName": user["Name"],
        "userId": user["Id"],
        "userLanguage": user["LanguageLocaleKey"],
        "userLocale": user["LocaleSidKey"],
        "userName": user["Username"],
        "userTimeZone": user["TimeZoneSidKey"],
        "userType": "Standard",
    }


def _timestamp(api: Api, user: User, operation: Operation) -> dict[str, Any]:
    del user, operation
    return {"timestamp": stamp(api.org.clock.now())}


def _logout(api: Api, user: User, operation: Operation) -> dict[str, Any]:
    del user
    api.sessions.close(operation.session or "")
    return {}


def _merge(api: Api, user: User, operation: Operation) -> list[dict[str, Any]]:
    """Merge the records of each request into its master record; one that fails leaves the others alone."""
    actor = Actor(user["Id"], user["TimeZoneSidKey"])
    requests = [each for each in operation.element.children if local(each) == "request"]
    return [_merged(api, actor, each) for each in requests]


def _merged(api: Api, actor: Actor, request: Element) -> dict[str, Any]:
    master = child(request, "masterRecord")
    fields = {local(each): each.text.strip() for each in (master.children if master else ())}
    losers = [each.text.strip() for each in request.children if local(each) == "recordToMergeIds"]
    values: dict[str, Any] = {name: text for name, text in fields.items() if name not in _NOT_VALUES}
    cleared = [each.text.strip() for each in (master.children if master else ()) if local(each) == "fieldsToNull"]
    try:
        merged = api.org.writer.merge(actor, fields.get("Id", ""), losers, values | dict.fromkeys(cleared))
    except Refusal as refusal:
        error = {"fields": list(refusal.fields), "message": refusal.message, "statusCode": refusal.code}
        return {"errors": error, "success": False}
    return {
        "id": merged.winner,
        "mergedRecordIds": list(merged.losers),
        "success": True,
        "updatedRelatedIds": list(merged.children),
    }


_OPERATIONS: dict[str, Callable[[Api, User, Operation], Any]] = {
    "getServerTimestamp": _timestamp,
    "getUserInfo": _user_info,
    "logout": _logout,
    "merge": _merge,
}

"""Where windows come from: what the org says of an object, of its field set, its layouts and who may see which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from service.crm.answers import Page, Record, read_body, read_page
from service.crm.errors import HIDDEN_TO_TOOLING, Refused
from service.crm.requests import Request, describe, query, retrieve
from service.crm.soql import compare, found_by, select
from service.mapping.model import ObjectMapping
from service.mirror.connected import Connected

FIELD_SET = "Create_And_Edit"
TYPE_FIELD = "RecordTypeId"


@dataclass(frozen=True, slots=True)
class Shown:
    """One field that a window shows, by its name in the CRM."""

    crm: str
    required: bool = False
    for_new: bool = True
    for_update: bool = True


Security = Mapping[str, bool]
"""The fields that a user may read, by name, and whether the user may edit them."""


def look(org: Connected, mapping: ObjectMapping, user_crm_id: str) -> tuple[Record, Security | None]:
    """Return how the org describes an object, and the user's field-level security; None where it is not shown to us."""
    described, permissions = org.client.composite([describe(mapping.sobject), _permissions(mapping, user_crm_id)])
    if isinstance(described, Refused):
        raise described
    if isinstance(permissions, Refused):
        _is_not_shown(permissions)
        return described, None
    security: dict[str, bool] = {}
    for row in permissions.rows:
        name = row["Field"].partition(".")[2]
        security[name] = security.get(name, False) or row["PermissionsEdit"]
    return described, security


def field_set(org: Connected, mapping: ObjectMapping) -> list[Shown] | None:
    """Return what the field set of an object shows; nothing where it has none, None where that is not shown to us."""
    where = [
        compare("EntityDefinition.QualifiedApiName", "=", mapping.sobject),
        compare("DeveloperName", "=", FIELD_SET),
    ]
    path = f"tooling/query?{urlencode({'q': select('FieldSet', ['Metadata'], where=where)})}"
    try:
        page = org.client.call(Request(method="GET", path=path, parse=read_page, repeatable=True))
    except Refused as refused:
        _is_not_shown(refused)
        return None
    displayed = [each for row in page.rows for each in row["Metadata"]["displayedFields"]]
    return [Shown(each["field"], required=bool(each["isRequired"])) for each in displayed]


def layout(org: Connected, mapping: ObjectMapping, record_type_id: str) -> list[Shown]:
    """Return what the layout of a record type shows."""
    path = f"sobjects/{mapping.sobject}/describe/layouts/{record_type_id}"
    found = org.client.call(Request(method="GET", path=path, parse=read_body, repeatable=True))
    items = [
        item for section in found["editLayoutSections"] for row in section["layoutRows"] for item in row["layoutItems"]
    ]
    return [
        Shown(part["value"], item["required"], item["editableForNew"], item["editableForUpdate"])
        for item in items
        for part in item["layoutComponents"]
        if part["type"] == "Field"
    ]


def record_type_of(org: Connected, mapping: ObjectMapping, crm_id: str) -> str | None:
    """Return the id of a record's type."""
    (row,) = org.client.call(retrieve(mapping.sobject, [crm_id], [TYPE_FIELD]))
    return row[TYPE_FIELD] if row else None


def _permissions(mapping: ObjectMapping, user_crm_id: str) -> Request[Page]:
    held = select("PermissionSetAssignment", ["PermissionSetId"], where=[compare("AssigneeId", "=", user_crm_id)])
    where = [
        compare("SobjectType", "=", mapping.sobject),
        compare("PermissionsRead", "=", True),
        found_by("ParentId", held),
    ]
    return query(select("FieldPermissions", ["Field", "PermissionsEdit"], where=where))


def _is_not_shown(refused: Refused) -> None:
    """Let pass what only says that we may not see it."""
    if refused.code not in HIDDEN_TO_TOOLING:
        raise refused

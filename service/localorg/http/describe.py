"""Describe: the list of objects, and one object in full, as the acting user may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.localorg.http.api import Api
from service.localorg.http.conditions import http_date, not_modified
from service.localorg.http.fields import describe_field
from service.localorg.http.messages import Answer, Call
from service.localorg.schema.model import Constraint, Field, SObject

_MASTER_RECORD_TYPE = "012000000000000AAA"


def list_objects(api: Api, call: Call) -> Answer:
    """Return the global describe, or 304 if no schema changed since the client's copy."""
    return _unless_known(api, call, lambda: _global(api, call))


def describe(api: Api, call: Call, name: str) -> Answer:
    """Return one object's full describe, or 304."""
    sobject = api.sobject(call, name)
    return _unless_known(api, call, lambda: _full(api, call, sobject))


def summary(api: Api, call: Call, sobject: SObject) -> dict[str, Any]:
    """Return an object's line of the global describe."""
    rights = api.org.access.object_rights(call.actor, sobject.name)
    return {
        **_CONSTANTS,
        "name": sobject.name,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "keyPrefix": sobject.key_prefix,
        "custom": sobject.custom,
        "customSetting": sobject.setting,
        "createable": sobject.createable and rights.create,
        "updateable": sobject.updateable and rights.edit,
        "deletable": sobject.deletable and rights.delete,
        "undeletable": sobject.undeletable and rights.delete,
        "replicateable": sobject.replicateable,
        "urls": _urls(call, sobject),
    }


def _unless_known(api: Api, call: Call, body: Callable[[], dict[str, Any]]) -> Answer:
    changed = api.schema_changed_at
    if not_modified(call.headers, changed):
        return Answer(status=304)
    return Answer(body=body(), headers={"Last-Modified": http_date(changed)})


def _global(api: Api, call: Call) -> dict[str, Any]:
    access = api.org.access
    seen = [o for o in api.org.schema.objects.values() if access.object_rights(call.actor, o.name).read]
    lines = [summary(api, call, sobject) for sobject in sorted(seen, key=lambda o: o.name)]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": lines}


def _full(api: Api, call: Call, sobject: SObject) -> dict[str, Any]:
    readable = api.org.access.readable(call.actor, sobject.name)
    editable = api.org.access.editable(call.actor, sobject.name)
    return {
        **summary(api, call, sobject),
        "fields": [
            describe_field(sobject, field, editable=field.name in editable)
            for field in sobject.fields.values()
            if field.name in readable
        ],
        "childRelationships": [_child(child, field) for child, field in _children(api, call, sobject)],
        "recordTypeInfos": record_types(api, call, sobject),
        "actionOverrides": [],
        "compactLayoutable": True,
        "lookupLayoutable": None,
        "listviewable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "searchLayoutable": True,
        "supportedScopes": [{"label": f"All {sobject.plural}", "name": "everything"}],
    }


def _children(api: Api, call: Call, sobject: SObject) -> list[tuple[SObject, Field]]:
    access = api.org.access
    return [
        (child, field)
        for child, field in api.org.schema.children(sobject.name)
        if field.name in access.readable(call.actor, child.name)
    ]


def _child(child: SObject, field: Field) -> dict[str, Any]:
    reference = field.reference
    constraint = reference.on_delete if reference else None
    return {
        "cascadeDelete": bool(reference and (reference.master or constraint is Constraint.CASCADE)),
        "childSObject": child.name,
        "deprecatedAndHidden": False,
        "field": field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": reference.children if reference else None,
        "restrictedDelete": bool(field.custom and constraint is Constraint.RESTRICT),
    }


def record_types(api: Api, call: Call, sobject: SObject) -> list[dict[str, Any]]:
    """Return the record types of an object; the master is always one of them."""
    rows = api.org.storage.rows("RecordType", '"SobjectType" = ?', (sobject.name,))
    named = [(row["Id"], row["DeveloperName"], row["Name"]) for row in rows]
    return [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": developer_name == "Master",
            "developerName": developer_name,
            "master": developer_name == "Master",
            "name": label,
            "recordTypeId": record_type_id,
            "urls": {"layout": f"{call.data_path}/sobjects/{sobject.name}/describe/layouts/{record_type_id}"},
        }
        for record_type_id, developer_name, label in [*named, (_MASTER_RECORD_TYPE, "Master", "Master")]
    ]


def _urls(call: Call, sobject: SObject) -> dict[str, str]:
    root = f"{call.data_path}/sobjects/{sobject.name}"
    return {
        "sobject": root,
        "describe": f"{root}/describe",
        "rowTemplate": f"{root}/{{ID}}",
        "uiDetailTemplate": f"{call.host}/{{ID}}",
        "uiEditTemplate": f"{call.host}/{{ID}}/e",
        "uiNewRecord": f"{call.host}/{sobject.key_prefix}/e",
    }


_CONSTANTS = {
    "activateable": False,
    "associateEntityType": None,
    "associateParentEntity": None,
    "deepCloneable": False,
    "deprecatedAndHidden": False,
    "feedEnabled": False,
    "hasSubtypes": False,
    "implementedBy": None,
    "implementsInterfaces": None,
    "isInterface": False,
    "isSubtype": False,
    "layoutable": True,
    "mergeable": False,
    "mruEnabled": True,
    "queryable": True,
    "retrieveable": True,
    "searchable": True,
    "triggerable": True,
}

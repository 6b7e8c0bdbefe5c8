"""Fields as describe shows them, filtered by what the acting user may see and set."""

from __future__ import annotations

from typing import Any

from service.localorg.schema.model import NUMERIC, Constraint, Field, SObject, Type

_SOAP_TYPES = {
    Type.ID: "tns:ID",
    Type.REFERENCE: "tns:ID",
    Type.BOOLEAN: "xsd:boolean",
    Type.INT: "xsd:int",
    Type.DOUBLE: "xsd:double",
    Type.PERCENT: "xsd:double",
    Type.CURRENCY: "xsd:double",
    Type.DATE: "xsd:date",
    Type.DATETIME: "xsd:dateTime",
    Type.BASE64: "xsd:base64Binary",
}
_LONG_TEXT = 255
_GROUPABLE = frozenset(Type) - NUMERIC - {Type.DATETIME, Type.MULTIPICKLIST, Type.BASE64} | {Type.INT}
_MULTIPICKLIST_LENGTH = 4099


def describe_field(sobject: SObject, field: Field, *, editable: bool) -> dict[str, Any]:
    """Return one field's describe; `editable` is what field-level security says."""
    return {
        **_identity(sobject, field),
        **_size(field),
        **_rights(field, editable=editable),
        **_behaviour(field),
        **_reference(field),
        **_constants(),
        "picklistValues": _picklist(field),
        "restrictedPicklist": bool(field.picklist and field.picklist.restricted),
    }


def _identity(sobject: SObject, field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type.value,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "custom": field.custom,
        "inlineHelpText": field.help,
        "nameField": field.name == sobject.name_field,
        "autoNumber": field.auto_number is not None,
        "calculated": field.formula is not None,
        "calculatedFormula": field.formula.text if field.formula else None,
        "extraTypeInfo": _extra_type(field),
    }


def _extra_type(field: Field) -> str | None:
    if field.type is not Type.TEXTAREA:
        return None
    return "richtextarea" if field.html else "plaintextarea"


def _size(field: Field) -> dict[str, Any]:
    length = {Type.MULTIPICKLIST: _MULTIPICKLIST_LENGTH, Type.ID: 18, Type.REFERENCE: 18}.get(field.type, field.length)
    whole = field.type is Type.INT
    return {
        "length": length,
        "byteLength": 18 if field.type in (Type.ID, Type.REFERENCE) else length * 3,
        "precision": 0 if whole else field.precision,
        "scale": field.scale,
        "digits": field.precision if whole else 0,
    }


def _rights(field: Field, *, editable: bool) -> dict[str, Any]:
    settable = editable and field.formula is None and field.auto_number is None and not field.system
    frozen = bool(field.reference and field.reference.master and not field.reference.reparentable)
    return {
        "createable": settable and field.createable,
        "updateable": settable and field.updateable and not frozen,
        "permissionable": not field.always_readable,
    }


def _behaviour(field: Field) -> dict[str, Any]:
    short = field.type is not Type.TEXTAREA or 0 < field.length <= _LONG_TEXT
    return {
        "nillable": not field.required and not field.system and field.type is not Type.BOOLEAN,
        "defaultedOnCreate": field.default is not None
        or field.system
        or field.auto_number is not None
        or field.type is Type.BOOLEAN
        or field.name == "OwnerId"
        or bool(field.picklist and field.picklist.default),
        "defaultValue": False if field.type is Type.BOOLEAN and not field.system else None,
        "defaultValueFormula": field.default.text if field.default else None,
        "externalId": field.external_id,
        "idLookup": field.type is Type.ID or field.external_id or field.unique,
        "unique": field.unique,
        "caseSensitive": field.case_sensitive,
        "filterable": field.filterable and short,
        "sortable": field.sortable and short and field.type is not Type.MULTIPICKLIST,
        "groupable": field.type in _GROUPABLE and short and field.formula is None,
        "aggregatable": field.type not in (Type.BOOLEAN, Type.MULTIPICKLIST, Type.BASE64) and short,
        "htmlFormatted": field.html,
    }


def _reference(field: Field) -> dict[str, Any]:
    reference = field.reference
    constraint = reference.on_delete if reference else None
    return {
        "referenceTo": list(reference.to) if reference else [],
        "relationshipName": reference.name if reference else None,
        "relationshipOrder": 0 if reference and reference.master else None,
        "polymorphicForeignKey": bool(reference and len(reference.to) > 1),
        "cascadeDelete": bool(reference and (reference.master or constraint is Constraint.CASCADE)),
        "restrictedDelete": bool(field.custom and constraint is Constraint.RESTRICT),
        "namePointing": bool(reference and len(reference.to) > 1),
        "writeRequiresMasterRead": bool(reference and reference.write_needs_read_only),
        "referenceTargetField": None,
    }


def _picklist(field: Field) -> list[dict[str, Any]]:
    if field.picklist is None:
        return []
    default = field.picklist.default
    return [
        {"active": True, "defaultValue": value == default, "label": label, "validFor": None, "value": value}
        for value, label in field.picklist.values
    ]


def _constants() -> dict[str, Any]:
    return {
        "aiPredictionField": False,
        "compoundFieldName": None,
        "controllerName": None,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "highScaleNumber": False,
        "mask": None,
        "maskType": None,
        "queryByDistance": False,
        "searchPrefilterable": False,
    }

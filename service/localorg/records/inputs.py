"""What a caller sends, checked and turned into stored values by field name."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor
from service.localorg.records.parts import Parts
from service.localorg.records.values import Stored, to_stored
from service.localorg.schema.model import Field, SObject


class Inputs:
    """Read the values of one actor for one object; the same for every row of a batch."""

    def __init__(self, parts: Parts, actor: Actor, sobject: SObject, *, creating: bool) -> None:
        self._parts, self._sobject, self._creating = parts, sobject, creating
        readable = parts.access.readable(actor, sobject.name)
        editable = parts.access.editable(actor, sobject.name)
        fields = sobject.fields.values()
        self._known = {f.name.lower(): f for f in fields if f.name in readable}
        self._settable = {f.name for f in fields if f.name in editable and (f.createable if creating else f.updateable)}

    def read(self, values: Mapping[str, Any]) -> dict[str, Stored]:
        """Return stored values by field name, or refuse in Salesforce's order: names, rights, values."""
        fields = [(self._find(name, value), value) for name, value in values.items() if name != "attributes"]
        refused = sorted({field.name for field, _ in fields if field.name not in self._settable})
        if refused:
            raise self._not_settable(refused)
        return {field.name: self._stored(field, value) for field, value in fields}

    def _find(self, name: str, value: Any) -> Field:
        field = self._known.get(name.lower())
        if field is None and (value is None or isinstance(value, dict)):
            field = self._sobject.parent(name)
        if field is None or field.name.lower() not in self._known:
            raise no_such_column(name, self._sobject)
        return field

    def _not_settable(self, names: list[str]) -> Refusal:
        if "Id" in names:
            if self._creating:
                return Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", fields=("Id",))
            return Refusal("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
        return Refusal(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field"
            " and verify that it is read/write for your profile or permission set.",
            fields=tuple(names),
        )

    def _stored(self, field: Field, value: Any) -> Stored:
        if field.reference and isinstance(value, dict):
            return self._by_external_id(field, value)
        return to_stored(field, value)

    def _by_external_id(self, link: Field, value: Mapping[str, Any]) -> str:
        """Find the parent that `Parent__r: {"Key__c": value}` names."""
        keys = [(name, wanted) for name, wanted in value.items() if name != "attributes"]
        for parent_name in link.reference.to if link.reference else ():
            parent = self._parts.schema.objects[parent_name]
            field = parent.field(keys[0][0]) if len(keys) == 1 else None
            if field and field.external_id:
                return self._parent_id(parent, field, keys[0][1])
        raise Refusal(
            "INVALID_FIELD", f"Only one external ID field can name the parent of {link.name}", fields=(link.name,)
        )

    def _parent_id(self, parent: SObject, field: Field, wanted: Any) -> str:
        found = find_by(self._parts, parent, field, to_stored(field, wanted))
        if len(found) > 1:
            raise Refusal("INVALID_FIELD", f"More than one record found for external ID: {wanted}")
        if not found:
            message = f"Foreign key external ID: {wanted} not found for field {field.name} in entity {parent.name}"
            raise Refusal("INVALID_FIELD", message)
        return found[0]


def find_by(parts: Parts, sobject: SObject, field: Field, stored: Stored) -> list[str]:
    """Return the ids of the live records with a value in an (indexed) field."""
    found = parts.storage.execute(
        f'SELECT "Id" FROM "{sobject.name}" WHERE "{field.name}" = ? AND "IsDeleted" = 0 LIMIT 200', (stored,)
    )
    return [record_id for (record_id,) in found.fetchall()]


def no_such_column(name: str, sobject: SObject) -> Refusal:
    """Return the refusal of a field that is not there, or that the caller may not see."""
    return Refusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")

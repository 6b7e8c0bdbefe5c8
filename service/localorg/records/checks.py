"""What a record must meet before it is saved: required fields, references, owners, uniqueness, rules."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor, Row
from service.localorg.records.parts import Change, Parts
from service.localorg.schema.model import Field, Sharing, SObject


class Checks:
    """Check the rows of one object; references found good once hold for the rest of a batch."""

    def __init__(self, parts: Parts, sobject: SObject) -> None:
        self._parts, self._sobject = parts, sobject
        fields = [f for f in sobject.fields.values() if f.stored and not f.system]
        self._required = [f for f in fields if f.required]
        self._references = [f for f in fields if f.reference]
        self._unique = [f for f in fields if f.unique]
        self._good: set[tuple[str, str]] = set()

    def run(self, change: Change) -> None:
        """Refuse a change for the first thing that is wrong with it, in Salesforce's order."""
        self._check_required(change)
        for field in self._references:
            if _changed(change, field):
                self._check_reference(change, field, str(change.given[field.name]))
        for field in self._unique:
            if _changed(change, field):
                check_unique(self._parts, self._sobject, field, change.row)
        self._check_rules(change)

    def _check_required(self, change: Change) -> None:
        missing = tuple(f.name for f in self._required if change.row.get(f.name) is None)
        if missing:
            raise Refusal(
                "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", fields=missing
            )

    def _check_reference(self, change: Change, field: Field, target: str) -> None:
        if (field.name, target) in self._good:
            return
        parent = self._parent_type(field, target)
        row = self._parts.storage.row(parent.name, target)
        if row is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row["IsDeleted"]:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted")
        if field.name == "OwnerId":
            self._check_owner(change, target, active=bool(row.get("IsActive", 1)))
        elif field.name == "RecordTypeId" and row["SobjectType"] != self._sobject.name:
            raise Refusal(
                "INVALID_CROSS_REFERENCE_KEY",
                f"{field.label}: this ID value isn't valid for the user: {target}",
                fields=(field.name,),
            )
        elif not self._may_refer(change, field, parent, row):
            raise Refusal(
                "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                f"insufficient access rights on cross-reference id: {target}",
            )
        self._good.add((field.name, target))

    def _parent_type(self, field: Field, target: str) -> SObject:
        parents = [self._parts.schema.objects[name] for name in (field.reference.to if field.reference else ())]
        for parent in parents:
            if target.startswith(parent.key_prefix):
                return parent
        raise Refusal(
            "FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {target}", fields=(field.name,)
        )

    def _may_refer(self, change: Change, field: Field, parent: SObject, row: Row) -> bool:
        if field.reference and field.reference.master:
            return self._parts.access.shared_by_parent(change.actor, field, row, Sharing.READ_WRITE)
        return self._parts.access.may_see_row(change.actor, parent.name, row)

    def _check_owner(self, change: Change, owner: str, *, active: bool) -> None:
        label = self._sobject.label.lower()
        if not active:
            raise Refusal(
                "INACTIVE_OWNER_OR_USER",
                f"operation performed with inactive user [{owner}] as owner of {label}",
                fields=("OwnerId",),
            )
        access = self._parts.access
        before = change.before
        if before is not None and not access.may_transfer_row(change.actor, self._sobject.name, before):
            raise Refusal("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403)
        if owner.startswith("005") and not access.object_rights(Actor(owner), self._sobject.name).read:
            raise Refusal("TRANSFER_REQUIRES_READ", "The new owner must have read permission", fields=("OwnerId",))

    def _check_rules(self, change: Change) -> None:
        for rule in self._sobject.rules:
            broken = self._parts.reader.evaluate(
                change.actor,
                self._sobject,
                change.row,
                rule.condition,
                prior=change.before,
                new=change.before is None,
            )
            if broken:
                fields = (rule.field,) if rule.field else ()
                raise Refusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields=fields)


def check_unique(parts: Parts, sobject: SObject, field: Field, row: Row) -> None:
    """Refuse a value that another live record already has."""
    other = parts.storage.execute(
        f'SELECT "Id" FROM "{sobject.name}" WHERE "{field.name}" = ? AND "IsDeleted" = 0 AND "Id" <> ?',
        (row[field.name], row["Id"]),
    ).fetchone()
    if other:
        raise Refusal(
            "DUPLICATE_VALUE",
            f"duplicate value found: {field.name} duplicates value on record with id: {other[0]}",
        )


def _changed(change: Change, field: Field) -> bool:
    value = change.given.get(field.name)
    return value is not None and (change.before is None or change.before[field.name] != value)

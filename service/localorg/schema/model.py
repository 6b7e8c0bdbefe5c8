"""The org's schema as frozen values; every other part reads it and none changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.localorg.formulas.compile import Formula


class Type(StrEnum):
    """Field types, by their describe names."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    PERCENT = "percent"
    CURRENCY = "currency"
    DATE = "date"
    DATETIME = "datetime"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    REFERENCE = "reference"
    BASE64 = "base64"
    COMPLEX = "complexvalue"
    """A piece of metadata: JSON, in rows of the Tooling API."""


NUMERIC = frozenset({Type.INT, Type.DOUBLE, Type.PERCENT, Type.CURRENCY})


class Constraint(StrEnum):
    """What deleting a parent does to a lookup."""

    SET_NULL = "SetNull"
    RESTRICT = "Restrict"
    CASCADE = "Cascade"


class Sharing(StrEnum):
    """Org-wide defaults."""

    PRIVATE = "Private"
    READ = "Read"
    READ_WRITE = "ReadWrite"
    CONTROLLED_BY_PARENT = "ControlledByParent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picklist:
    """Values in set-up order; `restricted` refuses others (but never for an extendable set)."""

    values: tuple[tuple[str, str], ...]
    """(API value, label), active ones only."""
    default: str | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A lookup or master-detail."""

    to: tuple[str, ...]
    """API names; several for a polymorphic field."""
    name: str
    """The parent path in SOQL: `Success_Plan__r`, `Owner`."""
    children: str | None
    """The child relationship on the parent, as SOQL writes it: `Objectives__r`, `Contacts`."""
    on_delete: Constraint = Constraint.SET_NULL
    master: bool = False
    reparentable: bool = False
    write_needs_read_only: bool = False
    """Master-detail: read access to the master is enough to write the detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of one object."""

    name: str
    """API name with the namespace, if any: `Health__c`, `ps__Health__c`."""
    label: str
    type: Type
    length: int = 0
    precision: int = 0
    scale: int = 0
    required: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    html: bool = False
    default: Formula | None = None
    formula: Formula | None = None
    auto_number: str | None = None
    """Display format: `OKPI-{00000000}`."""
    auto_number_start: int = 1
    picklist: Picklist | None = None
    reference: Reference | None = None
    help: str | None = None
    custom: bool = False
    system: bool = False
    """Set by the org, never by a caller: Id, SystemModstamp, IsDeleted, CreatedById ..."""
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    sortable: bool = True
    always_readable: bool = False
    """No field-level security: system, required, master-detail and name fields."""

    @property
    def stored(self) -> bool:
        """Say whether the field has a column; formulas are computed on reading."""
        return self.formula is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """A rule whose condition must not hold when a record is saved."""

    name: str
    condition: Formula
    message: str
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSet:
    """A field set: what a window shows, in order."""

    name: str
    label: str
    description: str
    displayed: tuple[tuple[str, bool], ...]
    """(path of the field, whether the window asks for it)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SObject:
    """One object with its fields by API name (iteration order is set-up order)."""

    name: str
    label: str
    plural: str
    key_prefix: str
    fields: Mapping[str, Field]
    name_field: str | None
    sharing: Sharing = Sharing.READ_WRITE
    custom: bool = False
    setting: bool = False
    """A custom setting: data for Apex, kept for the org, a profile or a user."""
    rules: tuple[ValidationRule, ...] = ()
    record_types: tuple[tuple[str, str], ...] = ()
    """(developer name, label)"""
    field_sets: tuple[FieldSet, ...] = ()
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    replicateable: bool = True
    lower: Mapping[str, str] = field(default_factory=dict)
    """API name in lower case -> API name, filled at install: names are case-insensitive."""

    def field(self, name: str) -> Field | None:
        """Return a field by name, case-insensitively."""
        found = self.lower.get(name.lower())
        return self.fields[found] if found else None

    def parent(self, path: str) -> Field | None:
        """Return the reference field behind a relationship name (`Success_Plan__r`, `Owner`)."""
        wanted = path.lower()
        return next((f for f in self.fields.values() if f.reference and f.reference.name.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRights:
    """Object permissions of one permission set (or profile) on one object."""

    create: bool = False
    read: bool = False
    edit: bool = False
    delete: bool = False
    view_all: bool = False
    modify_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionSet:
    """A permission set as the metadata declares it."""

    name: str
    label: str
    objects: Mapping[str, ObjectRights]
    fields: Mapping[str, tuple[bool, bool]]
    """`Object.Field` -> (readable, editable)"""
    custom_permissions: frozenset[str] = frozenset()
    user_permissions: frozenset[str] = frozenset()
    """API names: `ViewAllData`, `ModifyAllData`, `ApiEnabled` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Everything that was installed."""

    objects: Mapping[str, SObject]
    permission_sets: Mapping[str, PermissionSet]
    custom_permissions: Mapping[str, str] = field(default_factory=dict)
    """API name -> label"""
    namespace: str | None = None
    lower: Mapping[str, str] = field(default_factory=dict)

    def object(self, name: str) -> SObject | None:
        """Return an object by name, case-insensitively."""
        found = self.lower.get(name.lower())
        return self.objects[found] if found else None

    def children(self, parent: str) -> list[tuple[SObject, Field]]:
        """Return (object, field) of every reference to the parent that has a child relationship or constraint."""
        return [
            (o, f) for o in self.objects.values() for f in o.fields.values() if f.reference and parent in f.reference.to
        ]

"""The records that an org has before anyone works in it: itself, its profiles, its administrator, its setup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from service.localorg.records.parts import Parts
from service.localorg.schema.model import Schema
from service.localorg.schema.profiles import ADMINISTRATOR, API_ONLY, STANDARD_USER


def set_up(parts: Parts, administrator: str) -> bool:
    """Add the first records, among them the administrator by his username; say False for a database that has them already."""
    if parts.storage.execute('SELECT 1 FROM "Organization"').fetchone():
        return False
    admin = _Seeding(parts, parts.next_id("005"))
    admin.add(
        "Organization",
        Name="Plansync Local Org",
        OrganizationType="Developer Edition",
        InstanceName="LOCAL",
        IsSandbox=0,
        TimeZoneSidKey="UTC",
    )
    profiles = {name: admin.add("Profile", Name=name) for name in (ADMINISTRATOR, STANDARD_USER, API_ONLY)}
    admin.add(
        "User",
        Id=admin.user_id,
        Username=administrator,
        Email=administrator,
        Name="Ada Admin",
        FirstName="Ada",
        LastName="Admin",
        Alias="admin",
        IsActive=1,
        UserType="Standard",
        TimeZoneSidKey="UTC",
        ProfileId=profiles[ADMINISTRATOR],
    )
    admin.follow_schema()
    return True


def follow_schema(parts: Parts, administrator: str) -> None:
    """Make the records of permissions, permission sets and record types those of the schema."""
    (user_id,) = parts.storage.execute('SELECT "Id" FROM "User" WHERE "Username" = ?', (administrator,)).fetchone()
    _Seeding(parts, user_id).follow_schema()


class _Seeding:
    """Write rows that no user could write, as the administrator."""

    def __init__(self, parts: Parts, user_id: str) -> None:
        self._parts, self.user_id = parts, user_id

    def add(self, table: str, **values: Any) -> str:
        sobject = self._parts.schema.objects[table]
        now = self._parts.now()
        row = {
            "Id": values.get("Id") or self._parts.next_id(sobject.key_prefix),
            "IsDeleted": 0,
            "CreatedDate": now,
            "CreatedById": self.user_id,
            "LastModifiedDate": now,
            "LastModifiedById": self.user_id,
            "SystemModstamp": now,
        }
        self._parts.storage.insert(table, row | values)
        return str(row["Id"])

    def follow_schema(self) -> None:
        """Add, rename and remove the rows that stand for metadata."""
        schema = self._parts.schema
        permissions = self._match(
            "CustomPermission",
            {name: _named(name) | {"MasterLabel": label} for name, label in schema.custom_permissions.items()},
        )
        sets = self._match(
            "PermissionSet",
            {
                name: {**_named(name, "Name"), "Label": granted.label, "IsCustom": 1, "IsOwnedByProfile": 0}
                for name, granted in schema.permission_sets.items()
            },
        )
        self._match(
            "SetupEntityAccess",
            {
                (sets[name], permissions[permission]): {
                    "ParentId": sets[name],
                    "SetupEntityId": permissions[permission],
                    "SetupEntityType": "CustomPermission",
                }
                for name, granted in schema.permission_sets.items()
                for permission in sorted(granted.custom_permissions)
            },
        )
        self._match("ObjectPermissions", dict(_object_permissions(schema, sets)))
        self._match("FieldPermissions", dict(_field_permissions(schema, sets)))
        self._match(
            "RecordType",
            {
                (sobject.name, name): {"Name": label, "DeveloperName": name, "SobjectType": sobject.name, "IsActive": 1}
                for sobject in schema.objects.values()
                for name, label in sobject.record_types
            },
        )
        entities = self._match("EntityDefinition", dict(_entities(schema)))
        self._match("FieldSet", dict(_field_sets(schema, entities)))
        for table in ("PermissionSetAssignment", "PermissionSetGroupComponent"):
            gone = f'DELETE FROM "{table}" WHERE "PermissionSetId" NOT IN (SELECT "Id" FROM "PermissionSet")'  # noqa: S608
            self._parts.storage.execute(gone)

    def _match(self, table: str, wanted: Mapping[Any, dict[str, Any]]) -> dict[Any, str]:
        """Bring a table's rows, which their identifying columns name, to what is wanted; return the ids."""
        present = {_identity(table, row): row for row in self._parts.storage.rows(table)}
        by_identity = {_identity(table, values): values for values in wanted.values()}
        for identity, row in present.items():
            if identity not in by_identity:
                self._parts.storage.execute(f'DELETE FROM "{table}" WHERE "Id" = ?', (row["Id"],))  # noqa: S608
        ids = {}
        for name, values in wanted.items():
            row = present.get(_identity(table, values), {})
            if not row:
                ids[name] = self.add(table, **values)
                continue
            ids[name] = row["Id"]
            if any(row[column] != value for column, value in values.items()):
                self._parts.storage.update(table, row["Id"], values | {"SystemModstamp": self._parts.now()})
        return ids


_IDENTITY = {
    "CustomPermission": ("NamespacePrefix", "DeveloperName"),
    "PermissionSet": ("NamespacePrefix", "Name"),
    "ObjectPermissions": ("ParentId", "SobjectType"),
    "FieldPermissions": ("ParentId", "Field"),
    "SetupEntityAccess": ("ParentId", "SetupEntityId"),
    "RecordType": ("SobjectType", "DeveloperName"),
    "EntityDefinition": ("QualifiedApiName",),
    "FieldSet": ("EntityDefinitionId", "DeveloperName"),
}


def _object_permissions(schema: Schema, sets: Mapping[str, str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield a row for each object that a permission set, whose id is given, gives rights on."""
    for name, granted in schema.permission_sets.items():
        for sobject, rights in granted.objects.items():
            yield (
                (name, sobject),
                {
                    "ParentId": sets[name],
                    "SobjectType": sobject,
                    "PermissionsRead": int(rights.read),
                    "PermissionsCreate": int(rights.create),
                    "PermissionsEdit": int(rights.edit),
                    "PermissionsDelete": int(rights.delete),
                    "PermissionsViewAllRecords": int(rights.view_all),
                    "PermissionsModifyAllRecords": int(rights.modify_all),
                },
            )


def _field_permissions(schema: Schema, sets: Mapping[str, str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield a row for each field that a permission set lets its users read."""
    for name, granted in schema.permission_sets.items():
        for path, (readable, editable) in granted.fields.items():
            if readable:
                values = {"ParentId": sets[name], "SobjectType": path.partition(".")[0], "Field": path}
                yield (name, path), values | {"PermissionsRead": 1, "PermissionsEdit": int(editable)}


def _entities(schema: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a row for each object; people from outside see no more of it than those inside."""
    for name, sobject in schema.objects.items():
        yield (
            name,
            {
                **_named(name.removesuffix("__c")),
                "QualifiedApiName": name,
                "Label": sobject.label,
                "KeyPrefix": sobject.key_prefix,
                "InternalSharingModel": sobject.sharing.value,
                "ExternalSharingModel": sobject.sharing.value,
            },
        )


def _field_sets(schema: Schema, entities: Mapping[str, str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield a row for each field set of an object, whose definition's id is given."""
    for sobject in schema.objects.values():
        for each in sobject.field_sets:
            shown = [{"field": path, "isFieldManaged": False, "isRequired": asked} for path, asked in each.displayed]
            metadata = {"displayedFields": shown, "description": each.description, "label": each.label}
            yield (
                (sobject.name, each.name),
                {
                    "EntityDefinitionId": entities[sobject.name],
                    "DeveloperName": each.name,
                    "NamespacePrefix": schema.namespace,
                    "MasterLabel": each.label,
                    "Description": each.description,
                    "Metadata": json.dumps(metadata),
                },
            )


def _identity(table: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in _IDENTITY[table])


def _named(name: str, column: str = "DeveloperName") -> dict[str, Any]:
    namespace, _, bare = name.rpartition("__")
    return {column: bare, "NamespacePrefix": namespace or None}

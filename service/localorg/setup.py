"""The records that an org has before anyone works in it: itself, its profiles, its administrator, its setup."""

from __future__ import annotations

from typing import Any

from service.localorg.records.parts import Parts
from service.localorg.schema.profiles import ADMINISTRATOR, API_ONLY, STANDARD_USER


def set_up(parts: Parts, administrator: str) -> bool:
    """Add the first records, among them the administrator by his username; say False for a database that has them already."""
    if parts.storage.execute('SELECT 1 FROM "Organization"').fetchone():
        return False
    admin = _Seeding(parts, parts.next_id("005"))
    admin.add("Organization", Name="Plansync Local Org", OrganizationType="Developer Edition", TimeZoneSidKey="UTC")
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
    admin.add_permissions()
    admin.add_record_types()
    return True


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

    def add_permissions(self) -> None:
        """Add a row per custom permission and permission set, and which set gives which permission."""
        schema = self._parts.schema
        permissions = {
            name: self.add(
                "CustomPermission",
                DeveloperName=_bare(name),
                MasterLabel=label,
                NamespacePrefix=_namespace(name),
            )
            for name, label in schema.custom_permissions.items()
        }
        for name, granted in schema.permission_sets.items():
            set_id = self.add(
                "PermissionSet",
                Name=_bare(name),
                Label=granted.label,
                NamespacePrefix=_namespace(name),
                IsCustom=1,
                IsOwnedByProfile=0,
            )
            for permission in sorted(granted.custom_permissions):
                self.add(
                    "SetupEntityAccess",
                    ParentId=set_id,
                    SetupEntityId=permissions[permission],
                    SetupEntityType="CustomPermission",
                )

    def add_record_types(self) -> None:
        """Add a row per record type."""
        for sobject in self._parts.schema.objects.values():
            for name, label in sobject.record_types:
                self.add("RecordType", Name=label, DeveloperName=name, SobjectType=sobject.name, IsActive=1)


def _namespace(name: str) -> str | None:
    return name.partition("__")[0] if "__" in name else None


def _bare(name: str) -> str:
    return name.rpartition("__")[2]

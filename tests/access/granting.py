"""Giving rights in the CRM, as an administrator does."""

from __future__ import annotations

from datetime import datetime

from service.localorg.org import LocalOrg


def set_id(org: LocalOrg, name: str) -> str:
    """The id of a permission set."""
    return next(row["Id"] for row in org.storage.rows("PermissionSet", '"Name" = ?', (name,)))


def group(org: LocalOrg, label: str, *permission_sets: str) -> str:
    """Make a group of permission sets and return its id."""
    names = {"DeveloperName": label.replace(" ", "_"), "MasterLabel": label}
    made = org.writer.create(org.admin(), "PermissionSetGroup", names)
    for name in permission_sets:
        part = {"PermissionSetGroupId": made, "PermissionSetId": set_id(org, name)}
        org.writer.create(org.admin(), "PermissionSetGroupComponent", part)
    return made


def assign_group(org: LocalOrg, user_id: str, group_id: str, *, ends: datetime | None = None) -> str:
    """Assign a group, until a moment if one is given."""
    values = {"AssigneeId": user_id, "PermissionSetGroupId": group_id, "ExpirationDate": ends and ends.isoformat()}
    return org.writer.create(org.admin(), "PermissionSetAssignment", values)

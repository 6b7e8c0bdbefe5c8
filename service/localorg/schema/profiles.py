"""The profiles of a new org, as the permission sets that they are."""

from __future__ import annotations

from service.localorg.schema.model import ObjectRights, PermissionSet, Schema
from service.localorg.schema.standard import OPEN, SETUP

ADMINISTRATOR = "System Administrator"
STANDARD_USER = "Standard User"
API_ONLY = "Minimum Access - API Only Integrations"

_ALL = ObjectRights(create=True, read=True, edit=True, delete=True, view_all=True, modify_all=True)
_OWN = ObjectRights(create=True, read=True, edit=True, delete=True)


def build_profiles(schema: Schema) -> dict[str, PermissionSet]:
    """Return the profiles by name; only the administrator's knows the custom objects."""
    standard = [o for o in schema.objects.values() if not o.custom and o.name not in SETUP | OPEN]
    return {
        ADMINISTRATOR: PermissionSet(
            name=ADMINISTRATOR,
            label=ADMINISTRATOR,
            objects=dict.fromkeys(schema.objects, _ALL),
            fields={f"{o.name}.{f}": (True, True) for o in schema.objects.values() for f in o.fields},
            custom_permissions=frozenset(schema.custom_permissions),
            user_permissions=frozenset({"ApiEnabled", "ViewSetup", "ManageUsers", "ViewAllData", "ModifyAllData"}),
        ),
        STANDARD_USER: PermissionSet(
            name=STANDARD_USER,
            label=STANDARD_USER,
            objects={o.name: _OWN for o in standard},
            fields={f"{o.name}.{f.name}": (True, True) for o in standard for f in o.fields.values() if not f.custom},
            user_permissions=frozenset({"ApiEnabled", "ViewSetup"}),
        ),
        API_ONLY: PermissionSet(
            name=API_ONLY,
            label=API_ONLY,
            objects={},
            fields={},
            user_permissions=frozenset({"ApiEnabled", "ApiUserOnly"}),
        ),
    }

"""Permission sets and custom permissions, with what a deploy refuses in them."""

from __future__ import annotations

from collections.abc import Container, Mapping

from service.localorg.schema.model import ObjectRights, PermissionSet, Sharing, SObject
from service.localorg.schema.names import Names
from service.localorg.schema.nodes import Node

USER_PERMISSIONS = frozenset(
    {
        "ApiEnabled",
        "ApiUserOnly",
        "AssignPermissionSets",
        "BulkApiHardDelete",
        "EditEvent",
        "EditTask",
        "ManageUsers",
        "ModifyAllData",
        "ViewAllData",
        "ViewAllUsers",
        "ViewRoles",
        "ViewSetup",
    }
)
_ACCESSES = {"classAccesses": "apexClass", "externalCredentialPrincipalAccesses": "externalCredentialPrincipal"}
"""Elements that open something of a callout, each with the one that names it."""
_ABSENT = frozenset({"UserExternalCredential"})
"""Objects that every org has and this one does without: rights on them are read, and forgotten."""
_RIGHTS = {
    "allowCreate": "create",
    "allowRead": "read",
    "allowEdit": "edit",
    "allowDelete": "delete",
    "viewAllRecords": "view_all",
    "modifyAllRecords": "modify_all",
}
_NEEDS = {
    "create": ("read",),
    "edit": ("read",),
    "delete": ("read", "edit"),
    "view_all": ("read",),
    "modify_all": ("read", "edit", "delete", "view_all"),
}
"""What each right depends on, as the org checks it on saving a permission set."""


def read_custom_permission(node: Node) -> str:
    """Return the label of a custom permission."""
    label = node.need("label", 80)
    node.flag("isLicensed")
    node.ignore("description", "connectedApp")
    node.close()
    return label


class PermissionReader:
    """Read permission sets against what the org has; `callouts` are its classes and principals."""

    def __init__(
        self,
        objects: Mapping[str, SObject],
        permissions: Mapping[str, str],
        names: Names,
        callouts: Container[str],
    ) -> None:
        self._objects, self._permissions, self._names, self._callouts = objects, permissions, names, callouts

    def read(self, node: Node, name: str) -> PermissionSet:
        """Return one permission set."""
        objects = dict(self._object(each) for each in node.nodes("objectPermissions"))
        found = PermissionSet(
            name=self._names.own(name),
            label=node.need("label", 80),
            objects={each: rights for each, rights in objects.items() if each not in _ABSENT},
            fields=dict(self._field(each) for each in node.nodes("fieldPermissions")),
            custom_permissions=self._enabled(node, "customPermissions"),
            user_permissions=self._enabled(node, "userPermissions"),
        )
        for tag in _ACCESSES:
            self._check_access(node, tag)
        node.flag("hasActivationRequired")
        node.ignore("description", "license", "applicationVisibilities", "tabSettings", "recordTypeVisibilities")
        node.close()
        self._check_masters(node, found)
        return found

    def _object(self, node: Node) -> tuple[str, ObjectRights]:
        name = self._names.api(node.need("object"))
        if name not in self._objects and name not in _ABSENT:
            raise node.error(f"no CustomObject named {name} found", "object")
        given = {right: node.flag(tag) for tag, right in _RIGHTS.items()}
        node.close()
        for right, needs in _NEEDS.items():
            missing = [each for each in needs if given[right] and not given[each]]
            if missing:
                raise node.error(f"{name}: permission {right} depends on {', '.join(missing)}", "objectPermissions")
        return name, ObjectRights(**given)

    def _field(self, node: Node) -> tuple[str, tuple[bool, bool]]:
        path = self._names.path(node.need("field"))
        owner, _, name = path.partition(".")
        field = self._objects[owner].fields.get(name) if owner in self._objects else None
        if field is None:
            raise node.error(f"no CustomField named {path} found", "field")
        readable, editable = node.flag("readable"), node.flag("editable")
        node.close()
        if field.always_readable:
            raise node.error(f"You cannot deploy to a required field: {path}", "field")
        if editable and (not readable or not (field.createable or field.updateable)):
            raise node.error(f"{path} cannot be editable: it is read-only or not readable", "editable")
        return path, (readable, editable)

    def _enabled(self, node: Node, tag: str) -> frozenset[str]:
        names = set()
        for each in node.nodes(tag):
            name = each.need("name")
            if tag == "customPermissions":
                name = self._names.own(name)
            if name not in (self._permissions if tag == "customPermissions" else USER_PERMISSIONS):
                raise each.error(f"no permission named {name} found", "name")
            if each.flag("enabled"):
                names.add(name)
            each.close()
        return frozenset(names)

    def _check_access(self, node: Node, tag: str) -> None:
        for each in node.nodes(tag):
            named = each.need(_ACCESSES[tag])
            if named not in self._callouts:
                raise each.error(f"no {_ACCESSES[tag]} named {named} found", _ACCESSES[tag])
            each.flag("enabled")
            each.close()

    def _check_masters(self, node: Node, found: PermissionSet) -> None:
        """Refuse rights on a detail without read access to its master."""
        for name, rights in found.objects.items():
            if self._objects[name].sharing is not Sharing.CONTROLLED_BY_PARENT or not rights.read:
                continue
            for field in self._objects[name].fields.values():
                master = field.reference.to[0] if field.reference and field.reference.master else name
                if not found.objects.get(master, ObjectRights()).read:
                    reason = f"permission read of {name} depends on permission read of {master}"
                    raise node.error(reason, "objectPermissions")

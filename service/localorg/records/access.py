"""Who may do what: object rights, field-level security, sharing by owner, role hierarchy and parent."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.localorg.clock import Clock
from service.localorg.records.storage import Storage
from service.localorg.records.values import stamp
from service.localorg.schema.model import Field, ObjectRights, PermissionSet, Schema, Sharing, SObject
from service.localorg.schema.standard import OPEN, SETUP

ALL_RIGHTS = ObjectRights(create=True, read=True, edit=True, delete=True, view_all=True, modify_all=True)
READ_ONLY = ObjectRights(read=True)

_ASSIGNED = """
SELECT p."Name", p."NamespacePrefix", a."ExpirationDate"
FROM "PermissionSetAssignment" a
LEFT JOIN "PermissionSetGroupComponent" c ON c."PermissionSetGroupId" = a."PermissionSetGroupId" AND c."IsDeleted" = 0
JOIN "PermissionSet" p ON p."Id" IN (a."PermissionSetId", c."PermissionSetId")
WHERE a."AssigneeId" = ? AND a."IsDeleted" = 0 AND COALESCE(a."ExpirationDate", '9') > ?
"""

Row = Mapping[str, Any]
Condition = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Actor:
    """The user on whose behalf something is done."""

    user_id: str
    time_zone: str = "UTC"


class Access:
    """Answer what an actor may see and do; `forget` after assignments, users or roles have changed."""

    def __init__(self, schema: Schema, storage: Storage, profiles: Mapping[str, PermissionSet], clock: Clock) -> None:
        self._schema, self._storage, self._profiles, self._clock = schema, storage, profiles, clock
        self._valid_until: str | None = None
        self._sets: dict[str, tuple[PermissionSet, ...]] = {}
        self._rights: dict[tuple[str, str], ObjectRights] = {}
        self._fields: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = {}
        self._below: dict[str, frozenset[str]] = {}

    def forget(self) -> None:
        """Drop what was read about users, roles and assignments."""
        for cache in (self._sets, self._rights, self._fields, self._below):
            cache.clear()
        self._valid_until = None

    def object_rights(self, actor: Actor, sobject: str) -> ObjectRights:
        """Return the union of the object rights that the actor's permission sets give."""
        self._check_time()
        key = (actor.user_id, sobject)
        if key not in self._rights:
            self._rights[key] = self._union(actor, sobject)
        return self._rights[key]

    def readable(self, actor: Actor, sobject: str) -> frozenset[str]:
        """Return the names of the fields that the actor may read; none without read access to the object."""
        return self._visible_fields(actor, sobject)[0]

    def editable(self, actor: Actor, sobject: str) -> frozenset[str]:
        """Return the names of the fields that the actor may set when creating or updating."""
        return self._visible_fields(actor, sobject)[1]

    def has_user_permission(self, actor: Actor, name: str) -> bool:
        """Say whether one of the actor's permission sets has a user permission such as ViewAllData."""
        return any(name in granted.user_permissions for granted in self._granted(actor))

    def has_custom_permission(self, actor: Actor, name: str) -> bool:
        """Say whether one of the actor's permission sets has a custom permission."""
        return any(name in granted.custom_permissions for granted in self._granted(actor))

    def visible_sql(self, actor: Actor, sobject: str, alias: str) -> Condition | None:
        """Return the condition on the rows that sharing lets the actor see, or None if that is all of them."""
        found = self._schema.objects[sobject]
        if self.object_rights(actor, sobject).view_all or self._ownerless(found):
            return None
        if found.sharing is Sharing.CONTROLLED_BY_PARENT:
            return self._visible_with_parents(actor, found, alias)
        if found.sharing is Sharing.PRIVATE:
            owners = sorted(self._reach(actor))
            return f'"{alias}"."OwnerId" IN ({", ".join("?" * len(owners))})', tuple(owners)
        return None

    def may_see_row(self, actor: Actor, sobject: str, row: Row) -> bool:
        """Say whether object rights and sharing let the actor read a record."""
        return self.object_rights(actor, sobject).read and self._shared(actor, sobject, row, Sharing.READ)

    def may_edit_row(self, actor: Actor, sobject: str, row: Row) -> bool:
        """Say whether object rights and sharing let the actor change a record."""
        rights = self.object_rights(actor, sobject)
        return rights.modify_all or (rights.edit and self._shared(actor, sobject, row, Sharing.READ_WRITE))

    def may_delete_row(self, actor: Actor, sobject: str, row: Row) -> bool:
        """Say whether the actor may delete a record: public read/write alone does not let him."""
        rights = self.object_rights(actor, sobject)
        found = self._schema.objects[sobject]
        if rights.modify_all:
            return True
        if found.sharing is Sharing.CONTROLLED_BY_PARENT:
            return rights.delete and self._shared(actor, sobject, row, Sharing.READ_WRITE)
        return rights.delete and (self._ownerless(found) or row["OwnerId"] in self._reach(actor))

    def may_transfer_row(self, actor: Actor, sobject: str, row: Row) -> bool:
        """Say whether the actor may give a record to another owner."""
        return self.object_rights(actor, sobject).modify_all or row["OwnerId"] in self._reach(actor)

    def _check_time(self) -> None:
        """Forget everything once an assignment has expired."""
        if self._valid_until is not None and stamp(self._clock.now()) >= self._valid_until:
            self.forget()

    def _granted(self, actor: Actor) -> tuple[PermissionSet, ...]:
        """Return the actor's profile and his permission sets, by themselves or in groups, that have not expired."""
        self._check_time()
        if actor.user_id not in self._sets:
            profiles = self._storage.execute(
                'SELECT p."Name" FROM "User" u JOIN "Profile" p ON p."Id" = u."ProfileId" WHERE u."Id" = ?',
                (actor.user_id,),
            ).fetchall()
            assigned = self._storage.execute(_ASSIGNED, (actor.user_id, stamp(self._clock.now()))).fetchall()
            self._note_expiry([expires for _, _, expires in assigned if expires])
            sets = self._schema.permission_sets
            self._sets[actor.user_id] = (
                *(self._profiles[name] for (name,) in profiles),
                *(sets[f"{space}__{name}" if space else name] for name, space, _ in assigned),
            )
        return self._sets[actor.user_id]

    def _note_expiry(self, expiries: list[str]) -> None:
        known = [self._valid_until] if self._valid_until else []
        self._valid_until = min([*known, *expiries], default=None)

    def _union(self, actor: Actor, sobject: str) -> ObjectRights:
        if self.has_user_permission(actor, "ModifyAllData"):
            return ALL_RIGHTS
        if sobject in SETUP:
            return READ_ONLY if self.has_user_permission(actor, "ViewSetup") else ObjectRights()
        found = [s.objects[sobject] for s in self._granted(actor) if sobject in s.objects]
        view_all = self.has_user_permission(actor, "ViewAllData") or any(r.view_all for r in found)
        return ObjectRights(
            create=any(r.create for r in found),
            read=view_all or sobject in OPEN or any(r.read for r in found),
            edit=any(r.edit for r in found),
            delete=any(r.delete for r in found),
            view_all=view_all,
            modify_all=any(r.modify_all for r in found),
        )

    def _visible_fields(self, actor: Actor, sobject: str) -> tuple[frozenset[str], frozenset[str]]:
        self._check_time()
        key = (actor.user_id, sobject)
        if key not in self._fields:
            self._fields[key] = self._collect_fields(actor, sobject)
        return self._fields[key]

    def _collect_fields(self, actor: Actor, sobject: str) -> tuple[frozenset[str], frozenset[str]]:
        rights = self.object_rights(actor, sobject)
        if not rights.read:
            return frozenset(), frozenset()
        fields = self._schema.objects[sobject].fields.values()
        grants = [s.fields for s in self._granted(actor)]

        def granted(field: Field, at: int) -> bool:
            return field.always_readable or any(g.get(f"{sobject}.{field.name}", (False, False))[at] for g in grants)

        return (
            frozenset(f.name for f in fields if sobject in SETUP or granted(f, 0)),
            frozenset(f.name for f in fields if (f.createable or f.updateable) and not f.formula and granted(f, 1)),
        )

    def _ownerless(self, sobject: SObject) -> bool:
        return "OwnerId" not in sobject.fields and not _parents(sobject)

    def _reach(self, actor: Actor) -> frozenset[str]:
        """Return the actor and all users below him in the role hierarchy."""
        if actor.user_id not in self._below:
            below = self._storage.execute(
                'WITH RECURSIVE below(id) AS (SELECT r."Id" FROM "UserRole" r JOIN "User" u'
                ' ON r."ParentRoleId" = u."UserRoleId" WHERE u."Id" = ?1'
                ' UNION SELECT r."Id" FROM "UserRole" r JOIN below ON r."ParentRoleId" = below.id)'
                ' SELECT "Id" FROM "User" WHERE "UserRoleId" IN below UNION SELECT ?1',
                (actor.user_id,),
            )
            self._below[actor.user_id] = frozenset(user_id for (user_id,) in below.fetchall())
        return self._below[actor.user_id]

    def _visible_with_parents(self, actor: Actor, sobject: SObject, alias: str) -> Condition | None:
        conditions: list[str] = []
        bound: list[Any] = []
        for field in _parents(sobject):
            condition, more = self._parent_visible(actor, field, alias)
            conditions.append(condition)
            bound += more
        if "OwnerId" not in sobject.fields:
            return f"({' AND '.join(conditions)})", tuple(bound)
        owners = sorted(self._reach(actor))
        own = f'"{alias}"."OwnerId" IN ({", ".join("?" * len(owners))})'
        return f"({' OR '.join([own, *conditions])})", (*owners, *bound)

    def _parent_visible(self, actor: Actor, field: Field, alias: str) -> Condition:
        parent = _parent_name(field)
        if not self.object_rights(actor, parent).read:
            return "0", ()
        inner = f"{alias}.{field.name}"
        shared = self.visible_sql(actor, parent, inner)
        condition, bound = shared or ("1", ())
        return (
            f'EXISTS (SELECT 1 FROM "{parent}" AS "{inner}" WHERE "{inner}"."Id" = "{alias}"."{field.name}"'
            f" AND {condition})",
            bound,
        )

    def _shared(self, actor: Actor, sobject: str, row: Row, wanted: Sharing) -> bool:
        """Say whether sharing gives read (or read/write) access to a row."""
        found = self._schema.objects[sobject]
        if self._ownerless(found) or (wanted is Sharing.READ and self.object_rights(actor, sobject).view_all):
            return True
        if "OwnerId" in found.fields and row["OwnerId"] in self._reach(actor):
            return True
        if found.sharing is Sharing.CONTROLLED_BY_PARENT:
            return self._shared_by_parents(actor, found, row, wanted)
        return found.sharing is Sharing.READ_WRITE or found.sharing is wanted

    def _shared_by_parents(self, actor: Actor, sobject: SObject, row: Row, wanted: Sharing) -> bool:
        for field in _parents(sobject):
            parent_id = row[field.name]
            parent = self._storage.row(_parent_name(field), parent_id) if parent_id else None
            if parent is None or not self.shared_by_parent(actor, field, parent, wanted):
                return False
        return True

    def shared_by_parent(self, actor: Actor, field: Field, parent: Row, wanted: Sharing) -> bool:
        """Say whether a master gives the wanted access to the details under it."""
        if wanted is Sharing.READ or (field.reference and field.reference.write_needs_read_only):
            return self.may_see_row(actor, _parent_name(field), parent)
        return self.may_edit_row(actor, _parent_name(field), parent)


def _parent_name(field: Field) -> str:
    return field.reference.to[0] if field.reference else ""


def _parents(sobject: SObject) -> list[Field]:
    """Return the fields whose parents control the sharing of a controlled-by-parent object."""
    if sobject.sharing is not Sharing.CONTROLLED_BY_PARENT:
        return []
    masters = [f for f in sobject.fields.values() if f.reference and f.reference.master]
    return masters or [f for f in sobject.fields.values() if f.reference and f.name == "AccountId"]

"""Deleting, the recycle bin, and what both do to the records around."""

# ruff: noqa: S608 - names come from the installed schema, values are always bound

from __future__ import annotations

from dataclasses import dataclass

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor
from service.localorg.records.checks import check_unique
from service.localorg.records.parts import Parts
from service.localorg.schema.model import Constraint, Field, SObject

Record = tuple[str, str]
"""Object name and id."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What deleting one record takes with it."""

    records: tuple[Record, ...]
    """The record itself, then all that cascades."""
    severed: tuple[tuple[SObject, Field, str], ...]
    """Lookups of other records that are emptied."""
    purged: tuple[Record, ...]
    """Records in the recycle bin that could not come back and are deleted for good."""

    @property
    def ids(self) -> list[str]:
        """Return the ids of all records that go or change, that of the record itself first."""
        return [each for _, each in self.records] + [each for _, _, each in self.severed]


class Deleting:
    """Delete and undelete records of any object."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._storage = parts, parts.storage
        self._children: dict[str, list[tuple[SObject, Field]]] = {}

    def delete(self, actor: Actor, sobject: SObject, record_id: str) -> None:
        """Move a record, and all that cascades, to the recycle bin."""
        removal = self._plan(sobject, record_id)
        for trigger in self._parts.triggers:
            trigger.before_delete(actor, sobject, removal.ids)
        now = self._parts.now()
        for name, each in removal.records:
            self._storage.execute(
                f'UPDATE "{name}" SET "IsDeleted" = 1, "SystemModstamp" = ?, "LastModifiedDate" = ?,'
                ' "LastModifiedById" = ? WHERE "Id" = ?',
                (now, now, actor.user_id, each),
            )
            self._storage.execute(
                'INSERT OR REPLACE INTO "__deleted__" VALUES (?, ?, ?, 0, ?)', (name, each, now, record_id)
            )
        for child, field, each in removal.severed:
            self._sever(child, field, each)
        for _, each in removal.purged:
            self.hard_delete(each)

    def undelete(self, sobject: SObject, record_id: str) -> None:
        """Bring a record back with what was deleted by it, and fill the lookups that were emptied."""
        group = self._storage.execute(
            'SELECT object, id FROM "__deleted__" WHERE root = ? AND hard = 0 ORDER BY rowid', (record_id,)
        ).fetchall()
        if (sobject.name, record_id) not in group:
            raise Refusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
        now = self._parts.now()
        for name, each in group:
            self._check_return(self._parts.schema.objects[name], each)
            self._storage.update(name, each, {"IsDeleted": 0, "SystemModstamp": now})
            self._storage.execute('DELETE FROM "__deleted__" WHERE id = ?', (each,))
            self._rejoin(each)

    def hard_delete(self, record_id: str) -> None:
        """Remove a deleted record, and what was deleted by it, for good."""
        group = self._storage.execute(
            'SELECT object, id FROM "__deleted__" WHERE ? IN (root, id)', (record_id,)
        ).fetchall()
        for name, each in group:
            self._purge(name, each)

    def _plan(self, sobject: SObject, record_id: str) -> Removal:
        records: dict[Record, None] = {(sobject.name, record_id): None}
        waiting = [(sobject, record_id)]
        links: list[tuple[SObject, str, SObject, Field, str]] = []
        while waiting:
            parent, parent_id = waiting.pop(0)
            for child, field in self._relations(parent.name):
                for each in self._referring(child, field, parent_id, deleted=False):
                    if _constraint(field) is not Constraint.CASCADE:
                        links.append((parent, parent_id, child, field, each))
                    elif (child.name, each) not in records:
                        records[(child.name, each)] = None
                        waiting.append((child, each))
        self._check_restricted([link for link in links if (link[2].name, link[4]) not in records])
        return self._removal(tuple(records), links)

    def _removal(self, records: tuple[Record, ...], links: list[tuple[SObject, str, SObject, Field, str]]) -> Removal:
        severed = [(child, field, each) for _, _, child, field, each in links if (child.name, each) not in records]
        purged: dict[Record, None] = {}
        for name, record_id in records:
            for child, field in self._relations(name):
                for each in self._referring(child, field, record_id, deleted=True):
                    if _constraint(field) is Constraint.SET_NULL:
                        severed.append((child, field, each))
                    elif _constraint(field) is Constraint.RESTRICT:
                        purged[(child.name, each)] = None
        return Removal(records, tuple(severed), tuple(purged))

    def _check_restricted(self, links: list[tuple[SObject, str, SObject, Field, str]]) -> None:
        restricting = [link for link in links if _constraint(link[3]) is Constraint.RESTRICT]
        if not restricting:
            return
        parent, parent_id, child, field, _ = restricting[0]
        children = [self._called(child, link[4]) for link in restricting if (link[1], link[3]) == (parent_id, field)]
        raise Refusal(
            "DELETE_FAILED",
            f"Your attempt to delete {self._called(parent, parent_id)} could not be completed because it is"
            f" associated with the following {child.plural.lower()}.: {', '.join(children)}\n",
        )

    def _called(self, sobject: SObject, record_id: str) -> str:
        row = self._storage.row(sobject.name, record_id) or {}
        return str(row.get(sobject.name_field or "Id") or record_id)

    def _relations(self, parent: str) -> list[tuple[SObject, Field]]:
        if parent not in self._children:
            found = self._parts.schema.children(parent)
            self._children[parent] = [(child, field) for child, field in found if not field.system]
        return self._children[parent]

    def _referring(self, child: SObject, field: Field, parent_id: str, *, deleted: bool) -> list[str]:
        found = self._storage.execute(
            f'SELECT "Id" FROM "{child.name}" WHERE "{field.name}" = ? AND "IsDeleted" = ? ORDER BY "Id"',
            (parent_id, int(deleted)),
        )
        return [record_id for (record_id,) in found.fetchall()]

    def _sever(self, child: SObject, field: Field, record_id: str) -> None:
        """Empty a lookup without moving the record's stamps, as Salesforce does."""
        row = self._storage.row(child.name, record_id) or {}
        self._storage.execute(
            'INSERT INTO "__severed__" VALUES (?, ?, ?, ?)', (row[field.name], child.name, field.name, record_id)
        )
        self._storage.update(child.name, record_id, {field.name: None})

    def _rejoin(self, parent_id: str) -> None:
        severed = self._storage.execute(
            'SELECT object, field, id FROM "__severed__" WHERE root = ?', (parent_id,)
        ).fetchall()
        for name, field, record_id in severed:
            self._storage.execute(
                f'UPDATE "{name}" SET "{field}" = ? WHERE "Id" = ? AND "{field}" IS NULL', (parent_id, record_id)
            )
        self._storage.execute('DELETE FROM "__severed__" WHERE root = ?', (parent_id,))

    def _purge(self, name: str, record_id: str) -> None:
        self._storage.execute(f'DELETE FROM "{name}" WHERE "Id" = ?', (record_id,))
        self._storage.execute('UPDATE "__deleted__" SET hard = 1 WHERE id = ?', (record_id,))
        self._storage.execute('DELETE FROM "__severed__" WHERE root = ? OR id = ?', (record_id, record_id))

    def _check_return(self, sobject: SObject, record_id: str) -> None:
        """Refuse to bring back a record whose parent is gone or whose unique value was taken."""
        row = self._storage.row(sobject.name, record_id) or {}
        for field in sobject.fields.values():
            if field.reference and field.required and row[field.name] and not self._alive(field, row[field.name]):
                raise Refusal("UNDELETE_FAILED", f"{field.label}: the related record is deleted", fields=(field.name,))
            if field.unique and row[field.name] is not None:
                check_unique(self._parts, sobject, field, row)

    def _alive(self, field: Field, parent_id: str) -> bool:
        for name in field.reference.to if field.reference else ():
            row = self._storage.row(name, parent_id)
            if row and not row["IsDeleted"]:
                return True
        return False


def _constraint(field: Field) -> Constraint:
    return field.reference.on_delete if field.reference else Constraint.SET_NULL

"""The one way in for every write: create, update, upsert, delete, undelete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.ids import parse_id
from service.localorg.records.access import Actor
from service.localorg.records.deleting import Deleting
from service.localorg.records.inputs import find_by
from service.localorg.records.merging import MASTER, Merged, check_merge, hand_over
from service.localorg.records.parts import Parts
from service.localorg.records.saving import Saving, may_create, may_update
from service.localorg.records.values import to_stored
from service.localorg.schema.model import Field, SObject
from service.localorg.schema.standard import GIVEN_AWAY

ACCESS_GIVING = GIVEN_AWAY | {"User", "UserRole"}
"""Objects whose rows decide what users may do."""


class Writer:
    """Write records as an actor; each call is kept whole or not at all, and raises Refusal."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._deleting = Deleting(parts)

    def create(self, actor: Actor, sobject: str, values: Mapping[str, Any]) -> str:
        """Add a record and return its id."""
        return self.insert_many(actor, sobject, [values])[0]

    def insert_many(self, actor: Actor, sobject: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Add many records, all or none, and return their ids in order."""
        found = self._object(sobject)
        may_create(self._parts, actor, found)
        with self._parts.storage.transaction():
            saving = Saving(self._parts, actor, found, creating=True)
            ids = [saving.insert(values) for values in rows]
        self._note(found)
        return ids

    def update(self, actor: Actor, sobject: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change fields of a record."""
        found = self._object(sobject)
        with self._parts.storage.transaction():
            row = self._parts.reader.existing(found, record_id)
            may_update(self._parts, actor, found, row)
            Saving(self._parts, actor, found, creating=False).update(row, values)
        self._note(found)

    def upsert(
        self, actor: Actor, sobject: str, key: str, key_value: Any, values: Mapping[str, Any]
    ) -> tuple[str, bool]:
        """Update the record with an external id, or create it; return its id and whether it is new."""
        found = self._object(sobject)
        field = self._key_field(actor, found, key)
        if any(name.lower() == field.name.lower() for name in values):
            raise Refusal("INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
        with self._parts.storage.transaction():
            record_id = self._match(found, field, key_value)
            if record_id is not None:
                self.update(actor, found.name, record_id, values)
                return record_id, False
            with_key = {**values, field.name: key_value} if field.external_id else values
            return self.create(actor, found.name, with_key), True

    def delete(self, actor: Actor, record_id: str) -> None:
        """Move a record to the recycle bin with everything that cascades."""
        with self._parts.storage.transaction():
            sobject, full = self._located(record_id)
            row = self._parts.reader.existing(sobject, full)
            self._may_delete(actor, sobject, row)
            self._deleting.delete(actor, sobject, full)
        self._note(sobject)

    def undelete(self, actor: Actor, record_id: str) -> None:
        """Bring a record back from the recycle bin with everything that went with it."""
        with self._parts.storage.transaction():
            sobject, full = self._located(record_id)
            row = self._parts.storage.row(sobject.name, full)
            if row is None:
                raise Refusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
            self._may_delete(actor, sobject, row)
            self._deleting.undelete(sobject, full)
            if row.get(MASTER):
                self._parts.storage.update(sobject.name, full, {MASTER: None})
        self._note(sobject)

    def hard_delete(self, actor: Actor, record_id: str) -> None:
        """Remove a record for good, by way of the recycle bin if it is not there yet."""
        with self._parts.storage.transaction():
            sobject, full = self._located(record_id)
            row = self._parts.storage.row(sobject.name, full)
            if row is None or not row["IsDeleted"]:
                self.delete(actor, full)
            else:
                self._may_delete(actor, sobject, row)
            self._deleting.hard_delete(full)

    def merge(
        self,
        actor: Actor,
        winner: str,
        losers: Sequence[str],
        values: Mapping[str, Any] | None = None,
        *,
        moves_children_clock: bool = False,
    ) -> Merged:
        """Delete the losers in favour of the winner, which takes new values and what hung on them.

        Salesforce does not say whether the children's SystemModstamp moves; here it does on demand.
        """
        children: list[str] = []
        with self._parts.storage.transaction():
            sobject, master = self._located(winner)
            full = check_merge(sobject, master, losers)
            self.update(actor, sobject.name, master, values or {})
            for loser in full:
                self._parts.reader.existing(sobject, loser)
                children += hand_over(self._parts, sobject, loser, master, moves_clock=moves_children_clock)
                self.delete(actor, loser)
                self._parts.storage.update(sobject.name, loser, {MASTER: master})
        return Merged(master, full, tuple(dict.fromkeys(children)))

    def last_modified(self, sobject: str, record_id: str) -> str:
        """Return when a live record was last modified, as its column holds it."""
        return str(self._parts.reader.existing(self._object(sobject), record_id)["LastModifiedDate"])

    def _object(self, name: str) -> SObject:
        found = self._parts.schema.object(name)
        if found is None:
            raise Refusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return found

    def _located(self, record_id: str) -> tuple[SObject, str]:
        full = parse_id(record_id)
        for sobject in self._parts.schema.objects.values():
            if full and full.startswith(sobject.key_prefix):
                return sobject, full
        raise Refusal("MALFORMED_ID", f"malformed id {record_id}")

    def _key_field(self, actor: Actor, sobject: SObject, key: str) -> Field:
        field = sobject.field(key)
        readable = self._parts.access.readable(actor, sobject.name)
        if field is None or field.name not in readable or not (field.external_id or field.name == "Id"):
            raise Refusal(
                "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {key}", status=404
            )
        return field

    def _match(self, sobject: SObject, field: Field, value: Any) -> str | None:
        stored = to_stored(field, value)
        if field.name == "Id":
            return str(stored) if stored is not None else None
        if stored is None:
            raise Refusal("MISSING_ARGUMENT", f"{field.name} not specified", fields=(field.name,))
        found = find_by(self._parts, sobject, field, stored)
        if len(found) > 1:
            raise Refusal(
                "DUPLICATE_EXTERNAL_ID",
                f"{field.name}: more than one record found for external id field: [{', '.join(found)}]",
                fields=(field.name,),
                status=300,
            )
        return found[0] if found else None

    def _may_delete(self, actor: Actor, sobject: SObject, row: Mapping[str, Any]) -> None:
        if not sobject.deletable or not self._parts.access.may_delete_row(actor, sobject.name, row):
            raise Refusal("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403)

    def _note(self, sobject: SObject) -> None:
        if sobject.name in ACCESS_GIVING:
            self._parts.access.forget()

"""Row locks: what open transactions hold, and what a save would need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor
from service.localorg.records.parts import Change
from service.localorg.records.triggers import Trigger
from service.localorg.schema.model import Constraint, Field, SObject


class Locks(Trigger):
    """Keep others from records that an open transaction has changed."""

    def __init__(self) -> None:
        self._holders: dict[str, object] = {}

    def take(self, holder: object, ids: Iterable[str]) -> None:
        """Lock records for a holder, or refuse if another has one of them."""
        for record_id in ids:
            if self._holders.setdefault(record_id, holder) is not holder:
                raise not_locked(record_id)

    def release(self, holder: object) -> None:
        """Give back all that a holder has locked."""
        self._holders = {record_id: each for record_id, each in self._holders.items() if each is not holder}

    def before_save(self, sobject: SObject, change: Change) -> None:
        """Refuse a change of a locked record, or of a detail whose master is locked."""
        if self._holders:
            existing = [] if change.before is None else [str(change.row["Id"])]
            held = [parent_id for field, parent_id in _references(sobject, change) if _locks_parent(field)]
            self._check([*existing, *held])

    def before_delete(self, actor: Actor, sobject: SObject, ids: Sequence[str]) -> None:
        """Refuse a delete that would take a locked record along, or empty its lookup."""
        del actor, sobject
        self._check(ids)

    def _check(self, ids: Iterable[str]) -> None:
        locked = next((record_id for record_id in ids if record_id in self._holders), None)
        if locked:
            raise not_locked(locked)


def parents(sobject: SObject, change: Change) -> list[str]:
    """Return the records that a row points at: triggers that roll up write to them."""
    return [parent_id for _, parent_id in _references(sobject, change)]


def not_locked(record_id: str) -> Refusal:
    """Return the refusal of a row whose lock somebody else holds."""
    return Refusal("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {record_id}")


def _references(sobject: SObject, change: Change) -> list[tuple[Field, str]]:
    """Return the fields that point at masters, and those that a change points elsewhere."""
    fields = [field for field in sobject.fields.values() if field.reference and field.stored and not field.system]
    return [
        (field, str(change.row[field.name]))
        for field in fields
        if change.row.get(field.name) and (_master(field) or field.name in change.given) and field.name != "OwnerId"
    ]


def _master(field: Field) -> bool:
    return bool(field.reference and field.reference.master)


def _locks_parent(field: Field) -> bool:
    """A lookup that a delete of its parent merely empties locks nothing."""
    return bool(field.reference and field.reference.on_delete is not Constraint.SET_NULL)

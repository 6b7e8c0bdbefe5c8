"""Row locks: what open transactions hold, and what a save needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.localorg.errors import Refusal
from service.localorg.records.access import Actor, Row
from service.localorg.records.parts import Change
from service.localorg.records.triggers import Trigger
from service.localorg.schema.model import Constraint, Field, SObject

_NEVER = ("OwnerId", "RecordTypeId")
"""References that lock nothing."""


class Locks(Trigger):
    """Keep others from records that an open transaction has locked."""

    def __init__(self) -> None:
        self._holders: dict[str, object] = {}

    def take(self, holder: object, ids: Sequence[str]) -> None:
        """Lock records for a holder, or refuse if another has one of them."""
        self._check(record_id for record_id in ids if self._holders.get(record_id) is not holder)
        self._holders.update(dict.fromkeys(ids, holder))

    def release(self, holder: object) -> None:
        """Give back all that a holder has locked."""
        self._holders = {record_id: each for record_id, each in self._holders.items() if each is not holder}

    def before_save(self, sobject: SObject, change: Change) -> None:
        """Refuse a change of a locked record, or of one whose parent it would have to lock."""
        if self._holders:
            self._check([str(change.row["Id"]), *locked_with(sobject, change.row, change.given)])

    def before_delete(self, actor: Actor, sobject: SObject, ids: Sequence[str]) -> None:
        """Refuse a delete that would take a locked record along, or empty a lookup of one."""
        del actor, sobject
        self._check(ids)

    def _check(self, ids: Iterable[str]) -> None:
        locked = next((record_id for record_id in ids if record_id in self._holders), None)
        if locked:
            raise not_locked(locked)


def locked_with(sobject: SObject, row: Row, given: Mapping[str, Any]) -> list[str]:
    """Return the parents that saving a row locks: masters, and those it is pointed at unless a delete empties that."""
    return [
        str(row[field.name])
        for field in _references(sobject)
        if row.get(field.name) and (_master(field) or (field.name in given and not _emptied(field)))
    ]


def parents(sobject: SObject, row: Row) -> list[str]:
    """Return all records that a row points at: triggers that roll up write to them."""
    return [str(row[field.name]) for field in _references(sobject) if row.get(field.name)]


def not_locked(record_id: str) -> Refusal:
    """Return the refusal of a row whose lock somebody else holds."""
    return Refusal("UNABLE_TO_LOCK_ROW", f"unable to obtain exclusive access to this record or 1 records: {record_id}")


def _references(sobject: SObject) -> list[Field]:
    fields = sobject.fields.values()
    return [f for f in fields if f.reference and f.stored and not f.system and f.name not in _NEVER]


def _master(field: Field) -> bool:
    return bool(field.reference and field.reference.master)


def _emptied(field: Field) -> bool:
    return bool(field.reference and field.reference.on_delete is Constraint.SET_NULL)

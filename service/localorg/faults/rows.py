"""Faults of rows: locks, duplicate rules, validation rules, and the limits of Apex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.localorg.faults.kinds import Fault
from service.localorg.faults.model import ApexTransaction, Faults
from service.localorg.faults.refusals import duplicate, governor, validation
from service.localorg.records.access import Actor
from service.localorg.records.locks import not_locked, parents
from service.localorg.records.parts import Change
from service.localorg.records.triggers import Trigger
from service.localorg.schema.model import SObject


class RowFaults(Trigger):
    """Refuse rows of API calls; what is written past the API is left alone."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def before_save(self, sobject: SObject, change: Change) -> None:
        """Refuse a row that is locked, a duplicate, or against a rule."""
        transaction = self._faults.transaction
        if transaction is None:
            return
        existing = [] if change.before is None else [str(change.row["Id"])]
        self._lock(transaction, [*existing, *parents(sobject, change.row)])
        if not transaction.allows_duplicates and self._faults.strikes(Fault.DUPLICATE):
            raise duplicate()
        if self._faults.strikes(Fault.VALIDATION):
            raise validation()

    def after_save(self, sobject: SObject, change: Change) -> None:
        """Count the row against what the triggers bear."""
        del change
        self._count(sobject)

    def before_delete(self, actor: Actor, sobject: SObject, ids: Sequence[str]) -> None:
        """Refuse a delete that is locked, and count it."""
        del actor
        if self._faults.transaction:
            self._lock(self._faults.transaction, ids[:1])
            self._count(sobject)

    def _lock(self, transaction: ApexTransaction, ids: Iterable[str]) -> None:
        """Whoever holds a lock holds it for the whole call: rows of one parent fail together."""
        for record_id in ids:
            if record_id not in transaction.locked:
                transaction.locked[record_id] = self._faults.strikes(Fault.LOCK)
            if transaction.locked[record_id]:
                raise not_locked(record_id)

    def _count(self, sobject: SObject) -> None:
        transaction, most = self._faults.transaction, self._faults.weather.rows_per_call
        if transaction is None or most is None:
            return
        transaction.rows += 1
        if transaction.rows > most:
            self._faults.note(Fault.GOVERNOR)
            raise governor(sobject.name)

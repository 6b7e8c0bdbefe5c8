"""Somebody's long transactions: what they write is seen once they commit, with the stamps of when it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.localorg.clock import Clock
from service.localorg.errors import Refusal
from service.localorg.records.access import Actor
from service.localorg.records.locks import Locks, locked_with
from service.localorg.records.parts import Parts
from service.localorg.records.writing import Writer
from service.localorg.schema.model import SObject

Outcome = str | Refusal
"""What became of a write: the record's id, or why it failed."""


@dataclass(frozen=True, slots=True)
class Write:
    """A write that waits for its transaction to commit."""

    at: datetime
    carry_out: Callable[[Writer], str]


class Transactions:
    """Open transactions and know which are open."""

    def __init__(self, parts: Callable[[], Parts], locks: Locks) -> None:
        self._parts, self._locks = parts, locks
        self._begun = 0
        self.open: dict[int, Transaction] = {}

    def begin(self, actor: Actor) -> Transaction:
        """Begin a transaction of a user."""
        self._begun += 1
        self.open[self._begun] = Transaction(self, self._begun, actor, self.parts.clock.now())
        return self.open[self._begun]

    @property
    def parts(self) -> Parts:
        """Return what writing needs, as of now."""
        return self._parts()

    @property
    def oldest(self) -> datetime | None:
        """Return since when the oldest one is open: later changes may be missing still."""
        return min((each.started_at for each in self.open.values()), default=None)

    def lock(self, transaction: Transaction, *ids: str) -> None:
        """Lock records for a transaction, or refuse if another has one of them."""
        self._locks.take(transaction, ids)

    def end(self, transaction: Transaction) -> None:
        """Forget an open transaction and give back its locks."""
        if self.open.pop(transaction.number, None) is None:
            raise ValueError("the transaction has ended already")
        self._locks.release(transaction)


class Transaction:
    """Hold back a user's writes; until it ends others see what was before and meet locked rows."""

    def __init__(self, among: Transactions, number: int, actor: Actor, started_at: datetime) -> None:
        self._among, self._actor = among, actor
        self.number, self.started_at = number, started_at
        self.writes: list[Write] = []

    def create(self, sobject: str, values: Mapping[str, Any]) -> None:
        """Create a record; the commit tells its id."""
        found = self._object(sobject)
        row = {field.name: value for name, value in values.items() if (field := found.field(name))}
        self._among.lock(self, *locked_with(found, row, row))
        self._hold(lambda writer: writer.create(self._actor, found.name, values))

    def update(self, sobject: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record, which stays locked until the end."""
        full = self._take(self._object(sobject), record_id)

        def carry_out(writer: Writer) -> str:
            writer.update(self._actor, sobject, full, values)
            return full

        self._hold(carry_out)

    def delete(self, record_id: str) -> None:
        """Delete a record, which stays locked until the end."""
        full = self._take(self._object_of(record_id), record_id)

        def carry_out(writer: Writer) -> str:
            writer.delete(self._actor, full)
            return full

        self._hold(carry_out)

    def commit(self) -> list[Outcome]:
        """Carry out all writes, each with the stamp of its time; what has become invalid meanwhile fails alone."""
        with self._among.parts.storage.transaction():
            self._among.end(self)
            return [self._outcome(write) for write in self.writes]

    def rollback(self) -> None:
        """Forget all writes."""
        self._among.end(self)

    def _hold(self, carry_out: Callable[[Writer], str]) -> None:
        self.writes.append(Write(self._among.parts.clock.now(), carry_out))

    def _take(self, sobject: SObject, record_id: str) -> str:
        row = self._among.parts.reader.existing(sobject, record_id)
        full = str(row["Id"])
        self._among.lock(self, full, *locked_with(sobject, row, {}))
        return full

    def _object_of(self, record_id: str) -> SObject:
        for sobject in self._among.parts.schema.objects.values():
            if record_id.startswith(sobject.key_prefix):
                return sobject
        raise Refusal("MALFORMED_ID", f"malformed id {record_id}")

    def _object(self, name: str) -> SObject:
        found = self._among.parts.schema.object(name)
        if found is None:
            raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return found

    def _outcome(self, write: Write) -> Outcome:
        try:
            return write.carry_out(Writer(replace(self._among.parts, clock=Clock(write.at))))
        except Refusal as refusal:
            return refusal

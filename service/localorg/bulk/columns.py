"""The columns of an upload: which fields their headers name, and how their cells are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.localorg.bulk.files import BatchError
from service.localorg.errors import Refusal
from service.localorg.org import LocalOrg
from service.localorg.records.access import Actor
from service.localorg.records.values import to_stored
from service.localorg.schema.model import Field, SObject, Type

NULL = "#N/A"
_BOOLEANS = dict.fromkeys(("true", "yes", "y", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "n", "off", "0"), False
)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the object, or the parent that a field of its own names: `Account__r.Key__c`."""

    field: Field
    parent: str | None = None
    """The relationship that leads to the field's object."""

    def value(self, cell: str) -> Any:
        """Return a cell as the writer takes it."""
        if cell == NULL:
            return None
        if self.parent:
            return {self.field.name: cell}
        if self.field.type is Type.BOOLEAN:
            return _BOOLEANS.get(cell.strip().lower(), cell)
        return cell

    def check(self, cell: str) -> None:
        """Refuse a cell that is not of the field's type, in the words of the Bulk API."""
        try:
            to_stored(self.field, self.value(cell)[self.field.name] if self.parent else self.value(cell))
        except Refusal:
            message = f"{self.field.label}: value not of required type: {cell}"
            raise Refusal("INVALID_TYPE_ON_FIELD_IN_RECORD", message, fields=(self.field.name,)) from None


class Columns:
    """Read the rows under one header for one user."""

    def __init__(self, org: LocalOrg, actor: Actor, sobject: SObject, header: Sequence[str]) -> None:
        self._org, self._actor, self._sobject = org, actor, sobject
        self._columns = [self._column(name.strip()) for name in header]
        self._names = [column.parent or column.field.name for column in self._columns]
        twice = next((name for name in self._names if self._names.count(name) > 1), None)
        if twice:
            raise BatchError(f"InvalidBatch : Duplicate field name found : {twice}")

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._columns)

    def values(self, row: Sequence[str]) -> dict[str, Any]:
        """Return what a row sets; an empty cell leaves its field as it is."""
        if len(row) != len(self._columns):
            raise BatchError(
                f"InvalidBatch : Failed to parse CSV: found {len(row)} values under {len(self._columns)} columns"
            )
        cells = zip(self._names, self._columns, row, strict=True)
        return {name: column.value(cell) for name, column, cell in cells if cell}

    def check(self, row: Sequence[str]) -> None:
        """Refuse the first cell of a row that is not of its field's type."""
        for column, cell in zip(self._columns, row, strict=True):
            if cell and cell != NULL:
                column.check(cell)

    def _column(self, name: str) -> Column:
        relation, _, key = name.partition(".")
        column = self._of_parent(relation.rpartition(":")[2], key) if key else self._own(name)
        if column is None:
            raise BatchError(f"InvalidBatch : Field name not found : {name}")
        return column

    def _own(self, name: str) -> Column | None:
        field = self._sobject.field(name)
        readable = self._org.access.readable(self._actor, self._sobject.name)
        return Column(field) if field and field.name in readable else None

    def _of_parent(self, relation: str, key: str) -> Column | None:
        link = self._sobject.parent(relation)
        if link is None or link.reference is None:
            return None
        fields = [self._org.schema.objects[name].field(key) for name in link.reference.to]
        return next((Column(field, link.reference.name) for field in fields if field and field.external_id), None)

"""The mapping as values: which field of the CRM is which column of ours, and who may win."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.domain.merging import Direction, Policy
from service.domain.values import Kind
from service.errors import PlansyncError


class Operator(StrEnum):
    """The tests of a record filter."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_NULL = "not_null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test of a record filter, on the value as the CRM holds it."""

    crm: str
    kind: Kind
    operator: Operator
    values: tuple[str | bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """One column of ours and the CRM field that it meets; `extra` columns live in the JSONB column.

    A `formula` changes without moving its record's clock, so it is read again on a schedule.
    """

    column: str
    crm: str
    kind: Kind
    direction: Direction = Direction.BOTH
    conflict: Policy = Policy.THEIRS
    refers_to: str | None = None
    required: bool = False
    length: int | None = None
    scale: int | None = None
    transform: str | None = None
    extra: bool = False
    formula: bool = False

    @property
    def pulled(self) -> bool:
        """Say whether the CRM's value may become ours."""
        return self.direction is not Direction.PUSH

    @property
    def pushed(self) -> bool:
        """Say whether our value may be sent."""
        return self.direction is not Direction.PULL


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObjectMapping:
    """One table of ours and the sObject that it meets; compared by identity, since it is loaded once."""

    name: str
    table: str
    sobject: str
    key: str | None
    direction: Direction
    on_delete: Policy
    filter: tuple[Condition, ...]
    fields: tuple[FieldMapping, ...]
    pushes_creates: bool
    pushes_deletes: bool

    @property
    def references(self) -> tuple[FieldMapping, ...]:
        """Return the fields that point at another record."""
        return tuple(field for field in self.fields if field.refers_to is not None)

    @property
    def computed(self) -> bool:
        """Say whether the CRM computes a field of these records."""
        return any(field.formula for field in self.fields)

    def field(self, column: str) -> FieldMapping:
        """Return the field of a column; KeyError when the column is not mapped."""
        for field in self.fields:
            if field.column == column:
                return field
        raise KeyError(column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mappings:
    """Every object that is synced, parents before children; `overlay` names the file of the extra fields."""

    objects: tuple[ObjectMapping, ...]
    overlay: str | None = None

    def __getitem__(self, noun: str) -> ObjectMapping:
        for mapping in self.objects:
            if mapping.name == noun:
                return mapping
        raise KeyError(noun)

    def __iter__(self) -> Iterator[ObjectMapping]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a mapping: the file, the key in it, and a sentence that says the way out."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class MappingErrors(PlansyncError):  # noqa: N818 - several errors in one
    """Mappings that cannot be used, with every problem of every file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)

"""What people did and a side accepted: from then on it is for the sync to see that nothing of it gets lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from service.domain.values import Row, Value


@dataclass(frozen=True, slots=True)
class Change:
    """One accepted change: on which side, of which record (our id or CRM id), which value, and how many came before."""

    side: str
    noun: str
    record: str
    column: str
    value: Value
    at: int


@dataclass
class Memory:
    """Everything accepted, in order, and what was deleted where."""

    changes: list[Change] = field(default_factory=list)
    deleted_here: set[UUID] = field(default_factory=set)
    deleted_there: set[str] = field(default_factory=set)
    undeleted: set[str] = field(default_factory=set)
    winners: set[str] = field(default_factory=set)
    """The CRM ids of records that others were merged into."""
    losers: set[str] = field(default_factory=set)
    """The CRM ids of records that were merged into others."""
    unseen: bool = False
    """Whether a merge was undone before the sync met it: its children hang on the winner, and no clock tells."""
    lost: dict[tuple[str, str], int] = field(default_factory=dict)
    """Fields (noun, column) whose values in the CRM went with the field, and how many changes there were before."""

    @property
    def bin(self) -> list[str]:
        """Return the CRM ids that are deleted now."""
        return sorted(self.deleted_there - self.undeleted)

    def accept(self, side: str, noun: str, record: str, values: Row) -> None:
        """Remember accepted values."""
        at = len(self.changes)
        self.changes += [Change(side, noun, record, column, value, at) for column, value in values.items()]

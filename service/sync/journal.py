"""The journal of one run: its counts, and every decision with its reason (P2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, update

from service.domain.merging import FieldDecision
from service.domain.values import Row, Value
from service.store.allowances import MOST_ROWS
from service.store.ledger import decisions, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the decision log; `field` is None when it is about the whole record."""

    link_id: UUID | None
    object: str
    action: str
    reason: str
    field: str | None = None
    base: Value | Row = None
    ours: Value | Row = None
    theirs: Value | Row = None


def of_field(link_id: UUID, noun: str, verdict: FieldDecision) -> Decision:
    """Return the log line of one field's verdict."""
    return Decision(
        link_id=link_id,
        object=noun,
        field=verdict.column,
        action=verdict.outcome.value,
        reason=verdict.reason,
        base=verdict.base,
        ours=verdict.ours,
        theirs=verdict.theirs,
    )


@dataclass(slots=True, kw_only=True)
class Journal:
    """Collects what one run does; decisions are written in the transaction they belong to.

    `most_rows` is how many rows one call may carry, as far as the org has shown what it bears; `stay_alone` raises when
    another run may have begun.
    """

    org_id: UUID
    run_id: UUID
    kind: str
    now: datetime
    clock: Callable[[], datetime]
    stay_alone: Callable[[], None] = lambda: None
    most_rows: int = MOST_ROWS
    overloaded: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def bear_less(self, rows: int) -> None:
        """Note that a call of so many rows was more than the org bears: the next ones carry half."""
        self.overloaded = True
        self.most_rows = max(1, min(rows, self.most_rows) // 2)

    def begin(self, connection: Connection) -> None:
        """Write the run down before it does anything."""
        connection.execute(insert(runs).values(org_id=self.org_id, id=self.run_id, kind=self.kind, started_at=self.now))

    def log(self, connection: Connection, lines: Iterable[Decision]) -> None:
        """Write decisions and count them."""
        rows = [
            {
                "org_id": self.org_id,
                "run_id": self.run_id,
                "at": self.now,
                "link_id": line.link_id,
                "object": line.object,
                "field": line.field,
                "action": line.action,
                "reason": line.reason,
                "base": line.base,
                "ours": line.ours,
                "theirs": line.theirs,
            }
            for line in lines
        ]
        if rows:
            connection.execute(insert(decisions), rows)
            self.counts.update(str(row["action"]) for row in rows)

    def end(self, connection: Connection, *, ended_at: datetime, api_calls: int, error: str | None = None) -> None:
        """Close the run with its counts."""
        connection.execute(
            update(runs)
            .where(runs.c.id == self.run_id)
            .values(ended_at=ended_at, counts=dict(self.counts), api_calls=api_calls, error=error)
        )

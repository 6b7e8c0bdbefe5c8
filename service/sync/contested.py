"""Contested fields: the org's own automation rewrites what we push, again and again.

The decision log remembers: when the same value of ours has won twice within a day and stands there overwritten once
more, that is the third round, and the field waits for a person instead of being pushed for ever (design 5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, func, select

from service.domain.merging import FieldDecision, Outcome
from service.store.database import among
from service.store.ledger import decisions
from service.sync.journal import Journal

ROUNDS = 3
WITHIN = timedelta(days=1)
"""A field that was overwritten once a month is not contested."""


def contested(
    connection: Connection, journal: Journal, verdicts: Mapping[UUID, Sequence[FieldDecision]]
) -> dict[UUID, set[str]]:
    """Return which of the fields where ours won, by record, are in their third round with the same value."""
    won = {(i, d.column): d.ours for i, ds in verdicts.items() for d in ds if d.outcome is Outcome.OURS_WON}
    if not won:
        return {}
    query = (
        select(decisions.c.link_id, decisions.c.field, decisions.c.ours, func.count().label("rounds"))
        .where(
            among(decisions.c.link_id, {link_id for link_id, _ in won}),
            decisions.c.action == Outcome.OURS_WON.value,
            decisions.c.at > journal.now - WITHIN,
        )
        .group_by(decisions.c.link_id, decisions.c.field, decisions.c.ours)
    )
    found: dict[UUID, set[str]] = {}
    for row in connection.execute(query):
        key = (row.link_id, row.field)
        if row.rounds >= ROUNDS - 1 and key in won and won[key] == row.ours:
            found.setdefault(row.link_id, set()).add(row.field)
    return found

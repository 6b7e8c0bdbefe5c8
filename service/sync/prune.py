"""Prune: drop decisions and runs that were kept long enough; what is parked keeps its whole story."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, delete, exists, func, not_, or_, select

from service.store.database import among, transaction
from service.store.ledger import decisions, parked, runs

SLICE = 5_000
"""Rows that one transaction drops: nobody waits for it."""


def prune(engine: Engine, org_id: UUID, *, before: datetime) -> dict[str, int]:
    """Drop what an org decided and ran before a moment, slice by slice; return how many of each."""
    return {table.name: _drop(engine, org_id, table, before) for table in (decisions, runs)}


def _drop(engine: Engine, org_id: UUID, table: Table, before: datetime) -> int:
    dropped = 0
    while True:
        with transaction(engine, org_id) as connection:
            last = _slice(connection, table, before)
        dropped += last
        if last < SLICE:
            return dropped


def _slice(connection: Connection, table: Table, before: datetime) -> int:
    kept = {
        # What was decided about a record that waits is what a person needs to decide about it.
        decisions: or_(
            decisions.c.at >= before,
            exists().where(parked.c.org_id == decisions.c.org_id, parked.c.link_id == decisions.c.link_id),
        ),
        # The newest run says how the org is doing, however long ago it was.
        runs: or_(
            runs.c.started_at >= before,
            runs.c.started_at == select(func.max(runs.c.started_at)).scalar_subquery(),
            exists().where(decisions.c.org_id == runs.c.org_id, decisions.c.run_id == runs.c.id),
        ),
    }[table]
    old = select(table.c.id).where(not_(kept)).limit(SLICE)
    ids = connection.execute(old).scalars().all()
    return connection.execute(delete(table).where(among(table.c.id, ids))).rowcount

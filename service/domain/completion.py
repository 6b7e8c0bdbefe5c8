"""When work was completed: dated as it is, and undated when it is taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from service.domain.tasks import COMPLETED
from service.domain.values import Kind, Row, canonical

COMPLETED_ON = "completed_on"
STATES: Mapping[str, str] = {"objective": "status", "playbook": "stage", "playbook_task": "status"}
"""The nouns that are completed, and the column that says so."""


def dated(noun: str, row: Row, before: Row, *, now: datetime, today: date) -> Row:
    """Return a row with the moment of its completion; of an objective the org's day. A date that was given stays."""
    state = STATES.get(noun)
    if state is None or row.get(COMPLETED_ON) != before.get(COMPLETED_ON):
        return row
    is_done, was_done = row.get(state) == COMPLETED, before.get(state) == COMPLETED
    if is_done == was_done:
        return row
    stamp = canonical(Kind.DATE, today) if noun == "objective" else canonical(Kind.DATETIME, now)
    return {**row, COMPLETED_ON: stamp if is_done else None}

"""Refresh: read again what the CRM computes; a formula's value changes without its record's clock moving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from service.sync import load
from service.sync.context import Sync
from service.sync.fitness import fitted
from service.sync.run import Report, running


def refresh_formulas(
    sync: Sync, *, now: datetime, clock: Callable[[], datetime], progress: load.Progress = load.quiet
) -> Report:
    """Read every object that has a formula among its mapped fields: no value is older than the last such run."""
    with sync.transaction() as connection:
        sync = fitted(sync, connection)
    computed = [mapping for mapping in sync.mappings if mapping.computed]
    if not computed:
        return Report(kind="formulas", counts={}, api_calls=0)
    with running(sync, "formulas", now=now, clock=clock) as run:
        load.load(sync, run.journal, progress=progress, mappings=computed)
    return run.report
